//! Sequences of ids with classes.

/// Sequences of ids, each of its own length, and a class for each: texts as word numbers, say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelledSequences {
    /// The ids, `N` sequences.
    pub sequences: Vec<Vec<usize>>,
    /// The class of each, `N`.
    pub labels: Vec<usize>,
}
