//! Steps of which nothing is kept.

use std::mem;

use super::piece::Piece;
use super::task::{self, StateValues, Task};
use crate::nn::Cell;
use crate::real::Real;
use crate::tape::{Memory, Tape};
use crate::tensor::Array;

impl<K: Task, R: Real> Piece<'_, K, R> {
    /// The state after the steps, from the one before. Nothing is kept for a backward pass. `each` may ask for the state after each step.
    #[track_caller]
    pub fn forward(
        &self,
        from: &[Array<R>],
        memory: &mut Memory<R>,
        mut each: impl FnMut(usize, &dyn Fn() -> StateValues<R>),
    ) -> StateValues<R> {
        let mut state = from.to_vec();
        for t in self.steps.clone() {
            let tape = Tape::without_gradients(self.params, mem::take(memory));
            let before = task::on_tape(self.task, &tape, &state);
            state = task::values::<K, R>(self.task.cell().step(self.task.input(&tape, t), before));
            each(t, &|| state.clone());
            *memory = tape.into_memory();
        }
        state
    }
}
