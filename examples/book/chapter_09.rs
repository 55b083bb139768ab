//! Forward mode, RTRL.

use tapeloop::bptt::{Influence, Task, full, rtrl, truncated, uoro};
use tapeloop::check::{Loss, hessian_vector_params, jvp_params};
use tapeloop::nn::{SimpleRnn, SimpleRnnCell};
use tapeloop::optim::{Adam, Optimizer, Sgd};
use tapeloop::{Gradients, Memory, Params, Real};

use crate::counted::{Counted, multiplications};
use crate::echo::Echo;
use crate::waves::{Waves, apart, digits};

pub fn print() {
    one_weight_at_a_time();
    curvature();
    costs();
    online();
    noise();
}

fn net<R: Real>(units: usize, steps: usize) -> (Waves<SimpleRnnCell>, Params<R>) {
    Waves::new(SimpleRnn::new(units), [1, steps])
}

fn gradient(task: &Waves<SimpleRnnCell>, params: &Params<f64>) -> Gradients<f64> {
    let mut grads = params.zero_gradients();
    full(task, params, &mut grads, &mut Memory::new());
    grads
}

fn one_weight_at_a_time() {
    let (task, params) = net(8, 40);
    let (mut forward, mut evaluations) = (params.zero_gradients(), 0);
    for entry in params.iter() {
        for i in 0..entry.values.len() {
            let mut unit = params.zero_gradients();
            unit[entry.param][i] = 1.0;
            let [_, slope] = jvp_params(|tape| task.on(tape), &params, &unit);
            forward[entry.param][i] = slope.data()[0];
            evaluations += 1;
        }
    }
    let difference = digits(apart(forward.flat(), gradient(&task, &params).flat()));
    say!("{} weights: {evaluations} evaluations in forward mode; apart: {difference}", params.count());
}

/// How far two runs of gradient descent come apart that begin a little apart, along the direction in which the loss is
/// curved most.
fn curvature() {
    let (task, mut params) = net(8, 40);
    let mut adam = Adam::pytorch(0.01);
    for _ in 0..300 {
        let g = gradient(&task, &params);
        adam.step(&mut params, &g);
    }
    // The power method: H·v, again and again.
    let mut v = params.zero_gradients();
    v.flat_mut()[0] = 1.0;
    let mut largest = 0.0;
    for _ in 0..50 {
        let [_, hv] = hessian_vector_params(|tape| task.on(tape), &params, &v);
        largest = hv.flat().iter().map(|x| x * x).sum::<f64>().sqrt();
        v.flat_mut().iter_mut().zip(hv.flat()).for_each(|(v, hv)| *v = hv / largest);
    }
    say!("\nlargest curvature {largest:.3}: gradient descent is stable up to a rate of {:.5}", 2.0 / largest);
    say!("{:>10} {:>22} {:>10}", "rate", "apart after 10 steps", "predicted");
    for share in [0.5, 0.9, 1.1, 1.5] {
        let rate = share * 2.0 / largest;
        let mut runs = [0.0, 1e-6].map(|e| params.map(|i, w| w + e * v.flat()[i]));
        for run in &mut runs {
            for _ in 0..10 {
                let g = gradient(&task, run);
                run.flat_mut().iter_mut().zip(g.flat()).for_each(|(w, g)| *w -= rate * g);
            }
        }
        let along_v = runs[1].flat().iter().zip(runs[0].flat()).zip(v.flat()).map(|((a, b), v)| (a - b) * v);
        let apart = along_v.sum::<f64>().abs() / 1e-6;
        say!("{rate:>10.5} {apart:>22.3} {:>10.3}", (1.0 - rate * largest).abs().powf(10.0));
    }
}

/// Multiplications of a step, and bytes kept.
fn costs() {
    say!("\n{:>4} {:>6}   {:<33}   {}", "", "", "    multiplications of a step", "bytes kept");
    let heads = ["BPTT", "k2 = 8", "RTRL"].map(|head| format!("{head:>11}")).concat();
    say!("{:>4} {:>6}   {heads}   {:>12} {:>10}", "H", "W", "BPTT, a step", "RTRL");
    for units in [4, 8, 16, 32] {
        let [short, long] = [64, 128].map(|steps| {
            let (task, params) = net::<Counted>(units, steps);
            let (mut memory, mut grads) = (Memory::new(), params.zero_gradients());
            let count = multiplications(|| _ = full(&task, &params, &mut grads, &mut memory));
            (count, memory.bytes())
        });
        let (task, mut params) = net::<Counted>(units, 64);
        let (mut memory, mut grads) = (Memory::new(), params.zero_gradients());
        let forwards = multiplications(|| _ = rtrl(&task, &params, &mut grads, &mut memory));
        let windows =
            multiplications(|| _ = truncated(&task, &mut params, [1, 8], &mut memory, |_, _, _| {}));
        let work =
            [(long.0 - short.0) / 64, windows / 64, forwards / 64].map(|n| format!("{n:>11}")).concat();
        let influence = Influence::new(&task, &params);
        let kept = size_of::<Counted>() * (influence.by_weights.len() + influence.jacobian.len());
        say!("{units:>4} {:>6}   {work}   {:>12} {kept:>10}", params.count(), (long.1 - short.1) / 64);
    }
}

/// A stream that is never walked back through: the weights change at every step.
fn online() {
    const STEPS: usize = 10_000;
    say!("\necho of 5 steps ago, online: loss after {STEPS} steps");
    let last = |losses: &[f64]| losses[losses.len() - 500..].iter().sum::<f64>() / 500.0;
    for k2 in [1, 5, 6] {
        let (task, mut params) = Echo::new(8, 5, [1, STEPS]);
        let (mut sgd, mut losses) = (Sgd::new(0.02), Vec::new());
        truncated(&task, &mut params, [1, k2], &mut Memory::new(), |loss, params, grads| {
            losses.push(loss);
            sgd.step(params, grads);
        });
        say!("{:>12} {:>6.1}", format!("k2 = {k2}"), last(&losses));
    }
    let (task, mut params) = Echo::new(8, 5, [1, STEPS]);
    let (mut sgd, mut memory, mut grads) = (Sgd::new(0.02), Memory::new(), params.zero_gradients());
    let mut influence = Influence::new(&task, &params);
    let step = |t| {
        grads.zero();
        let loss = influence.step(&task, &params, t, &mut grads, &mut memory);
        sgd.step(&mut params, &grads);
        loss
    };
    let losses: Vec<f64> = (0..task.sizes()[1]).filter_map(step).collect();
    say!("{:>12} {:>6.1}", "RTRL", last(&losses));
}

/// UORO's estimates: how far one is from the gradient, and the mean of many.
fn noise() {
    const RUNS: usize = 2_500;
    say!("\nUORO, distance from the gradient, relative");
    say!("{:>6} {:>18} {:>12} {:>12} {:>12}", "T", "one (r.m.s.)", "mean of 25", "of 100", "of 2500");
    for steps in [5, 20, 80] {
        let (task, params) = net(8, steps);
        let (exact, mut sum) = (gradient(&task, &params), params.zero_gradients());
        let (mut squares, mut means) = (0.0, Vec::new());
        for run in 1..=RUNS {
            let mut one = params.zero_gradients();
            uoro(&task, &params, run as u64, &mut one);
            squares += apart(one.flat(), exact.flat()).powi(2);
            sum.flat_mut().iter_mut().zip(one.flat()).for_each(|(sum, g)| *sum += g);
            if [25, 100, RUNS].contains(&run) {
                let mean: Vec<f64> = sum.flat().iter().map(|sum| sum / run as f64).collect();
                means.push(format!("{:>12.2}", apart(&mean, exact.flat())));
            }
        }
        say!("{steps:>6} {:>18.2} {}", (squares / RUNS as f64).sqrt(), means.join(" "));
    }
}
