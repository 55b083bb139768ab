//! A layer for single rows, applied to every step of a sequence.

use crate::real::Real;
use crate::tape::Var;

/// Applies `layer` to every step of `x` `[B, T, ..]`: to all steps at once, as a batch `[B·T, ..]`, whose result
/// `[B·T, ..]` becomes `[B, T, ..]` again. Keras `TimeDistributed`.
///
/// For what takes one batch of rows, or of sequences, and nothing larger. (What works along the last axis, as
/// [`Dense`](super::Dense), takes a sequence as it is.)
///
/// A masked step is computed like any other, as in Keras: a mask has to do with what the *layer* skips, or with what
/// the loss counts later. A layer that takes a mask `[B·T, ..]` itself gets it inside the closure, reshaped likewise.
///
/// ```
/// # use tapeloop::{Memory, Params, Tape, nn::{SimpleRnn, time_distributed}};
/// let mut params = Params::<f32>::new(0);
/// let words = SimpleRnn::new(16).build(&mut params, "words", 8);
/// let sentences = SimpleRnn::new(20).build(&mut params, "sentences", 16);
/// let tape = Tape::new(&params, Memory::new());
/// let text = tape.zeros([2, 5, 9, 8]); // 2 texts of 5 sentences of 9 words
/// let each = time_distributed(text, |sentence| words.forward(sentence)); // [2, 5, 16]
/// assert_eq!(sentences.forward(each).shape().sizes(), [2, 20]);
/// ```
///
/// # Panics
/// If `x` has no axis of time, or the first axis of the result isn't `B·T`.
#[must_use]
#[track_caller]
pub fn time_distributed<'t, R: Real>(
    x: Var<'t, R>,
    layer: impl FnOnce(Var<'t, R>) -> Var<'t, R>,
) -> Var<'t, R> {
    let [b, t, ..] = *x.shape().sizes() else {
        panic!("time_distributed: the input has shape {}, not [B, T, ..]", x.shape())
    };
    let y = layer(x.reshape(x.shape().without(0).with_size(0, b * t)));
    let shape = y.shape();
    let fits = shape.sizes().first() == Some(&(b * t));
    assert!(fits, "time_distributed: of [{}, ..] the layer makes shape {shape}", b * t);
    y.reshape(shape.with_size(0, t).with_axis(0, b))
}
