//! Rows of a table, and the same in JSON.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::args::Args;
use crate::cells::{Case, Size};
use crate::measure::Row;

impl Row {
    fn gflops(&self) -> f64 {
        self.case.flops() / self.us[0] / 1e3
    }

    fn share_of_peak(&self) -> f64 {
        self.gflops() / self.peak
    }

    /// What a call takes at least, µs: its products at the peak, or, if that is longer, one core's reading of `U` at every step.
    fn floor_us(&self) -> f64 {
        let bytes = self.case.recurrent_bytes(self.number) as f64 * self.case.recurrent_reads();
        f64::max(self.case.flops() / self.peak, bytes / self.read) / 1e3
    }

    fn floor_bytes(&self) -> f64 {
        self.case.floor_bytes(self.number)
    }

    /// What was measured, by name.
    fn numbers(&self) -> [(&'static str, Value); 10] {
        [
            ("us_median", json!(self.us[0])),
            ("us_min", json!(self.us[1])),
            ("us_max", json!(self.us[2])),
            ("gflops", json!(self.gflops())),
            ("fma_peak_gflops", json!(self.peak)),
            ("share_of_peak", json!(self.share_of_peak())),
            ("read_gb_per_s", json!(self.read)),
            ("floor_us", json!(self.floor_us())),
            ("tape_bytes", json!(self.tape_bytes)),
            ("floor_bytes", json!(self.floor_bytes() as u64)),
        ]
    }

    /// What was measured, and the settings.
    pub fn json(&self) -> Value {
        let Case { size: Size([batch, time, input, hidden]), forward, unrolled, .. } = self.case;
        let settings = [
            ("cell", json!(self.case.cell.name())),
            ("batch", json!(batch)),
            ("time", json!(time)),
            ("input", json!(input)),
            ("hidden", json!(hidden)),
            ("forward", json!(forward)),
            ("unrolled", json!(unrolled)),
            ("threads", json!(self.threads)),
            ("f64", json!(self.number == 8)),
        ];
        let profile =
            self.profile.map(|parts| ("profile_us", parts.map(|(name, us)| (name.into(), us.into()))));
        let profile = profile.map(|(name, parts)| (name, Map::from_iter(parts).into()));
        let all = settings.into_iter().chain(self.numbers()).chain(profile);
        all.map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>().into()
    }
}

/// The cell and its size.
pub fn name(case: Case) -> String {
    format!("{:<16} {:<22}", case.cell.name(), case.size)
}

/// What stands above the table.
pub fn head(args: &Args, threads: usize) -> String {
    let number = if args.f64 { "f64" } else { "f32" };
    let direction = if args.forward { "forward only" } else { "forward and backward" };
    let clock =
        if threads == 1 { "1 thread, its processor time" } else { &format!("{threads} threads, wall time") };
    let columns = format!(
        "{:<48} {:>28} {:>11} {:>12} {:>7} {:>4} {:>17} {:>17}",
        "",
        "µs a call: median (from – to)",
        "sequences/s",
        "time steps/s",
        "GFLOP/s",
        "peak",
        "floor, time ÷ it",
        "tape, ÷ its floor"
    );
    format!("{number}, {direction}; {clock}\n\n{columns}")
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Size([b, t, ..]) = self.case.size;
        let way = if self.case.unrolled { "unrolled" } else { "at once" };
        let digits = usize::from(self.us[0] < 1e3);
        let [median, least, most] = self.us.map(|us| format!("{us:.digits$}"));
        let sequences = b as f64 / self.us[0] * 1e6;
        write!(
            f,
            "{} {way:<8} {:>29} {sequences:>11.0} {:>12.0} {:>7.1} {:>3.0}% {:>17} {:>17}",
            name(self.case),
            format!("{median} ({least} – {most})"),
            sequences * t as f64,
            self.gflops(),
            100.0 * self.share_of_peak(),
            format!("{:.digits$} µs ×{:.2}", self.floor_us(), self.us[0] / self.floor_us()),
            format!(
                "{:.2} MB ×{:.2}",
                self.tape_bytes as f64 / 1e6,
                self.tape_bytes as f64 / self.floor_bytes()
            ),
        )?;
        let Some(parts) = self.profile else { return Ok(()) };
        let all: f64 = parts.iter().map(|(_, us)| us).sum();
        parts.iter().try_for_each(|(name, us)| {
            write!(f, "\n    {:<20} {us:>12.1} µs {:>3.0} %", name.replace('_', " "), 100.0 * us / all)
        })
    }
}

/// The last line: what was measured, or means over the rows.
pub fn result(rows: &[Row]) -> String {
    if let [row] = rows {
        let words = row.numbers().map(|(name, value)| match value.as_f64() {
            Some(number) if value.is_f64() => format!(" {name}={number:.4}"),
            _ => format!(" {name}={value}"),
        });
        return format!("result:{}", words.concat());
    }
    let mean =
        |of: fn(&Row) -> f64| (rows.iter().map(|row| of(row).ln()).sum::<f64>() / rows.len() as f64).exp();
    let (share, tape) = (mean(Row::share_of_peak), mean(|row| row.tape_bytes as f64 / row.floor_bytes()));
    let time = mean(|row| row.us[0] / row.floor_us());
    format!(
        "result: rows={} mean_share_of_peak={share:.4} mean_time_over_floor={time:.3} mean_tape_over_floor={tape:.3}",
        rows.len()
    )
}
