//! Sequences with classes.

/// Sequences, each of its own length, and a class for each. A step is an id, if nothing else is said: texts as
/// word numbers, say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelledSequences<T = usize> {
    /// The steps of `N` sequences.
    pub sequences: Vec<Vec<T>>,
    /// The class of each, `N`.
    pub labels: Vec<usize>,
}
