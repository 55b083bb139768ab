//! How far back a gradient reaches before training.

use tapeloop::nn::{Call, Dense, Recurrent, Spec};
use tapeloop::{Memory, Params, Tape, Var};

use crate::net::{loss, mask};
use crate::task::{Answers, Task};

/// `‖∂L/∂s_1‖/‖∂L/∂s_T‖` for the loss `L` of the last step, over all variables of the state `s`; of a net
/// with the weights that training begins with. In `f64`: in `f32` nothing is less than 10⁻⁴⁵ but 0.
pub fn reach<S: Spec>(layer: Recurrent<S>, task: &Task, seed: u64) -> f64 {
    let (batch, mut params) = ((task.batch)(seed, 0), Params::<f64>::new(seed));
    let outputs = layer.cell.outputs();
    let layer = layer.return_sequences(false).build(&mut params, "cell", task.inputs);
    let read_out = Dense::new(task.outputs).build(&mut params, "read_out", outputs);

    let tape = Tape::new(&params, Memory::new()).traced();
    let x: Vec<f64> = batch.x.data().iter().map(|&x| f64::from(x)).collect();
    let call = Call { mask: mask(&tape, &batch), ..Call::default() };
    let last = layer.run(tape.input(batch.x.shape(), &x), call).output;
    let steps = batch.x.shape().sizes()[1];
    let at_the_end = match batch.answers {
        Answers::Classes(all) => Answers::Class(all.into_iter().skip(steps - 1).step_by(steps).collect()),
        answer => answer,
    };
    tape.backward(loss(read_out.forward(last), &at_the_end), &mut params.zero_gradients());
    let norm = |state: Vec<Var<'_, f64>>| {
        let with_gradient = state.iter().filter(|variable| variable.needs_grad());
        with_gradient.map(|variable| variable.grad_norm()).fold(0.0, f64::hypot)
    };
    norm(tape.state(0, 0)) / norm(tape.state(0, steps - 1))
}
