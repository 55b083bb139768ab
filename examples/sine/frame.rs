//! What one step of a run that diverges looked like, and many of them as a table.

use tapeloop::Params;
use tapeloop::optim::Norm;

use crate::task::STEPS;
use crate::trainer::{Glimpse, Net};

/// Steps shown from the beginning, and from the end.
pub const FIRST: usize = 12;
const LAST: usize = 10;

/// What a step looked like.
pub struct Frame {
    pub step: usize,
    pub loss: f64,
    /// `‖∂L/∂h_t‖` for t = 1 … T.
    pub gradients: [f64; STEPS],
    /// `‖W_hh‖` and `‖W_out‖`.
    pub weights: [f64; 2],
    /// The share of the units of `h_T` with `|h| > 0.99`.
    pub saturated: f64,
    /// How strongly the loss curves upwards in the read-out's weights.
    pub curvature: f64,
}

impl Frame {
    pub fn new(step: usize, glimpse: &Glimpse<'_, '_>, net: Net) -> Self {
        let (states, params) = (glimpse.states, glimpse.params);
        let last = states.at(STEPS - 1).value();
        let saturated = last.iter().filter(|h| h.abs() > 0.99).count();
        Self {
            step,
            loss: glimpse.loss.into(),
            gradients: std::array::from_fn(|t| states.at(t).with_grad(|g| Norm::L2.of(g))),
            weights: weights(params, net),
            saturated: saturated as f64 / last.len() as f64,
            curvature: curvature(&last, states.at(0).shape().last()),
        }
    }

    /// Whether there is something to see. (The loss, a square, may be beyond f32 before all the rest.)
    pub fn is_finite(&self) -> bool {
        let numbers = self.gradients.iter().chain(&self.weights).chain([&self.curvature]);
        !self.loss.is_nan() && numbers.into_iter().all(|x| x.is_finite())
    }
}

/// `‖W_hh‖` and `‖W_out‖`.
pub fn weights(params: &Params, net: Net) -> [f64; 2] {
    [net.rnn.cell.w_hh, net.read_out.w].map(|w| Norm::L2.of(&params[w]))
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

/// Prints the first and the last of them.
pub fn table(frames: &[Frame]) {
    say!("Step by step (3e1 is 3·10¹; λ is the curvature of the loss in the read-out's weights):\n");
    let times: String = (1..=STEPS).map(|t| format!("{:>7}", format!("h_{t}"))).collect();
    say!("{:14}‖∂L/∂h_t‖ for", "");
    say!("{:>5} {:>8}{times}   ‖W_hh‖  ‖W_out‖     λ  saturated", "step", "loss");
    for (i, frame) in frames.iter().enumerate() {
        if frames.len() > FIRST + LAST && i == FIRST {
            say!("{:>5}", "…");
        }
        if i < FIRST || i + LAST >= frames.len() {
            let gradients: String = frame.gradients.iter().map(|g| format!("{g:>7.0e}")).collect();
            let (step, [w_hh, w_out]) = (frame.step, frame.weights);
            let start = format!("{step:>5} {:>8.1e}{gradients}", frame.loss);
            let (curvature, saturated) = (frame.curvature, 100.0 * frame.saturated);
            say!("{start} {w_hh:>8.1e} {w_out:>8.1e} {curvature:>5.1} {saturated:>8.0} %");
        }
    }
}

/// The last frames without a gap between them from the first of which on `what` is true of all.
pub fn since(frames: &[Frame], what: impl Fn(&Frame) -> bool) -> &[Frame] {
    let gap = frames.windows(2).rposition(|pair| pair[0].step + 1 != pair[1].step);
    let tail = &frames[gap.map_or(0, |i| i + 1)..];
    &tail[tail.iter().rposition(|frame| !what(frame)).map_or(0, |i| i + 1)..]
}
