//! The shape of what one layer hands to the next.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a net is given, or what a layer of it is given by the one below: ids or numbers, and their shape without the
/// axis of the batch.
///
/// It prints as Keras does: `(None, 28, 28)`, where `None` is any size.
///
/// ```
/// # use tapeloop::train::InputShape;
/// assert_eq!(InputShape::sequence(28, 28).to_string(), "(None, 28, 28)");
/// assert_eq!(InputShape::tokens(500).any_length().to_string(), "(None, None)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputShape {
    ids: bool,
    axes: Vec<Option<usize>>,
}

impl InputShape {
    /// Ids `[B, T]`, such as the numbers of words, for an [`Embedding`](crate::nn::Embedding).
    pub fn tokens(steps: usize) -> Self {
        Self { ids: true, axes: vec![Some(steps)] }
    }

    /// Sequences `[B, T, I]`.
    pub fn sequence(steps: usize, inputs: usize) -> Self {
        Self { ids: false, axes: vec![Some(steps), Some(inputs)] }
    }

    /// Features `[B, I]`.
    pub fn features(inputs: usize) -> Self {
        Self { ids: false, axes: vec![Some(inputs)] }
    }

    /// The same with any number of steps: the first axis but that of the batch.
    #[must_use]
    pub fn any_length(mut self) -> Self {
        self.axes.iter_mut().take(1).for_each(|steps| *steps = None);
        self
    }

    /// Numbers with these axes; `None` is any size.
    pub fn values(axes: impl Into<Vec<Option<usize>>>) -> Self {
        Self { ids: false, axes: axes.into() }
    }

    /// Whether they are ids.
    pub fn is_ids(&self) -> bool {
        self.ids
    }

    /// The axes but that of the batch.
    pub fn axes(&self) -> &[Option<usize>] {
        &self.axes
    }

    /// The size of the last axis of numbers, for a layer that needs to know it; or what is wrong.
    ///
    /// # Errors
    /// A sentence that says what is needed instead.
    pub fn last(&self) -> Result<usize, String> {
        match (self.ids, self.axes.last()) {
            (true, _) => Err("needs numbers, but gets ids; put an embedding first".into()),
            (false, Some(&Some(size))) => Ok(size),
            (false, _) => Err(format!("needs to know the last axis of its input {self}")),
        }
    }

    /// `T` and `I` of sequences `[B, T, I]` of numbers; or what is wrong.
    ///
    /// # Errors
    /// A sentence that says what is needed instead.
    pub fn steps_and_inputs(&self) -> Result<(Option<usize>, usize), String> {
        let inputs = self.last()?;
        match self.axes[..] {
            [steps, _] => Ok((steps, inputs)),
            _ => Err(format!(
                "needs sequences (None, T, I), but gets {self}; a recurrent layer below must return sequences"
            )),
        }
    }

    /// The same with another last axis.
    #[must_use]
    pub fn with_last(&self, size: usize) -> Self {
        let mut axes = self.axes.clone();
        axes.pop();
        axes.push(Some(size));
        Self::values(axes)
    }

    /// Whether data of this shape, batch first, is what is meant.
    pub(crate) fn accepts(&self, ids: bool, sizes: &[usize]) -> bool {
        let fits = |(&axis, &size): (&Option<usize>, &usize)| axis.is_none_or(|axis| axis == size);
        self.ids == ids && sizes.len() == self.axes.len() + 1 && self.axes.iter().zip(&sizes[1..]).all(fits)
    }
}

impl fmt::Display for InputShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "(None")?;
        for axis in &self.axes {
            match axis {
                Some(size) => write!(f, ", {size}")?,
                None => write!(f, ", None")?,
            }
        }
        // Python's tuple of one.
        write!(f, "{})", if self.axes.is_empty() { "," } else { "" })
    }
}
