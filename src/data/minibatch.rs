//! Some rows of a data set, copied next to each other.

use std::ops::Range;

use super::inputs::Numbers;
use super::{Dataset, Inputs, Targets};
use crate::real::Real;
use crate::tensor::Shape;

/// `B` rows of a [`Dataset`]. Its memory is used again by the next [`fill`](Self::fill).
///
/// [`Chain::forward`](crate::train::Chain::forward) and [`Loss::of`](crate::train::Loss::of) read it.
#[derive(Clone, Debug, Default)]
pub struct Minibatch<R = f32> {
    pub(crate) input_shape: Shape,
    /// Numbers of inputs; or ids, and this is empty.
    pub(crate) x: Vec<R>,
    pub(crate) ids: Vec<usize>,
    pub(crate) target_shape: Shape,
    /// Numeric targets; or classes, and this is empty.
    pub(crate) y: Vec<R>,
    pub(crate) classes: Vec<usize>,
    lengths: Vec<usize>,
    has_lengths: bool,
}

impl<R: Real> Minibatch<R> {
    /// No rows yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of rows, `B`.
    pub fn rows(&self) -> usize {
        self.input_shape.sizes().first().copied().unwrap_or(0)
    }

    /// Copies these rows of the data; of sequences, all steps.
    ///
    /// # Panics
    /// If there is no such row.
    #[track_caller]
    pub fn fill(&mut self, data: &Dataset<R>, rows: &[usize]) {
        self.fill_inputs(data.inputs(), rows, None);
        self.fill_targets(data.targets(), rows, None);
    }

    /// Copies these rows of the data, and of them only some steps: of inputs `[N, T, ..]` and targets `[N, T, ..]`.
    ///
    /// # Panics
    /// If there is no such row or step.
    #[track_caller]
    pub fn fill_steps(&mut self, data: &Dataset<R>, rows: &[usize], steps: Range<usize>) {
        self.fill_inputs(data.inputs(), rows, Some(steps.clone()));
        self.fill_targets(data.targets(), rows, Some(steps));
    }

    #[track_caller]
    pub(crate) fn fill_inputs(&mut self, inputs: &Inputs<R>, rows: &[usize], steps: Option<Range<usize>>) {
        self.x.clear();
        self.ids.clear();
        self.lengths.clear();
        self.has_lengths = inputs.lengths().is_some();
        if let Some(lengths) = inputs.lengths() {
            let steps = steps.clone().unwrap_or(0..usize::MAX);
            let within = |&row: &usize| lengths[row].clamp(steps.start, steps.end) - steps.start;
            self.lengths.extend(rows.iter().map(within));
        }
        let parts = Parts { shape: inputs.shape(), rows, steps };
        self.input_shape = parts.result();
        match &inputs.numbers {
            Numbers::Values(values) => parts.copy(values, &mut self.x, |&x| x),
            Numbers::Bytes { bytes, scale } => {
                let scale = R::from_f64(*scale);
                parts.copy(bytes, &mut self.x, |&byte| R::from_usize(usize::from(byte)) * scale);
            }
            Numbers::Ids(ids) => parts.copy(ids, &mut self.ids, |&id| id),
        }
    }

    #[track_caller]
    fn fill_targets(&mut self, targets: &Targets<R>, rows: &[usize], steps: Option<Range<usize>>) {
        self.y.clear();
        self.classes.clear();
        let parts = Parts { shape: targets.shape(), rows, steps };
        self.target_shape = parts.result();
        match targets {
            Targets::Values(array) => parts.copy(array.data(), &mut self.y, |&y| y),
            Targets::Classes { classes, .. } => parts.copy(classes, &mut self.classes, |&class| class),
        }
    }

    /// For sequences that end early: how many steps of each row count.
    pub fn lengths(&self) -> Option<&[usize]> {
        self.has_lengths.then_some(&self.lengths)
    }
}

/// Rows of an array, and of each row some steps.
struct Parts<'a> {
    /// Of the array: `[N, ..]`, or `[N, T, ..]`.
    shape: Shape,
    rows: &'a [usize],
    /// All, if there are none.
    steps: Option<Range<usize>>,
}

impl Parts<'_> {
    /// The shape of the copy.
    #[track_caller]
    fn result(&self) -> Shape {
        let shape = self.shape.with_size(0, self.rows.len());
        self.steps.as_ref().map_or(shape, |steps| shape.with_size(1, steps.len()))
    }

    /// Appends `f` of each number to `to`.
    #[track_caller]
    fn copy<A, B>(&self, from: &[A], to: &mut Vec<B>, f: impl Fn(&A) -> B) {
        let row: usize = self.shape.sizes()[1..].iter().product();
        let within = match &self.steps {
            None => 0..row,
            Some(steps) => {
                let step: usize = self.shape.sizes()[2..].iter().product();
                steps.start * step..steps.end * step
            }
        };
        for &n in self.rows {
            to.extend(from[n * row..][within.clone()].iter().map(&f));
        }
    }
}
