//! How it goes while it goes: a bar on a terminal, lines elsewhere; on the standard error.

use std::io::{IsTerminal, Write, stderr};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};

/// What is said of the epochs of a run.
pub(super) struct Progress {
    shown: bool,
    epochs: usize,
    bar: Option<ProgressBar>,
    since: Instant,
    rows: usize,
}

impl Progress {
    pub fn new(shown: bool, epochs: usize) -> Self {
        Self { shown, epochs, bar: None, since: Instant::now(), rows: 0 }
    }

    /// Before an epoch, of which some batches may be done already.
    pub fn begin(&mut self, epoch: usize, batches: usize, done: usize) {
        (self.since, self.rows) = (Instant::now(), 0);
        if self.shown && stderr().is_terminal() {
            let template = format!(
                "epoch {:>3}/{} {{bar:30.cyan/blue}} {{pos}}/{{len}}  {{eta}} left  {{msg}}",
                epoch + 1,
                self.epochs
            );
            let style = ProgressStyle::with_template(&template).expect("a valid template");
            let bar = ProgressBar::new(batches as u64).with_style(style);
            bar.set_position(done as u64);
            bar.reset_eta();
            self.bar = Some(bar);
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
            bar.set_position(done as u64);
            // Text costs more than a small batch.
            if done.is_multiple_of(8) {
                bar.set_message(format!("{}  {:.0} samples/s", text(measures, values), self.rate()));
            }
        }
    }

    /// After an epoch.
    pub fn end(&mut self, epoch: usize, names: &[String], values: impl Iterator<Item = f64>) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        if self.shown {
            let (epochs, seconds) = (self.epochs, self.since.elapsed().as_secs_f64());
            let text = text(names, values);
            let rate = self.rate();
            // Nobody may be listening any more.
            _ = writeln!(
                stderr(),
                "epoch {:>3}/{epochs}  {text}  {seconds:.1} s  {rate:.0} samples/s",
                epoch + 1
            );
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
