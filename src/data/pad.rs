//! Sequences of different lengths as one array.

/// The beginning or the end of a sequence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// Before its first step, Keras' `'pre'`. A recurrent net that reads the padding first has the last real step
    /// fresh in its state.
    #[default]
    Pre,
    /// After its last step, Keras' `'post'`. So are the lengths that PyTorch packs, and those that
    /// [`Tape::lengths`](crate::Tape::lengths) makes a mask of.
    Post,
}

/// How [`pad_sequences`] makes sequences equally long. The default is Keras': to the length of the longest one, with
/// zeros, at the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Padding<S = usize> {
    /// The length of all, `T`; if it isn't given, that of the longest. Keras `maxlen`.
    pub maxlen: Option<usize>,
    /// Where short sequences are filled up. Keras `padding`.
    pub padding: Side,
    /// Where long sequences are cut off. Keras `truncating`: by default their beginning is lost.
    pub truncating: Side,
    /// What they are filled up with. Keras `value`.
    pub value: S,
}

/// Sequences that are equally long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Padded<S> {
    /// All steps, `[N, T]`.
    pub values: Vec<S>,
    /// The length of all, `T`.
    pub steps: usize,
    /// How many steps of each are its own, `[N]`.
    pub lengths: Vec<usize>,
}

/// Makes sequences equally long: fills up the short ones and cuts off the long ones. Keras `pad_sequences`.
///
/// A step is whatever can be copied: an id, or an array of numbers.
///
/// ```
/// # use tapeloop::data::{Padding, Side, pad_sequences};
/// let sentences = [vec![5, 8, 2], vec![9]];
/// assert_eq!(pad_sequences(&sentences, Padding::default()).values, [5, 8, 2, 0, 0, 9]);
///
/// let after = Padding { maxlen: Some(2), padding: Side::Post, ..Padding::default() };
/// let padded = pad_sequences(&sentences, after);
/// assert_eq!((padded.values, padded.lengths), (vec![8, 2, 9, 0], vec![2, 1]));
///
/// let measured = [vec![[0.1, 0.2]], vec![[0.3, 0.4], [0.5, 0.6]]]; // two numbers a step
/// let padded = pad_sequences(&measured, Padding::default());
/// assert_eq!(padded.values.as_flattened(), [0.0, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]); // [2, 2, 2]
/// ```
pub fn pad_sequences<S: Copy>(sequences: &[impl AsRef<[S]>], how: Padding<S>) -> Padded<S> {
    let sequences = || sequences.iter().map(AsRef::as_ref);
    let steps = how.maxlen.unwrap_or_else(|| sequences().map(<[S]>::len).max().unwrap_or(0));
    let lengths: Vec<usize> = sequences().map(|sequence| sequence.len().min(steps)).collect();
    let mut values = vec![how.value; lengths.len() * steps];
    for (row, (sequence, &length)) in sequences().zip(&lengths).enumerate() {
        let from = match how.truncating {
            Side::Pre => sequence.len() - length,
            Side::Post => 0,
        };
        let to = match how.padding {
            Side::Pre => steps - length,
            Side::Post => 0,
        };
        values[row * steps + to..][..length].copy_from_slice(&sequence[from..][..length]);
    }
    Padded { values, steps, lengths }
}
