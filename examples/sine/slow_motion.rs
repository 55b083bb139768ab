//! A run that diverged, once more, with everything written down: what blew up, and why.

use tapeloop::data::Batches;
use tapeloop::optim::Norm;

use crate::args::{Args, Rule};
use crate::task::{STEPS, Task};
use crate::trainer::{Glimpse, Net, NonFinite, Trainer};

/// Steps shown from the beginning, and from the end.
const FIRST: usize = 12;
const LAST: usize = 10;
/// Steps before the end that are looked at.
const KEPT: usize = 1000;

/// What a step looked like.
struct Frame {
    step: usize,
    loss: f64,
    /// `‖∂L/∂h_t‖` for t = 1 … T.
    gradients: [f64; STEPS],
    /// `‖W_hh‖` and `‖W_out‖`.
    weights: [f64; 2],
    /// The share of the units of `h_T` with `|h| > 0.99`.
    saturated: f64,
    /// How strongly the loss curves upwards in the read-out's weights.
    curvature: f64,
}

impl Frame {
    fn new(step: usize, glimpse: &Glimpse<'_, '_>, net: Net) -> Self {
        let (states, params) = (glimpse.states, glimpse.params);
        let last = states.at(STEPS - 1).value();
        let saturated = last.iter().filter(|h| h.abs() > 0.99).count();
        Self {
            step,
            loss: glimpse.loss.into(),
            gradients: std::array::from_fn(|t| states.at(t).with_grad(|g| Norm::L2.of(g))),
            weights: [net.rnn.cell.w_hh, net.read_out.w].map(|w| Norm::L2.of(&params[w])),
            saturated: saturated as f64 / last.len() as f64,
            curvature: curvature(&last, states.at(0).shape().last()),
        }
    }
}

/// `λ`: the largest eigenvalue of `2/B·Σ h·hᵀ`, the second derivative of the loss by the read-out's
/// weights, where the `h` are the rows of `states`, with a 1 for the bias. By power iteration.
fn curvature(states: &[f32], units: usize) -> f64 {
    let rows = states.chunks_exact(units).map(|h| h.iter().map(|&h| f64::from(h)).chain([1.0]));
    let rows: Vec<Vec<f64>> = rows.map(Iterator::collect).collect();
    let mut v = vec![1.0; units + 1];
    let mut eigenvalue = 0.0;
    for _ in 0..50 {
        let mut next = vec![0.0; units + 1];
        for h in &rows {
            let along: f64 = h.iter().zip(&v).map(|(h, v)| h * v).sum();
            next.iter_mut().zip(h).for_each(|(n, h)| *n += 2.0 / rows.len() as f64 * along * h);
        }
        eigenvalue = Norm::L2.of(&next);
        v = next.into_iter().map(|n| n / eigenvalue).collect();
    }
    eigenvalue
}

/// Repeats the run up to the step where it ended, and explains.
pub fn explain(args: &Args, task: &Task, end: &NonFinite, steps: usize) {
    let mut trainer = Trainer::new(args, steps);
    let mut batches = Batches::new(&task.train, args.batch, args.seed);
    let (net, mut frames, mut step) = (trainer.net, Vec::new(), 0);
    while step < end.step {
        batches.shuffle();
        while let Some((x, y)) = batches.next_batch() {
            step += 1;
            let look = |glimpse: Glimpse<'_, '_>| {
                if step <= FIRST || step + KEPT > end.step {
                    frames.push(Frame::new(step, &glimpse, net));
                }
            };
            if trainer.step(x, y, look).is_err() {
                break;
            }
        }
    }
    table(&frames);
    println!("\nWhy.");
    frames.pop(); // the step that ended it
    beginning(args, &frames);
    through_time(&frames);
    read_out(args, &frames);
    remedies(args);
}

fn table(frames: &[Frame]) {
    println!("Step by step (3e1 is 3·10¹; λ is the curvature of the loss in the read-out's weights):\n");
    let times: String = (1..=STEPS).map(|t| format!("{:>7}", format!("h_{t}"))).collect();
    println!("{:14}‖∂L/∂h_t‖ for", "");
    println!("{:>5} {:>8}{times}   ‖W_hh‖  ‖W_out‖     λ  saturated", "step", "loss");
    for (i, frame) in frames.iter().enumerate() {
        if frames.len() > FIRST + LAST && i == FIRST {
            println!("{:>5}", "…");
        }
        if i < FIRST || i + LAST >= frames.len() {
            let gradients: String = frame.gradients.iter().map(|g| format!("{g:>7.0e}")).collect();
            let (step, [w_hh, w_out]) = (frame.step, frame.weights);
            print!("{step:>5} {:>8.1e}{gradients} {w_hh:>8.1e} {w_out:>8.1e}", frame.loss);
            println!(" {:>5.1} {:>8.0} %", frame.curvature, 100.0 * frame.saturated);
        }
    }
}

/// Where steps were too long for the first time.
fn beginning(args: &Args, finite: &[Frame]) {
    let steep = |frame: &&Frame| args.rate() * frame.curvature > 2.0;
    if let Some(frame) = finite.iter().find(steep).filter(|_| is_plain_descent(args)) {
        println!(
            "- In the read-out p = h_{STEPS}·W_out + b_out the loss is a quadratic bowl with curvature λ. A step\n  \
             of gradient descent multiplies the error along the steepest direction by 1 − η·λ. That is below −1,\n  \
             each step overshoots by more than it was off, where λ > 2/η = {:.0}: from step {} on.",
            2.0 / args.rate(),
            frame.step
        );
    }
}

/// Did the gradient through time explode, or die?
fn through_time(finite: &[Frame]) {
    let first = |frame: &Frame| frame.gradients[0];
    let peak = finite.iter().max_by(|a, b| first(a).total_cmp(&first(b)));
    let (Some(start), Some(peak), Some(end)) = (finite.first(), peak, finite.last()) else { return };
    println!(
        "- The larger error sent larger gradients back through time: ‖∂L/∂h_1‖ was {:.1e} at step 1 and\n  \
         {:.1e} at its largest, at step {}. That threw ‖W_hh‖ from {:.1e} to {:.1e}.",
        first(start),
        first(peak),
        peak.step,
        start.weights[0],
        end.weights[0]
    );
    let alive = |frame: &Frame| frame.gradients[..STEPS - 1].iter().any(|&g| g != 0.0);
    let dead = finite.iter().rposition(alive).map_or(0, |last| last + 1);
    if let Some(frame) = finite.get(dead) {
        println!(
            "- With such weights the units are saturated, h = ±1, and tanh' = 1 − h² = 0: from step {} on all\n  \
             gradients before h_{STEPS} are exactly 0. Nothing goes back in time, the recurrent weights rest for ever,\n  \
             and what is left is a linear read-out of {:.0} % saturated units.",
            frame.step,
            100.0 * end.saturated
        );
    }
}

/// The rate at which the rest diverges.
fn read_out(args: &Args, finite: &[Frame]) {
    let [.., before, last] = finite else { return };
    let (units, curvature) = (args.hidden, last.curvature);
    let factor = 1.0 - args.rate() * curvature;
    if is_plain_descent(args) {
        println!(
            "- Their λ is {curvature:.1} (at most 2·({units} + 1) = {}), so each step multiplies the error by 1 − η·λ = {factor:.1} and\n  \
             the loss by {:.0} (measured over the last two finite steps: {:.0}), until it is beyond f32. Only η < 2/λ\n  \
             = {:.3} could have shrunk it; η is {}.",
            2 * (units + 1),
            factor * factor,
            last.loss / before.loss,
            2.0 / curvature,
            args.rate()
        );
    }
}

fn is_plain_descent(args: &Args) -> bool {
    args.optimizer == Rule::Sgd && args.clip_norm.is_none() && !args.as_tutorial
}

fn remedies(args: &Args) {
    let optimizer = format!("{:?}", args.optimizer).to_lowercase();
    let mut command = "cargo run --release --example sine -- ".to_owned();
    if args.data != "sine" {
        command += &format!("--data {} ", args.data);
    }
    if args.seed != 0 {
        command += &format!("--seed {} ", args.seed);
    }
    command += &format!("--optimizer {optimizer}");
    let rate = args.rate();
    println!("\nTwo remedies.");
    println!(
        "- A smaller rate, so that the units are never thrown into saturation:\n    {command} --lr {}",
        rate / 10.0
    );
    println!("- A bound on the length of a step, η·‖g‖:\n    {command} --lr {rate} --clip-norm 1\n");
}
