//! The table and what follows from it.

use std::io::{self, Write};

use serde::Serialize;

use crate::Result;
use crate::measure::Record;

/// A line of the table.
#[derive(Serialize)]
pub struct Row {
    #[serde(flatten)]
    record: Record,
    /// Tapeloop's share of the peak.
    percent_of_peak: f64,
    best_peer: String,
    /// Tapeloop ÷ best peer.
    ratio: f64,
}

#[derive(Default)]
pub struct Report {
    rows: Vec<Row>,
}

impl Row {
    fn new(record: Record) -> Self {
        let [peak, ours, peers @ ..] = &record.entrants[..] else {
            panic!("the peak and tapeloop come first")
        };
        // The machine's speed changes from second to second: what is compared was measured in one round.
        let over = |other: &[f64]| median(ours.gflops.iter().zip(other).map(|(x, y)| x / y).collect());
        let ratios = peers.iter().map(|peer| (over(&peer.gflops), peer.name.clone()));
        let (ratio, best_peer) = ratios.min_by(|x, y| x.0.total_cmp(&y.0)).expect("there are peers");
        Self { percent_of_peak: 100.0 * over(&peak.gflops), ratio, best_peer, record }
    }

    /// What belongs into one part of the table.
    fn part(&self) -> String {
        let Record { product, dtype, threads, .. } = &self.record;
        format!("{} {dtype}, {threads} thread{}", product.set, if *threads == 1 { "" } else { "s" })
    }
}

impl Report {
    /// Prints the record as a line of the table, below a head if it opens a new part.
    pub fn add(&mut self, record: Record) -> Result<&Row> {
        let row = Row::new(record);
        let out = &mut io::stdout().lock();
        if self.rows.last().is_none_or(|last| last.part() != row.part()) {
            writeln!(out, "\n{}: GFLOP/s, median [lowest-highest]", row.part())?;
            write!(out, "{:<18}", "M x K x N")?;
            for entrant in &row.record.entrants {
                write!(out, "{:<20}", entrant.name)?;
            }
            writeln!(out, "% of peak  ratio to the best peer")?;
        }
        write!(out, "{:<18}", row.record.product.to_string())?;
        for entrant in &row.record.entrants {
            write!(out, "{:<20}", range(&entrant.gflops))?;
        }
        writeln!(out, "{:8.1}   {:.2} {}", row.percent_of_peak, row.ratio, row.best_peer)?;
        out.flush()?;
        self.rows.push(row);
        Ok(&self.rows[self.rows.len() - 1])
    }

    /// The means, the shapes that lose, and the line for programs.
    pub fn finish(&self) -> Result<()> {
        let out = &mut io::stdout().lock();
        let mut groups: Vec<String> = Vec::new();
        let group = |row: &Row| format!("{} {}", row.record.product.form, row.part());
        for row in &self.rows {
            if !groups.contains(&group(row)) {
                groups.push(group(row));
            }
        }
        let mut result = format!("result: shapes={}", self.rows.len());
        writeln!(out, "\nratio to the best peer")?;
        for name in groups {
            let rows: Vec<&Row> = self.rows.iter().filter(|row| group(row) == name).collect();
            let mean = geometric_mean(rows.iter().map(|row| row.ratio));
            let share = geometric_mean(rows.iter().map(|row| row.percent_of_peak));
            let lowest = rows.iter().map(|row| row.ratio).fold(f64::INFINITY, f64::min);
            let least = rows.iter().map(|row| row.percent_of_peak).fold(f64::INFINITY, f64::min);
            writeln!(
                out,
                "{name:<30} geometric mean {mean:.2}, lowest {lowest:.2}; of the peak {share:.0} %, lowest {least:.0} %"
            )?;
            result += &format!(" {}={mean:.3}", name.replace(", ", "_").replace(' ', "_"));
        }
        let slower: Vec<&Row> = self.rows.iter().filter(|row| row.ratio < 1.0).collect();
        writeln!(out, "\n{} of {} products slower than the best peer", slower.len(), self.rows.len())?;
        for row in &slower {
            writeln!(
                out,
                "{:<18} {}: {:.2} of {}",
                row.record.product.to_string(),
                row.part(),
                row.ratio,
                row.best_peer
            )?;
        }
        writeln!(out, "\n{result} below_1={}", slower.len())?;
        Ok(())
    }
}

fn median(mut x: Vec<f64>) -> f64 {
    x.sort_by(f64::total_cmp);
    (x[(x.len() - 1) / 2] + x[x.len() / 2]) / 2.0
}

fn geometric_mean(x: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = x.len() as f64;
    (x.map(f64::ln).sum::<f64>() / n).exp()
}

/// Three digits each of the median and the extremes.
fn range(gflops: &[f64]) -> String {
    let short = |x: f64| format!("{x:.*}", if x < 10.0 { 2 } else { usize::from(x < 100.0) });
    let lowest = gflops.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = gflops.iter().copied().fold(0.0, f64::max);
    format!("{} [{}-{}]", short(median(gflops.to_vec())), short(lowest), short(highest))
}
