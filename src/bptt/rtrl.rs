//! Real-time recurrent learning.

use super::full::total;
use super::jacobian::{linearise, numbers};
use super::task::{self, StateValues, Task};
use crate::kernels::{Mat, MatMut, gemm};
use crate::real::Real;
use crate::tape::Memory;
use crate::tensor::{Gradients, Params};

/// How the state depends on the weights, carried along in the direction of time: `P_t = ds_t/dw` `[S, W]`, with all paths through
/// earlier steps.
///
/// ```text
/// P_t = ∂s_t/∂w + ∂s_t/∂s_{t−1}·P_{t−1}            P_0 = 0
/// ∂L/∂w += ∂l_t/∂w + ∂l_t/∂s_{t−1}·P_{t−1}         all of l_t, as soon as step t is done
/// ```
///
/// (In the second line `l_t` is a function of `w` and `s_{t−1}`: through the step, and through what reads its output.)
///
/// Williams & Zipser, *A learning algorithm for continually running fully recurrent neural networks* (1989). The past is not kept: that
/// pays where sequences have no end and states are small.
#[derive(Clone, Debug)]
pub struct Influence<R> {
    /// `s_t`.
    pub state: StateValues<R>,
    /// `P_t` `[S, W]`, row by row; weights as in [`Params::flat`].
    pub by_weights: Vec<R>,
    /// `∂s_t/∂s_{t−1}` `[S, S]` of the last step.
    pub jacobian: Vec<R>,
}

impl<R: Real> Influence<R> {
    /// Before the first step: the initial state doesn't depend on the weights.
    pub fn new<K: Task>(task: &K, params: &Params<R>) -> Self {
        let state = task::initial_state(task, params);
        let count = numbers(&state);
        Self {
            state,
            by_weights: vec![R::ZERO; count * params.flat().len()],
            jacobian: vec![R::ZERO; count * count],
        }
    }

    /// Step `t`. Adds the gradient of its loss to the gradients, and returns the loss.
    ///
    /// # Panics
    /// If the gradients or the state are of other parameters.
    #[track_caller]
    pub fn step<K: Task>(
        &mut self,
        task: &K,
        params: &Params<R>,
        t: usize,
        grads: &mut Gradients<R>,
        memory: &mut Memory<R>,
    ) -> Option<R> {
        let (states, weights) = (numbers(&self.state), params.flat().len());
        assert!(params.fits(grads), "rtrl: gradients of other parameters");
        let step = linearise(task, params, t, &self.state, memory);
        let p = Mat::new(&self.by_weights, states, weights);
        let loss = step.loss.map(|(loss, by_state, by_weights)| {
            let sum = grads.flat_mut();
            sum.iter_mut().zip(by_weights).for_each(|(sum, g)| *sum += g);
            gemm::add_product(Mat::new(&by_state, 1, states), p, MatMut::new(sum, 1, weights));
            loss
        });
        let mut next = step.by_weights;
        gemm::add_product(
            Mat::new(&step.by_state, states, states),
            p,
            MatMut::new(&mut next, states, weights),
        );
        *self = Self { state: step.state, by_weights: next, jacobian: step.by_state };
        loss
    }
}

/// `∂L/∂w` from the first step to the last, added to the gradients: the exact one, like that of [`full`](super::full), but for rounding.
/// Returns the loss.
///
/// # Panics
/// If the gradients are of other parameters.
#[track_caller]
pub fn rtrl<K: Task, R: Real>(
    task: &K,
    params: &Params<R>,
    grads: &mut Gradients<R>,
    memory: &mut Memory<R>,
) -> R {
    let [_, steps] = task.sizes();
    let mut influence = Influence::new(task, params);
    total((0..steps).filter_map(|t| influence.step(task, params, t, grads, memory)))
}
