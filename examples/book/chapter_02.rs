//! The tape.

use tapeloop::{Array, Memory, Params, Tape, Var};

pub fn print() {
    say!("the neuron of chapter 1");
    let mut params = Params::<f64>::new(0);
    let w = params.add("w", [2, 1], tapeloop::Init::Zeros);
    let b = params.add("b", [1], tapeloop::Init::Zeros);
    params[w].copy_from_slice(&[0.8, 0.6]);
    params[b].copy_from_slice(&[0.5]);
    let tape = Tape::new(&params, Memory::new());
    let x = tape.input([1, 2], &[0.5, -1.0]);
    let p = x.matmul(tape.param(w)).add_bias(tape.param(b)).tanh();
    let loss = p.mse(tape.input([1, 1], &[1.0]));
    let mut grads = params.zero_gradients();
    tape.backward(loss, &mut grads);
    print_tape(&tape);
    say!("  ∂L/∂w = {:.4?}, ∂L/∂b = {:.4?}", &grads[w], &grads[b]);

    say!("\na value read twice: L = x·x + x at x = 3");
    let none = Params::new(0);
    let tape = Tape::new(&none, Memory::new());
    let x = tape.variable(&Array::new([1], vec![3.0]));
    tape.backward(x * x + x, &mut none.zero_gradients());
    print_tape(&tape);
    say!("  ∂L/∂x = 3 + 3 + 1 = {:.4}", x.grad()[0]);

    say!("\na weight read twice: L = Σ tanh(tanh(x·W)·W)");
    let weight = Array::new([2, 2], vec![0.6, -0.4, 0.3, 0.5]);
    let tape = Tape::new(&none, Memory::new());
    let w = tape.variable(&weight);
    tape.backward(twice(&tape, w, w), &mut none.zero_gradients());
    print_tape(&tape);
    let shared = w.grad();

    let tape = Tape::new(&none, Memory::new());
    let [u, v] = [(); 2].map(|()| tape.variable(&weight));
    tape.backward(twice(&tape, u, v), &mut none.zero_gradients());
    let sum: Vec<f64> = u.grad().iter().zip(v.grad()).map(|(u, v)| u + v).collect();
    say!("  as two weights with the same numbers, L = Σ tanh(tanh(x·U)·V)");
    say!("  ∂L/∂U         {:>8.4?}", u.grad());
    say!("  ∂L/∂V         {:>8.4?}", v.grad());
    say!("  their sum     {sum:>8.4?}");
    say!("  ∂L/∂W         {shared:>8.4?}");
}

fn twice<'t>(tape: &'t Tape<'t, f64>, u: Var<'t, f64>, v: Var<'t, f64>) -> Var<'t, f64> {
    let x = tape.input([1, 2], &[1.0, -0.5]);
    x.matmul(u).tanh().matmul(v).tanh().sum()
}

fn print_tape(tape: &Tape<'_, f64>) {
    say!("{}", tape.to_string().trim_end());
}
