//! One recurrent net written three times (plain loops, the tape, a layer) and its gradient written
//! twice (by hand, and by the tape), side by side.
//!
//! `cargo run --release --example elman_by_hand`

mod by_hand;
#[macro_use]
#[path = "../sine/say.rs"]
mod say;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use by_hand::{Gradients, Sizes, Weights};
use clap::Parser;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use tapeloop::nn::{SimpleRnn, Way, unroll};
use tapeloop::plot::{Panel, Picture};
use tapeloop::{Array, Error, Init, Memory, Params, Tape};

/// `output_t = tanh(W·input_t + U·state_t + b)`: as loops, through the tape, and as a layer; then
/// backpropagation through time by hand beside the tape's.
#[derive(Parser)]
struct Args {
    /// Time steps
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    steps: u16,
    /// Features of each input
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    features: u16,
    /// Units
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    units: u16,
    /// Seed of inputs and weights
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Where the picture goes
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
}

fn main() -> ExitCode {
    let args = Args::parse();
    if let Err(source) = fs::create_dir_all(&args.out) {
        say::complain(format_args!("{}", Error::Write { path: args.out, source }));
        return ExitCode::from(2);
    }
    let sizes = Sizes { t: args.steps.into(), i: args.features.into(), h: args.units.into() };
    let mut rng = ChaCha8Rng::seed_from_u64(args.seed);
    let mut random = |n: usize| (0..n).map(|_| rng.random::<f64>()).collect::<Vec<_>>();
    let Sizes { t, i, h } = sizes;
    let inputs = random(t * i);
    let weights = Weights { w: random(h * i), u: random(h * h), b: random(h) };

    say!("{t} steps of {i} features into {h} units: output_t = tanh(W·input_t + U·state_t + b)\n");
    say!("1. Weights as in the tutorial, uniform in [0, 1)");
    let saturated = compare(sizes, &weights, &inputs);
    if saturated.later_slope == 0.0 {
        say!(
            "   With {i} + {h} positive terms in each sum, tanh saturates: from the second step on 1 − output² is 0 to\n   \
             the last bit, and no later step's gradient comes back through it. Such a net cannot learn.\n"
        );
    } else {
        say!("   The largest 1 − output² after the first step is {:.1e}.\n", saturated.later_slope);
    }

    say!("2. The same weights moved to ±1/√H, where tanh is alive");
    let scale = 1.0 / (h as f64).sqrt();
    let centre = |x: &Vec<f64>| x.iter().map(|x| (2.0 * x - 1.0) * scale).collect();
    let weights = Weights { w: centre(&weights.w), u: centre(&weights.u), b: centre(&weights.b) };
    let alive = compare(sizes, &weights, &inputs);

    let picture = match draw(&args.out, &alive) {
        Ok(path) => path,
        Err(error) => {
            say::complain(format_args!("{error}"));
            return ExitCode::from(2);
        }
    };
    let forward = saturated.forward.max(alive.forward);
    let gradient = saturated.gradient.max(alive.gradient);
    say!(
        "\nresult: steps={t} outputs_apart={forward:.1e} gradients_apart={gradient:.1e} picture={}",
        picture.display()
    );
    if forward.max(gradient) < 1e-12 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// `‖∂L/∂h_t‖` over time, from both.
fn draw(folder: &Path, compared: &Compared) -> Result<PathBuf, Error> {
    let path = folder.join("elman_by_hand.svg");
    let over_time = |norms: &[f64]| (1..).map(f64::from).zip(norms.iter().copied()).collect::<Vec<_>>();
    let panel = Panel::new("Gradient of each state", "time step t", "‖∂L/∂h_t‖")
        .line("by hand", over_time(&compared.by_hand))
        .dots("tape", over_time(&compared.tape).into_iter().step_by(4).collect::<Vec<_>>());
    Picture::new("Backpropagation through time, by hand and by the tape").panel(panel).save(&path)?;
    Ok(path)
}

/// The largest differences between the versions, as multiples of the largest number compared, and
/// `‖∂L/∂h_t‖` for each `t`.
struct Compared {
    /// The largest slope of tanh, 1 − output², after the first step.
    later_slope: f64,
    forward: f64,
    gradient: f64,
    by_hand: Vec<f64>,
    tape: Vec<f64>,
}

fn compare(sizes: Sizes, weights: &Weights, inputs: &[f64]) -> Compared {
    // By hand.
    let outputs = by_hand::forward(sizes, weights, inputs);
    let Gradients { weights: d, norms } = by_hand::backward(sizes, weights, inputs, &outputs);

    // The tape, with the tutorial's W·x: columns instead of rows.
    let Sizes { t, i, h } = sizes;
    let no_params = Params::new(0);
    let tape = Tape::new(&no_params, Memory::new());
    let [w, u, b] = [(h, i, &weights.w), (h, h, &weights.u), (h, 1, &weights.b)]
        .map(|(rows, columns, data)| tape.variable(&Array::new([rows, columns], data.clone())));
    let mut state = tape.zeros([h, 1]);
    let mut states = tape.sequence(t);
    for input in inputs.chunks_exact(i) {
        let input = tape.input([i, 1], input);
        state = (w.matmul(input) + u.matmul(state) + b).tanh();
        states.push(state);
    }
    let states = states.finish();
    let tape_outputs = states.stack(); // [H, T, 1]
    tape.backward((tape_outputs * tape_outputs).sum().scale(0.5), &mut no_params.zero_gradients());
    let tape_norms: Vec<f64> = (0..t).map(|step| states.at(step).grad_norm()).collect();

    // The layer, which multiplies from the right, x·W_ih: its weights are the transposes.
    let mut params = Params::new(0);
    let rnn = SimpleRnn::new(h).init(Init::Zeros, Init::Zeros).build(&mut params, "rnn", i);
    let cell = rnn.cell;
    let bias = cell.b.expect("a bias by default");
    params[cell.w_ih].copy_from_slice(&transpose(&weights.w, i));
    params[cell.w_hh].copy_from_slice(&transpose(&weights.u, h));
    params[bias].copy_from_slice(&weights.b);
    let mut grads = params.zero_gradients();
    let layer_tape = Tape::new(&params, Memory::new());
    let x = layer_tape.input([1, t, i], inputs);
    let layer_outputs = unroll(&cell, x, layer_tape.zeros([1, h]), Way::default()).outputs().stack();
    layer_tape.backward((layer_outputs * layer_outputs).sum().scale(0.5), &mut grads);

    let by_step = transpose(&tape_outputs.value(), t);
    let forward = apart("output", &outputs, &[by_step, layer_outputs.value()]);
    let gradient = [
        apart("∂L/∂W", &d.w, &[w.grad(), transpose(&grads[cell.w_ih], h)]),
        apart("∂L/∂U", &d.u, &[u.grad(), transpose(&grads[cell.w_hh], h)]),
        apart("∂L/∂b", &d.b, &[b.grad(), grads[bias].to_vec()]),
    ];
    say!("   {:>8} {:>16} {:>16}", "t", "‖∂L/∂h_t‖ hand", "tape");
    for step in [0, t / 4, t / 2, 3 * t / 4, t - 1] {
        say!("   {:>8} {:>16.9} {:>16.9}", step + 1, norms[step], tape_norms[step]);
    }
    let later_slope = outputs[h.min(outputs.len())..].iter().fold(0.0, |m: f64, y| m.max(1.0 - y * y));
    Compared {
        later_slope,
        forward,
        gradient: gradient.into_iter().fold(0.0, f64::max),
        by_hand: norms,
        tape: tape_norms,
    }
}

/// The transpose of a matrix with this many columns.
fn transpose(matrix: &[f64], columns: usize) -> Vec<f64> {
    (0..columns).flat_map(|j| matrix.iter().skip(j).step_by(columns).copied()).collect()
}

/// Prints and returns how far the others are from `by_hand`, relative to its largest number.
fn apart(name: &str, by_hand: &[f64], others: &[Vec<f64>; 2]) -> f64 {
    let largest = by_hand.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
    let [tape, layer] = others.each_ref().map(|other| {
        let difference = other.iter().zip(by_hand).fold(0.0, |m: f64, (a, b)| m.max((a - b).abs()));
        if largest > 0.0 { difference / largest } else { difference }
    });
    say!("   {name:<8} largest {largest:<10.4e} apart: tape {tape:.1e}, layer {layer:.1e}");
    tape.max(layer)
}
