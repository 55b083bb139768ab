//! A net with its weights.

use super::check::{answer, check_inputs, check_state};
use super::{Chain, Summary};
use crate::data::{Inputs, Minibatch};
use crate::error::Error;
use crate::nn::Stateful;
use crate::real::Real;
use crate::tape::{Memory, Tape};
use crate::tensor::{Array, Gradients, Params, Shape};

/// A [`Sequential`](super::Sequential) with its weights, to be trained and asked.
///
/// See [`fit`](Self::fit), [`evaluate`](Self::evaluate), [`predict`](Self::predict).
pub struct Model<R: Real = f32> {
    pub(super) chain: Chain<R>,
    pub(super) params: Params<R>,
    /// What each layer keeps from batch to batch; nothing, if the net isn't stateful.
    pub(super) states: Vec<Stateful<R>>,
    pub(super) memory: Memory<R>,
    /// Nothing before it is trained.
    pub(super) grads: Option<Gradients<R>>,
    pub(super) batch: Minibatch<R>,
}

/// How many rows are computed at a time, where it makes no difference to the result. Keras' 32.
pub(super) const ROWS: usize = 32;

impl<R: Real> Model<R> {
    pub(super) fn new(chain: Chain<R>, params: Params<R>, stateful: bool) -> Self {
        let kept = if stateful { chain.links().len() } else { 0 };
        let states = (0..kept).map(|_| Stateful::new()).collect();
        Self { chain, params, states, memory: Memory::new(), grads: None, batch: Minibatch::new() }
    }

    /// The table of its layers.
    pub fn summary(&self) -> Summary {
        Summary::of(&self.chain)
    }

    /// The layers.
    pub fn chain(&self) -> &Chain<R> {
        &self.chain
    }

    /// The weights.
    pub fn params(&self) -> &Params<R> {
        &self.params
    }

    /// The weights.
    pub fn params_mut(&mut self) -> &mut Params<R> {
        &mut self.params
    }

    /// Whether its layers go on from batch to batch where they were.
    pub fn is_stateful(&self) -> bool {
        !self.states.is_empty()
    }

    /// Forgets what a stateful net keeps from batch to batch.
    pub fn reset_state(&mut self) {
        self.states.iter_mut().for_each(Stateful::reset_state);
    }

    /// Its answers `[N, ..]`, in the order of the inputs.
    ///
    /// A stateful net takes all inputs as one batch, goes on where it was, and remembers where it is then.
    ///
    /// # Errors
    /// If the inputs are not of the shape that it was built for, or an id is not below the vocabulary; of a stateful net, if
    /// they are not as many as it was given before.
    pub fn predict(&mut self, inputs: &Inputs<R>) -> Result<Array<R>, Error> {
        check_inputs(&self.chain, inputs)?;
        check_state(&self.states, inputs.len())?;
        let n = inputs.len();
        let each = if self.is_stateful() { n.max(1) } else { ROWS };
        let mut answers = Vec::new();
        let rows: Vec<usize> = (0..n).collect();
        for rows in rows.chunks(each) {
            self.batch.fill_inputs(inputs, rows, None);
            let tape = Tape::without_gradients(&self.params, std::mem::take(&mut self.memory));
            let answer = self.chain.forward(&tape, &self.batch, None, &mut self.states).x();
            answer.with_value(|values| answers.extend_from_slice(values));
            self.memory = tape.into_memory();
        }
        Ok(Array::new(Shape::new(&answer(self.chain.output(), inputs)), answers))
    }
}
