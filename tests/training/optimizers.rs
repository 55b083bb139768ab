//! Optimizers against trajectories recorded from PyTorch, Keras 2, Keras 3 and TF1: the weights after
//! each of 20 steps, and the moments after the last. `tests/cases/OPTIMIZERS.md` describes the files.

use crate::common::case::{self, Case};
use tapeloop::optim::{Adam, Clip, Optimizer, RateAt, RmsProp, Schedule, Sgd, WeightDecay};
use tapeloop::{Gradients, Init, Param, Params, Real};

/// An optimizer whose moments go by the libraries' names.
trait Named<R: Real>: Optimizer<R> {
    /// The moment, and the sign with which the library stores it.
    fn moment(&self, name: &str) -> Option<(&Gradients<R>, f64)>;
}

impl<R: Real> Named<R> for Sgd<R> {
    fn moment(&self, name: &str) -> Option<(&Gradients<R>, f64)> {
        let [b] = self.state.moments();
        match (name, self.rate_at) {
            ("momentum_buffer" | "momentum", RateAt::Step) => b.map(|moment| (moment, 1.0)),
            ("momentum", RateAt::Buffer) => b.map(|moment| (moment, -1.0)),
            _ => None,
        }
    }
}

impl<R: Real> Named<R> for RmsProp<R> {
    fn moment(&self, name: &str) -> Option<(&Gradients<R>, f64)> {
        let [v, a, b] = self.state.moments();
        match name {
            "square_avg" | "velocity" | "rms" => v.map(|moment| (moment, 1.0)),
            "grad_avg" | "average_gradient" | "mg" => a.map(|moment| (moment, 1.0)),
            "momentum_buffer" | "momentum" => b.map(|moment| (moment, 1.0)),
            _ => None,
        }
    }
}

impl<R: Real> Named<R> for Adam<R> {
    fn moment(&self, name: &str) -> Option<(&Gradients<R>, f64)> {
        let [m, v, v_max] = self.state.moments();
        match name {
            "exp_avg" | "momentum" | "m" => m.map(|moment| (moment, 1.0)),
            "exp_avg_sq" | "velocity" | "v" => v.map(|moment| (moment, 1.0)),
            "max_exp_avg_sq" | "velocity_hat" => v_max.map(|moment| (moment, 1.0)),
            _ => None,
        }
    }
}

/// How a trajectory is repeated.
struct Run<R: Real> {
    optimizer: Box<dyn Named<R>>,
    /// The learning rate of each step, if it changes.
    schedule: Option<Schedule>,
    /// What happens to the gradients first.
    clip: Option<Clip>,
    /// The factor of the gradients: −1 to maximise.
    sign: f64,
    /// A factor of the learning rate at each step, counted from 1.
    rate_factor: fn(i32) -> f64,
}

impl<R: Real> Run<R> {
    fn of(optimizer: impl Named<R> + 'static) -> Self {
        Self { optimizer: Box::new(optimizer), schedule: None, clip: None, sign: 1.0, rate_factor: |_| 1.0 }
    }

    fn scheduled(self, schedule: Schedule) -> Self {
        Self { schedule: Some(schedule), ..self }
    }

    fn clipped(self, clip: Clip) -> Self {
        Self { clip: Some(clip), ..self }
    }
}

/// The two weights of every recording.
fn weights<R: Real>(case: &Case) -> (Params<R>, [(&'static str, Param); 2]) {
    let mut params = Params::new(0);
    let weights = ["w", "b"].map(|name| {
        let start = case.array(&format!("param.{name}0"));
        let param = params.add(name, start.shape(), Init::Zeros);
        copy(&mut params[param], start.data());
        (name, param)
    });
    (params, weights)
}

fn copy<R: Real>(to: &mut [R], from: &[f64]) {
    to.iter_mut().zip(from).for_each(|(to, &from)| *to = R::from_f64(from));
}

/// Repeats the recorded steps; returns the largest relative error.
fn replay<R: Real>(case: &Case, mut run: Run<R>, tol: f64) -> f64 {
    let (mut params, weights) = weights::<R>(case);
    let mut grads = params.zero_gradients();
    let mut worst = 0.0_f64;
    let given = weights.map(|(name, _)| case.array(&format!("input.grad_{name}")));
    let expected = weights.map(|(name, _)| case.array(&format!("expected.{name}")));
    let rates = ["expected.lr", "expected.lr_before_step"].into_iter().find(|name| case.has(name));
    let base = run.optimizer.lr();
    let steps = case.meta["steps"].as_u64().unwrap() as usize;
    for t in 0..steps {
        for ((_, param), given) in weights.iter().zip(&given) {
            let n = param.shape().len();
            copy(&mut grads[*param], &given.data()[t * n..][..n]);
        }
        grads.flat_mut().iter_mut().for_each(|g| *g *= R::from_f64(run.sign));
        if let Some(clip) = run.clip {
            clip.apply(&params, &mut grads);
        }
        let rate = run.schedule.as_ref().map_or(base, |schedule| schedule.at(t));
        if let Some(rates) = rates {
            worst = worst.max(agree(case, "rate", &[rate], &case.array(rates).data()[t..][..1], tol));
        }
        run.optimizer.set_lr(rate * (run.rate_factor)(t as i32 + 1));
        run.optimizer.step(&mut params, &grads);
        for ((name, param), expected) in weights.iter().zip(&expected) {
            let n = param.shape().len();
            let what = format!("{name} after step {}", t + 1);
            worst = worst.max(agree(case, &what, &params[*param], &expected.data()[t * n..][..n], tol));
        }
    }
    assert_eq!(run.optimizer.steps(), steps);
    worst.max(final_state(case, &*run.optimizer, weights, tol))
}

/// Compares every recorded final state with the optimizer's.
fn final_state<R: Real>(case: &Case, optimizer: &dyn Named<R>, weights: [(&str, Param); 2], tol: f64) -> f64 {
    let mut worst = 0.0_f64;
    for name in case.names().iter().filter(|name| name.starts_with("state.final.")) {
        let last = name.rsplit('.').next().unwrap();
        if name.contains("final.step") {
            assert_eq!(case.array(name).data(), [optimizer.steps() as f64], "{}: {name}", case.name);
        } else if last == "iteration" {
            assert_eq!(case.integers(name), [optimizer.steps() as i64], "{}: {name}", case.name);
        } else if last == "learning_rate" {
            assert_eq!(case.array(name).data(), [optimizer.lr()], "{}: {name}", case.name);
        } else {
            // PyTorch and TF1: `state.final.MOMENT.WEIGHT`. Keras: `state.final.OPTIMIZER.WEIGHT_MOMENT`.
            let before = name.trim_start_matches("state.final.").split('.').next().unwrap();
            let (weight, moment) = last.split_once('_').unwrap_or((last, before));
            let param = weights.iter().find(|(name, _)| *name == weight).unwrap().1;
            let Some((all, sign)) = optimizer.moment(moment) else {
                // TF1 keeps the last step in the buffer even if there is no momentum.
                assert!(case.name.starts_with("rmsprop") && moment == "momentum", "{}: {name}?", case.name);
                continue;
            };
            let got: Vec<R> = all[param].iter().map(|&x| R::from_f64(sign) * x).collect();
            worst = worst.max(agree(case, name, &got, case.array(name).data(), tol));
        }
    }
    worst
}

/// Asserts that `got` is relatively as close to `expected` as `tol`, and returns how close it is.
fn agree<R: Real>(case: &Case, what: &str, got: &[R], expected: &[f64], tol: f64) -> f64 {
    assert_eq!(got.len(), expected.len());
    let mut worst = 0.0_f64;
    for (i, (got, &expected)) in got.iter().map(|x| x.to_f64()).zip(expected).enumerate() {
        let error = if got == expected { 0.0 } else { (got - expected).abs() / expected.abs() };
        assert!(
            error <= tol,
            "{}: {what}[{i}] is {got:e}, expected {expected:e}: off by {error:.1e}",
            case.name
        );
        worst = worst.max(error);
    }
    worst
}

fn is_f32(case: &Case) -> bool {
    case.meta.get("dtype").is_some_and(|dtype| dtype == "float32")
}

/// Repeats every case of a folder that was recorded in f64 and prints the largest relative error.
fn folder(name: &str, run: impl Fn(&str) -> Run<f64>) {
    let mut cases = case::folder(name);
    cases.retain(|case| !is_f32(case));
    let errors = cases.iter().map(|case| replay(case, run(&case.name), 1e-10));
    let worst = errors.fold(0.0, f64::max);
    println!("{name}: {} trajectories, largest relative error {worst:.1e}", cases.len());
}

#[test]
fn pytorch() {
    let step = |lr, factor, every| Schedule::Step { lr, factor, every };
    let cosine = |lr, floor, steps| Schedule::Cosine { lr, floor, steps };
    folder("torch/optimizers", |case| match case {
        "sgd" | "sgd_plain" => Run::of(Sgd::new(0.1)),
        "sgd_wd" => Run::of(Sgd { weight_decay: WeightDecay::L2(0.05), ..Sgd::new(0.1) }),
        "sgd_maximize" => Run { sign: -1.0, ..Run::of(Sgd::new(0.1)) },
        "sgd_momentum" => Run::of(Sgd::pytorch(0.1, 0.9)),
        "sgd_momentum_dampening" => Run::of(Sgd { dampening: 0.3, ..Sgd::pytorch(0.1, 0.9) }),
        "sgd_nesterov" => Run::of(Sgd { nesterov: true, ..Sgd::pytorch(0.1, 0.9) }),
        "sgd_momentum_wd_nesterov" => {
            Run::of(Sgd { nesterov: true, weight_decay: WeightDecay::L2(0.05), ..Sgd::pytorch(0.1, 0.8) })
        }
        "sgd_sched_steplr" => Run::of(Sgd::new(0.1)).scheduled(step(0.1, 0.5, 5)),
        "sgd_sched_multistep" => Run::of(Sgd::new(0.1))
            .scheduled(Schedule::Piecewise { lr: 0.1, then: vec![(3, 1e-2), (7, 1e-3), (12, 1e-4)] }),
        "sgd_sched_cosine" => {
            Run::of(Sgd::new(0.1)).scheduled(Schedule::CosineWave { lr: 0.1, floor: 0.01, steps: 10 })
        }
        "sgd_sched_linear_warmup" => {
            Run::of(Sgd::new(0.1)).scheduled(Schedule::from(0.1).after_warmup(0.01, 8))
        }
        "sgd_sched_onecycle" => {
            Run::of(Sgd::new(0.1)).scheduled(cosine(0.02, 0.5, 5).then(5, cosine(0.5, 2e-6, 14)))
        }
        "sgd_momentum_sched_steplr" => Run::of(Sgd::pytorch(0.1, 0.9)).scheduled(step(0.1, 0.5, 5)),
        "rmsprop" => Run::of(RmsProp::pytorch(0.01)),
        "rmsprop_centered" | "rmsprop_centered_wide" => {
            Run::of(RmsProp { centred: true, ..RmsProp::pytorch(0.01) })
        }
        "rmsprop_centered_momentum_wd" => Run::of(RmsProp {
            rho: 0.9,
            centred: true,
            momentum: 0.8,
            weight_decay: WeightDecay::L2(0.05),
            ..RmsProp::pytorch(0.01)
        }),
        "rmsprop_centered_momentum" => {
            Run::of(RmsProp { rho: 0.9, centred: true, momentum: 0.8, ..RmsProp::pytorch(0.01) })
        }
        "rmsprop_wd" => Run::of(RmsProp { weight_decay: WeightDecay::L2(0.05), ..RmsProp::pytorch(0.01) }),
        "rmsprop_momentum_sched_steplr" => {
            Run::of(RmsProp { momentum: 0.9, ..RmsProp::pytorch(0.01) }).scheduled(step(0.01, 0.5, 5))
        }
        "rmsprop_alpha0.9" => Run::of(RmsProp { rho: 0.9, ..RmsProp::pytorch(0.01) }),
        "rmsprop_momentum" => Run::of(RmsProp { momentum: 0.9, ..RmsProp::pytorch(0.01) }),
        "adam" => Run::of(Adam::pytorch(0.001)),
        "adam_eps1e-2" => Run::of(Adam { beta1: 0.8, beta2: 0.99, eps: 1e-2, ..Adam::pytorch(0.01) }),
        "adam_amsgrad" | "adam_amsgrad_wide" => {
            Run::of(Adam { beta2: 0.9, amsgrad: true, ..Adam::pytorch(0.01) })
        }
        "adam_w" | "adamw" => Run::of(Adam::pytorch_adamw(0.01)),
        "adam_w_amsgrad_wd" | "adamw_amsgrad" => Run::of(Adam {
            beta2: 0.9,
            amsgrad: true,
            weight_decay: WeightDecay::Decoupled(0.1),
            ..Adam::pytorch(0.01)
        }),
        "adam_wd_l2" => Run::of(Adam { weight_decay: WeightDecay::L2(0.05), ..Adam::pytorch(0.01) }),
        other => panic!("no entry for {other}"),
    });
}

/// A Python number on its way into TensorFlow, where it becomes a float32 even if the weights are f64.
fn single(x: f64) -> f64 {
    f64::from(x as f32)
}

/// The factor by which Adam corrects its rate for means that started at 0.
fn correction(beta1_to_t: f64, beta2_to_t: f64) -> f64 {
    (1.0 - beta2_to_t).sqrt() / (1.0 - beta1_to_t)
}

/// Keras 2's Adam takes β as a Python number for the means, but as a float32 for their correction. A
/// learning rate makes up for it: this is its factor by the exact one.
fn keras_2_adam(t: i32) -> f64 {
    correction(single(0.9).powi(t), single(0.999).powi(t)) / correction(0.9_f64.powi(t), 0.999_f64.powi(t))
}

/// TF1's Adam takes β as a float32 everywhere, and also multiplies up its powers as float32. Again the
/// factor by the exact one.
fn tf1_adam(beta1: f32, beta2: f32, t: i32) -> f64 {
    let power = |beta: f32| f64::from((1..t).fold(beta, |power, _| power * beta));
    correction(power(beta1), power(beta2)) / correction(f64::from(beta1).powi(t), f64::from(beta2).powi(t))
}

#[test]
fn keras_2() {
    let legacy_adam = || Adam { beta1: single(0.9), beta2: single(0.999), ..Adam::keras(single(0.001)) };
    let legacy_rms = |mu| RmsProp { rho: single(0.9), ..RmsProp::keras2_legacy(single(0.01), mu) };
    folder("keras2_tf1/keras2_optimizers", |case| match case {
        "sgd" => Run::of(Sgd::keras(0.1, 0.0)),
        "sgd_momentum" => Run::of(Sgd::keras(0.1, single(0.9))),
        "sgd_nesterov" => Run::of(Sgd { nesterov: true, ..Sgd::keras(0.1, single(0.9)) }),
        "legacy_sgd_momentum" => Run::of(Sgd::keras(single(0.1), single(0.9))),
        "rmsprop" => Run::of(RmsProp::keras(0.01)),
        "rmsprop_momentum" => Run::of(RmsProp { momentum: 0.9, ..RmsProp::keras(0.01) }),
        "rmsprop_centered" => Run::of(RmsProp { centred: true, ..RmsProp::keras(0.01) }),
        "legacy_rmsprop_centered" => Run::of(RmsProp { centred: true, ..legacy_rms(0.0) }),
        "legacy_rmsprop" => Run::of(legacy_rms(0.0)),
        "legacy_rmsprop_momentum" => Run::of(legacy_rms(single(0.9))),
        "adam" => Run { rate_factor: keras_2_adam, ..Run::of(Adam::keras(0.001)) },
        // These β are float32 numbers.
        "adam_amsgrad" => Run::of(Adam { beta1: 0.875, beta2: 0.875, amsgrad: true, ..Adam::keras(0.01) }),
        "adamw" => Run::of(Adam {
            beta1: 0.875,
            beta2: 0.984375,
            weight_decay: WeightDecay::Decoupled(single(0.004)),
            ..Adam::keras(0.01)
        }),
        "legacy_adam" => Run::of(legacy_adam()),
        other => panic!("no entry for {other}"),
    });
}

fn tf1_default_adam<R: Real>() -> Adam<R> {
    let adam = Adam::tf1(single(0.001));
    Adam { beta1: single(adam.beta1), beta2: single(adam.beta2), eps: single(adam.eps), ..adam }
}

#[test]
fn tf1() {
    let rms = |change: fn(&mut RmsProp<f64>)| {
        let mut rms = RmsProp::tf1(single(0.01));
        change(&mut rms);
        let [rho, momentum, eps] = [rms.rho, rms.momentum, rms.eps].map(single);
        Run::of(RmsProp { rho, momentum, eps, ..rms })
    };
    folder("keras2_tf1/tf1_optimizers", |case| match case {
        "momentum" => Run::of(Sgd::tf1(single(0.1), single(0.9))),
        "momentum_nesterov" => Run::of(Sgd { nesterov: true, ..Sgd::tf1(single(0.1), single(0.9)) }),
        "gradientdescent" | "gradient_descent" => Run::of(Sgd::new(single(0.1))),
        "rmsprop" | "rmsprop_wide" => rms(|_| ()),
        "rmsprop_momentum" => rms(|it| (it.rho, it.momentum) = (0.8, 0.9)),
        "rmsprop_momentum_wide" => rms(|it| (it.rho, it.momentum) = (0.5, 0.9)),
        "rmsprop_centered" => rms(|it| (it.centred, it.rho) = (true, 0.5)),
        "rmsprop_centered_momentum" | "rmsprop_centered_momentum_wide" => {
            rms(|it| (it.centred, it.rho, it.momentum, it.eps) = (true, 0.8, 0.9, 1e-3))
        }
        "adam_eps1e-2" => {
            let [beta1, beta2, eps] = [0.8, 0.99, 1e-2].map(single);
            let adam = Adam { beta1, beta2, eps, ..Adam::tf1(single(0.01)) };
            Run { rate_factor: |t| tf1_adam(0.8, 0.99, t), ..Run::of(adam) }
        }
        "adam_default" => {
            Run { rate_factor: |t| tf1_adam(0.9, 0.999, t), ..Run::of(tf1_default_adam::<f64>()) }
        }
        other => panic!("no entry for {other}"),
    });
}

/// One rounding in f32 is 6e-8. Means of 20 gradients of both signs are a few per cent of their terms.
#[test]
fn tf1_in_f32() {
    for case in case::folder("keras2_tf1/tf1_optimizers").iter().filter(|case| is_f32(case)) {
        assert_eq!(case.name, "adam_default_f32");
        let run = Run { rate_factor: |t| tf1_adam(0.9, 0.999, t), ..Run::of(tf1_default_adam::<f32>()) };
        println!("{}: largest relative error {:.1e}", case.name, replay(case, run, 5e-6));
    }
}

#[test]
fn keras_3() {
    let exponential = |lr| Schedule::Exponential { lr, factor: 0.5, every: 5 };
    folder("keras3/optimizers", |case| match case {
        "sgd" => Run::of(Sgd::keras(0.1, 0.0)),
        "sgd_momentum" => Run::of(Sgd::keras(0.1, 0.9)),
        "sgd_nesterov" | "sgd_nesterov_wide" => Run::of(Sgd { nesterov: true, ..Sgd::keras(0.1, 0.9) }),
        "sgd_momentum_nesterov_wd" => Run::of(Sgd {
            nesterov: true,
            weight_decay: WeightDecay::Decoupled(0.05),
            ..Sgd::keras(0.1, 0.8)
        }),
        "sgd_momentum_sched_exponential" => Run::of(Sgd::keras(0.1, 0.9)).scheduled(exponential(0.1)),
        "sgd_clipvalue" => Run::of(Sgd::keras(0.1, 0.0)).clipped(Clip::Value(0.5)),
        "sgd_clipnorm" => Run::of(Sgd::keras(0.1, 0.0)).clipped(Clip::Norm(1.0)),
        "sgd_global_clipnorm" => Run::of(Sgd::keras(0.1, 0.0)).clipped(Clip::GlobalNorm(1.0)),
        "sgd_sched_exponential" => Run::of(Sgd::new(0.1)).scheduled(exponential(0.1)),
        "sgd_sched_exponential_staircase" => {
            Run::of(Sgd::new(0.1)).scheduled(Schedule::Step { lr: 0.1, factor: 0.5, every: 5 })
        }
        "sgd_sched_inverse_time" => {
            Run::of(Sgd::new(0.1)).scheduled(Schedule::InverseTime { lr: 0.1, decay: 0.5, every: 5 })
        }
        "sgd_sched_piecewise" => Run::of(Sgd::new(0.1))
            .scheduled(Schedule::Piecewise { lr: 0.1, then: vec![(4, 0.05), (10, 0.01)] }),
        "sgd_sched_polynomial" => Run::of(Sgd::new(0.1)).scheduled(Schedule::Polynomial {
            lr: 0.1,
            end: 0.001,
            power: 2.0,
            steps: 12,
        }),
        "sgd_sched_cosine_warmup" => {
            let cosine = Schedule::Cosine { lr: 0.1, floor: 0.01, steps: 10 };
            Run::of(Sgd::new(0.1)).scheduled(cosine.after_warmup(0.01, 5))
        }
        "rmsprop" | "rmsprop_wide" => Run::of(RmsProp::keras(0.01)),
        "rmsprop_centered" | "rmsprop_centered_wide" => {
            Run::of(RmsProp { centred: true, ..RmsProp::keras(0.01) })
        }
        "rmsprop_centered_momentum" => {
            Run::of(RmsProp { rho: 0.8, centred: true, momentum: 0.9, ..RmsProp::keras(0.01) })
        }
        "rmsprop_centered_momentum_wd" => Run::of(RmsProp {
            rho: 0.8,
            centred: true,
            momentum: 0.8,
            weight_decay: WeightDecay::Decoupled(0.05),
            ..RmsProp::keras(0.01)
        }),
        "rmsprop_momentum_sched_exponential" => {
            Run::of(RmsProp { momentum: 0.9, ..RmsProp::keras(0.01) }).scheduled(exponential(0.01))
        }
        "rmsprop_momentum" => Run::of(RmsProp { momentum: 0.9, ..RmsProp::keras(0.01) }),
        "adam" => Run::of(Adam::keras(0.001)),
        "adam_amsgrad" | "adam_amsgrad_wide" => {
            Run::of(Adam { beta2: 0.9, amsgrad: true, ..Adam::keras(0.01) })
        }
        "adam_wd" => Run::of(Adam { weight_decay: WeightDecay::Decoupled(0.05), ..Adam::keras(0.01) }),
        "adam_w" | "adamw" => Run::of(Adam::keras_adamw(0.01)),
        "adam_eps1e-2" => Run::of(Adam { beta1: 0.8, beta2: 0.99, eps: 1e-2, ..Adam::keras(0.01) }),
        other => panic!("no entry for {other}"),
    });
}
