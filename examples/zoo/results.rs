//! What came out: of each cell, over all seeds.

use std::cmp::Ordering;

use crate::task::Task;

/// What came out of one training.
pub struct Run {
    pub parameters: usize,
    /// The first step at which the task was solved.
    pub solved: Option<usize>,
    /// The step at which a loss was no finite number.
    pub failed: Option<usize>,
    /// At the end, in the unit of the task.
    pub loss: f64,
    pub accuracy: Option<f64>,
    /// Training steps a second.
    pub rate: f64,
    /// `‖∂L/∂s_1‖/‖∂L/∂s_T‖` before training.
    pub reach: f64,
    /// `(step, loss)`
    pub curve: Vec<(f64, f64)>,
    /// What the net writes by itself, if it was asked to.
    pub sample: Option<String>,
}

impl Run {
    pub fn new(parameters: usize) -> Self {
        let (loss, rate, reach) = (f64::INFINITY, 0.0, f64::NAN);
        let (solved, failed, accuracy, sample) = (None, None, None, None);
        Self { parameters, solved, failed, loss, accuracy, rate, reach, curve: Vec::new(), sample }
    }
}

/// A cell, and its runs, one for each seed.
pub struct Entry {
    pub name: &'static str,
    pub runs: Vec<Run>,
}

impl Entry {
    /// A quantity of all runs, in order; what is no number, or not there, comes last, as infinity.
    pub fn sorted(&self, of: impl Fn(&Run) -> f64) -> Vec<f64> {
        let finite = |x: f64| if x.is_finite() { x } else { f64::INFINITY };
        let mut numbers: Vec<f64> = self.runs.iter().map(|run| finite(of(run))).collect();
        numbers.sort_by(f64::total_cmp);
        numbers
    }

    /// The median of a quantity, of two the worse one.
    pub fn median(&self, of: impl Fn(&Run) -> f64) -> f64 {
        self.sorted(of)[self.runs.len() / 2]
    }

    /// When it was solved: infinity if it wasn't.
    pub fn solved(&self) -> f64 {
        self.median(solved)
    }

    pub fn loss(&self) -> f64 {
        self.median(|run| run.loss)
    }

    /// In how many runs a loss was no finite number, and the first step at which that was seen.
    pub fn failed(&self) -> Option<(usize, usize)> {
        let failed: Vec<usize> = self.runs.iter().filter_map(|run| run.failed).collect();
        failed.iter().min().map(|&first| (failed.len(), first))
    }

    /// Who solved it first comes first; then who has the smaller loss.
    pub fn compare(&self, other: &Self) -> Ordering {
        let failed = |entry: &Self| entry.failed().map_or(0, |(runs, _)| runs);
        self.solved()
            .total_cmp(&other.solved())
            .then(failed(self).cmp(&failed(other)))
            .then(self.loss().total_cmp(&other.loss()))
    }

    /// While the race goes on.
    pub fn sentence(&self, task: &Task) -> String {
        let end = match self.failed() {
            Some((_, step)) => format!("out: a loss that is no finite number, at step {step}"),
            None if self.solved().is_finite() => format!("solved at step {}", self.solved()),
            None => "not solved".into(),
        };
        format!("{:<20} {} {:<10.3e} {end}", self.name, task.loss.0, self.loss())
    }
}

/// The step at which a run solved the task, or infinity.
pub fn solved(run: &Run) -> f64 {
    run.solved.map_or(f64::INFINITY, |step| step as f64)
}

/// The beginning of the last line.
pub fn line(task: &str, entries: &[Entry]) -> String {
    let solved = entries.iter().filter(|entry| entry.solved().is_finite()).count();
    let failed = entries.iter().filter(|entry| entry.failed().is_some()).count();
    let best = &entries[0];
    let at = if best.solved().is_finite() { best.solved().to_string() } else { "never".into() };
    format!(
        "result: cells={} task={task} solved={solved} failed={failed} best={} best_solved={at} best_loss={:.4e}",
        entries.len(),
        best.name,
        best.loss()
    )
}
