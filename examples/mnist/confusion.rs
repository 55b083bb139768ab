//! Which class is taken for which.

use std::cmp::Reverse;

use tapeloop::Array;
use tapeloop::data::{Dataset, Targets};
use tapeloop::plot::HeatMap;

/// Of the examples of each class (row), how many were taken for each class (column).
pub struct Confusion<const C: usize> {
    counts: [[usize; C]; C],
    names: [String; C],
}

impl<const C: usize> Confusion<C> {
    /// From the answers `[N, C]` of a net, and the truth.
    pub fn new(answers: &Array, data: &Dataset, names: [String; C]) -> Self {
        let Targets::Classes { classes, .. } = data.targets() else { panic!("the targets are no classes") };
        let mut counts = [[0; C]; C];
        for (answer, &class) in answers.data().chunks_exact(C).zip(classes) {
            let largest = (0..C).reduce(|best, i| if answer[i] > answer[best] { i } else { best });
            counts[class][largest.expect("a class")] += 1;
        }
        Self { counts, names }
    }

    /// The commonest mistakes.
    pub fn say(&self) {
        let pairs = (0..C).flat_map(|class| (0..C).map(move |answer| (class, answer)));
        let mut mistakes: Vec<_> = pairs.filter(|(class, answer)| class != answer).collect();
        mistakes.sort_by_key(|&(class, answer)| Reverse(self.counts[class][answer]));
        for (class, answer) in mistakes.into_iter().take(3) {
            let (times, all) = (self.counts[class][answer], self.counts[class].iter().sum::<usize>());
            if times > 0 {
                say!("{} taken for {}: {times} of {all}", self.names[class], self.names[answer]);
            }
        }
    }

    pub fn map(&self) -> HeatMap {
        let counts = self.counts.as_flattened().iter().map(|&count| count as f64);
        HeatMap::new("Test images: what is taken for what", "the net's answer", "truth", [C, C], counts)
            .row_names(&self.names)
            .column_names(&self.names)
    }
}
