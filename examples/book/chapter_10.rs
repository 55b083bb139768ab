//! From the textbook loop to the fast kernel.

use tapeloop::nn::{Call, Recurrent, SimpleRnn, SimpleRnnCell};
use tapeloop::{Memory, Params, Real, Tape};

use crate::counted::{Counted, multiplications};
use crate::waves::{apart, digits, wave};

#[path = "../elman_by_hand/by_hand.rs"]
mod by_hand;

use by_hand::{Sizes, Weights};

pub fn print() {
    three_ways();
    tapes();
    products();
}

/// An Elman net that returns all outputs, with every step on the tape or all of them at once.
fn net<R: Real>([i, h]: [usize; 2], unrolled: bool) -> (Recurrent<SimpleRnnCell>, Params<R>) {
    let (mut params, layer) = (Params::new(0), SimpleRnn::new(h).return_sequences(true));
    let layer = if unrolled { layer.unrolled() } else { layer };
    let layer = layer.build(&mut params, "rnn", i);
    (layer, params)
}

fn inputs<R: Real>([b, t, i]: [usize; 3]) -> Vec<R> {
    (0..b * t * i).map(|n| R::from_f64(wave(n % i, n / i))).collect()
}

/// The transpose of a matrix with this many columns.
fn transpose(matrix: &[f64], columns: usize) -> Vec<f64> {
    (0..columns).flat_map(|j| matrix.iter().skip(j).step_by(columns).copied()).collect()
}

/// Outputs, `‖∂L/∂h_1‖` and the gradients of `½·Σ_t ‖h_t‖²`: by plain loops, by the unrolled tape, by the operation.
fn three_ways() {
    let [t, i, h] = [50, 8, 16];
    let (layer, params) = net::<f64>([i, h], false);
    let [w, u, b] =
        [layer.cell.w_ih, layer.cell.w_hh, layer.cell.b.expect("a bias")].map(|w| params[w].to_vec());
    let (weights, x) = (Weights { w: transpose(&w, h), u: transpose(&u, h), b }, inputs([1, t, i]));
    let outputs = by_hand::forward(Sizes { t, i, h }, &weights, &x);
    let by_hand = by_hand::backward(Sizes { t, i, h }, &weights, &x, &outputs);
    let d = by_hand.weights;
    let gradients = [transpose(&d.w, i), transpose(&d.u, h), d.b].concat();

    say!("{:<12} {:>14} {:>14} {:>14}", "", "‖∂L/∂h_1‖", "outputs apart", "gradients");
    say!("{:<12} {:>14.6}", "plain loops", by_hand.norms[0]);
    for (name, unrolled) in [("unrolled", true), ("at once", false)] {
        let (layer, params) = net::<f64>([i, h], unrolled);
        let (tape, mut grads) = (Tape::new(&params, Memory::new()), params.zero_gradients());
        let out = layer.run(tape.input([1, t, i], &x), Call::default());
        tape.backward(out.output.square().sum() * 0.5, &mut grads);
        let first = out.trajectory().map(|steps| steps.outputs().at(0).grad_norm());
        let first = first.map_or("–".into(), |norm| format!("{norm:.6}"));
        let [y, g] = [apart(&out.output.value(), &outputs), apart(grads.flat(), &gradients)].map(digits);
        say!("{name:<12} {first:>14} {y:>14} {g:>14}");
    }
}

/// The nodes of a tape with the loss of the last output, and its memory after backward.
fn tape<R: Real>([b, t, i, h]: [usize; 4], unrolled: bool) -> (usize, Memory<R>) {
    let (layer, params) = net::<R>([i, h], unrolled);
    let tape = Tape::new(&params, Memory::new());
    let output = layer.return_sequences(false).forward(tape.input([b, t, i], &inputs([b, t, i])));
    tape.backward(output.square().sum(), &mut params.zero_gradients());
    (tape.len(), tape.into_memory())
}

fn tapes() {
    say!("\nB = 4, I = 1, H = 64, f32");
    say!("{:>8} {:>10} {:>10} {:>18} {:>10}", "", "nodes", "", "numbers ÷ B·T·H", "");
    say!("{:>8} {:>10} {:>10} {:>18} {:>10}", "T", "unrolled", "at once", "unrolled", "at once");
    for t in [5, 50, 500, 5_000] {
        let [unrolled, at_once] = [true, false].map(|unrolled| {
            let (nodes, memory) = tape::<f32>([4, t, 1, 64], unrolled);
            (nodes, memory.bytes() as f64 / (size_of::<f32>() * 4 * t * 64) as f64)
        });
        let [a, b] = [unrolled.1, at_once.1].map(|numbers| format!("{numbers:.1}"));
        say!("{t:>8} {:>10} {:>10} {a:>18} {b:>10}", unrolled.0, at_once.0);
    }
}

fn products() {
    say!("\nmultiplications, forward and backward");
    say!("{:<14} {:>10} {:>10} {:>10} {:>10}", "B T I H", "unrolled", "at once", "products", "rest");
    for sizes @ [b, t, i, h] in [[1, 50, 8, 16], [4, 20, 16, 16], [4, 20, 16, 32]] {
        let [unrolled, at_once] =
            [true, false].map(|unrolled| multiplications(|| _ = tape::<Counted>(sizes, unrolled)));
        // x·W and its weights' gradient; h·U, its weights' gradient, and what goes back, but at the first step.
        let products = (b * (2 * t * i * h + (3 * t - 1) * h * h)) as u64;
        let name = format!("{b} {t} {i} {h}");
        say!("{name:<14} {unrolled:>10} {at_once:>10} {products:>10} {:>10}", at_once - products);
    }
}
