//! How it goes while it goes: a bar on a terminal, and lines of which there are never many. On the standard error.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// How many epochs have a line of their own, about.
const LINES: usize = 20;

/// How often the numbers in a bar change.
const EVERY: Duration = Duration::from_millis(100);

/// What is said of a run.
pub(super) struct Progress {
    shown: bool,
    epochs: usize,
    bar: Option<ProgressBar>,
    /// When this epoch began, and how many rows it has done since.
    since: Instant,
    rows: usize,
    /// When the numbers were last shown.
    said: Instant,
    /// The batches of all epochs before this one.
    before: usize,
}

impl Progress {
    pub fn new(shown: bool, epochs: usize) -> Self {
        Self { shown, epochs, bar: None, since: Instant::now(), rows: 0, said: Instant::now(), before: 0 }
    }

    /// Before an epoch, of which some batches may be done already.
    pub fn begin(&mut self, epoch: usize, batches: usize, done: usize) {
        (self.since, self.rows, self.before) = (Instant::now(), 0, epoch.saturating_mul(batches));
        if self.bar.is_none() && self.shown && stderr().is_terminal() {
            let style = "{bar:30.cyan/blue} epoch {prefix}  {eta} left  {msg}";
            let style = ProgressStyle::with_template(style).expect("a valid template");
            let bar = ProgressBar::new(self.epochs.saturating_mul(batches) as u64).with_style(style);
            bar.set_position((self.before + done) as u64);
            bar.reset_eta();
            self.bar = Some(bar);
        }
        if let Some(bar) = &self.bar {
            bar.set_prefix(format!("{}/{}", epoch + 1, self.epochs));
        }
    }

    /// After a batch.
    pub fn batch(
        &mut self,
        done: usize,
        rows: usize,
        measures: &[String],
        values: impl Iterator<Item = f64>,
    ) {
        self.rows += rows;
        if let Some(bar) = &self.bar {
            bar.set_position((self.before + done) as u64);
            // Text costs more than a small batch.
            if self.said.elapsed() > EVERY {
                self.said = Instant::now();
                bar.set_message(format!("{}  {:.0} samples/s", text(measures, values), self.rate()));
            }
        }
    }

    /// After an epoch; `last` says whether another one follows.
    pub fn end(&self, epoch: usize, last: bool, names: &[String], values: impl Iterator<Item = f64>) {
        let each = self.epochs.div_ceil(LINES);
        if !self.shown || !(last || epoch == 0 || (epoch + 1).is_multiple_of(each)) {
            return;
        }
        let (epochs, seconds) = (self.epochs, self.since.elapsed().as_secs_f64());
        let (text, rate) = (text(names, values), self.rate());
        let line = format!("epoch {:>3}/{epochs}  {text}  {seconds:.1} s  {rate:.0} samples/s", epoch + 1);
        match &self.bar {
            Some(bar) => bar.println(line),
            // Nobody may be listening any more.
            None => _ = writeln!(stderr(), "{line}"),
        }
    }

    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn rate(&self) -> f64 {
        self.rows as f64 / self.since.elapsed().as_secs_f64()
    }
}

fn text(names: &[String], values: impl Iterator<Item = f64>) -> String {
    let parts: Vec<String> =
        names.iter().zip(values).map(|(name, value)| format!("{name} {value:.4}")).collect();
    parts.join("  ")
}
