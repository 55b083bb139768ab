//! Which class is taken for which.

use tapeloop::Array;
use tapeloop::data::{Dataset, Targets};
use tapeloop::plot::HeatMap;

/// Counts `[C, C]`: of the images of each class (row), how many were taken for each (column).
pub struct Confusion {
    counts: Vec<usize>,
    classes: usize,
}

impl Confusion {
    /// From the logits `[N, C]` of a net.
    pub fn new(logits: &Array, data: &Dataset) -> Self {
        let classes = logits.shape().last();
        let mut counts = vec![0; classes * classes];
        if let Targets::Classes { classes: truth, .. } = data.targets() {
            for (logits, class) in logits.data().chunks_exact(classes).zip(truth) {
                let largest = (0..classes).reduce(|best, i| if logits[i] > logits[best] { i } else { best });
                counts[class * classes + largest.unwrap_or(0)] += 1;
            }
        }
        Self { counts, classes }
    }

    /// The commonest mistakes.
    pub fn say(&self) {
        let mut mistakes: Vec<usize> =
            (0..self.counts.len()).filter(|i| i / self.classes != i % self.classes).collect();
        mistakes.sort_by_key(|&i| std::cmp::Reverse(self.counts[i]));
        for i in mistakes.into_iter().take(3).filter(|&i| self.counts[i] > 0) {
            let (class, taken) = (i / self.classes, i % self.classes);
            let all: usize = self.counts[class * self.classes..][..self.classes].iter().sum();
            say!("{class} was taken for {taken} {} times of {all}", self.counts[i]);
        }
    }

    pub fn map(&self) -> HeatMap {
        let counts = self.counts.iter().map(|&count| count as f64);
        HeatMap::new(
            "Test images: which is taken for which",
            "said by the net",
            "is",
            [self.classes; 2],
            counts,
        )
    }
}
