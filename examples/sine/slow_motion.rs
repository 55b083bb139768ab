//! A run that diverged, once more, with everything written down: what blew up, and why.

use tapeloop::data::Batches;

use crate::args::Args;
use crate::frame::{FIRST, Frame, since, table, weights};
use crate::remedies;
use crate::task::{STEPS, Task};
use crate::trainer::{Glimpse, NonFinite, Trainer};

/// Steps before the end that are looked at.
const KEPT: usize = 1000;

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
    let after = weights(&trainer.params, net);
    frames.retain(Frame::is_finite);
    table(&frames);
    say!("\nWhy.");
    beginning(args, &frames);
    through_time(args, &frames);
    silence(&frames);
    if !read_out(args, &frames) {
        too_far(args, &frames, after);
    }
    remedies::print(args);
}

/// Since when were steps too long?
fn beginning(args: &Args, frames: &[Frame]) {
    let steep = since(frames, |frame| args.rate() * frame.curvature > 2.0);
    if let Some(frame) = steep.first().filter(|_| args.is_plain_descent()) {
        say!(
            "- In the read-out p = h_{STEPS}·W_out + b_out the loss is a quadratic bowl with curvature λ. A step\n  \
             of gradient descent multiplies the error along the steepest direction by 1 − η·λ. That is below −1,\n  \
             each step overshoots by more than it was off, where λ > 2/η = {}: from step {} on.",
            short(2.0 / args.rate()),
            frame.step
        );
    }
}

/// Did larger gradients through time throw the recurrent weights out?
fn through_time(args: &Args, frames: &[Frame]) {
    let largest = |frame: &Frame| frame.gradients[..STEPS - 1].iter().copied().fold(0.0, f64::max);
    let [before @ .., end] = frames else { return }; // the last gradients move nothing
    let peak = before.iter().max_by(|a, b| largest(a).total_cmp(&largest(b)));
    let (Some(start), Some(peak)) = (before.first(), peak) else { return };
    let larger = peak.loss > start.loss && largest(peak) > 10.0 * largest(start);
    if args.is_plain_descent() && larger && end.weights[0] > 2.0 * start.weights[0] {
        say!(
            "- The larger error sent larger gradients back through time: the largest ‖∂L/∂h_t‖ before h_{STEPS} was\n  \
             {:.1e} at step {} and {:.1e} at step {}. They threw ‖W_hh‖ from {:.1e} to {:.1e}.",
            largest(start),
            start.step,
            largest(peak),
            peak.step,
            start.weights[0],
            end.weights[0]
        );
    }
}

/// Did the gradient through time die, and stay dead?
fn silence(frames: &[Frame]) {
    let dead = |frame: &Frame| frame.saturated == 1.0 && frame.gradients[..STEPS - 1] == [0.0; STEPS - 1];
    if let [first, .., last] = since(frames, dead) {
        say!(
            "- With such weights the units are saturated, h = ±1, and tanh' = 1 − h² = 0: from step {} to step {}\n  \
             all gradients before h_{STEPS} are exactly 0. Nothing goes back in time.",
            first.step,
            last.step
        );
        if first.weights[0] == last.weights[0] {
            say!("  The recurrent weights rest, and what is left is a linear read-out of saturated units.");
        }
    }
}

/// The rate at which the rest diverges, if the recorded losses have it.
fn read_out(args: &Args, frames: &[Frame]) -> bool {
    let finite: Vec<&Frame> = since(frames, |_| true).iter().filter(|frame| frame.loss.is_finite()).collect();
    let [.., before, last] = finite[..] else { return false };
    let (units, curvature) = (args.hidden, last.curvature);
    let factor = 1.0 - args.rate() * curvature;
    let measured = last.loss / before.loss;
    let explains = measured > 1.0 && (measured / (factor * factor) - 1.0).abs() < 0.2;
    if !(args.is_plain_descent() && explains) {
        return false;
    }
    say!(
        "- At step {} λ is {curvature:.1} (at most 2·({units} + 1) = {}), so each step multiplies the error by 1 − η·λ = {factor:.1}\n  \
         and the loss by {:.0} (measured over the last two finite steps: {measured:.0}), until it is beyond f32. Only\n  \
         η < 2/λ = {} could have shrunk it; η is {:?}.",
        last.step,
        2 * (units + 1),
        factor * factor,
        short(2.0 / curvature),
        args.rate()
    );
    true
}

/// What is true of every run that diverged.
fn too_far(args: &Args, frames: &[Frame], after: [f64; 2]) {
    let Some(start) = frames.first() else { return };
    let show = |norm: f64| if norm.is_finite() { format!("{norm:.1e}") } else { "beyond f32".into() };
    say!(
        "- The steps were so long that they, or what follows from weights so large, are beyond f32, whose largest\n  \
         number is {:.1e}. η is {:?}. ‖W_hh‖ was {:.1e} at step {} and is {} in the end, ‖W_out‖ was {:.1e} and\n  \
         is {}.",
        f32::MAX,
        args.rate(),
        start.weights[0],
        start.step,
        show(after[0]),
        start.weights[1],
        show(after[1])
    );
}

/// Two digits are enough.
pub fn short(x: f64) -> String {
    format!("{:?}", format!("{x:.1e}").parse::<f64>().unwrap_or(x))
}
