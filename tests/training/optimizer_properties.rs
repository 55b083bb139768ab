//! What must hold of every optimizer, and what tells one variant from the next.

use std::cell::RefCell;
use std::panic;
use std::sync::Once;

use tapeloop::optim::{Adam, Optimizer, RateAt, RmsProp, Sgd, WeightDecay};
use tapeloop::{Gradients, Init, Param, Params, Real};

/// Every preset and every branch of the update loops.
fn all<R: Real>() -> Vec<Box<dyn Optimizer<R>>> {
    let lr = 0.01;
    let decay = WeightDecay::Decoupled(0.1);
    vec![
        Box::new(Sgd::new(lr)),
        Box::new(Sgd::pytorch(lr, 0.9)),
        Box::new(Sgd { nesterov: true, ..Sgd::keras(lr, 0.9) }),
        Box::new(Sgd::tf1(lr, 0.9)),
        Box::new(RmsProp::pytorch(lr)),
        Box::new(RmsProp { momentum: 0.5, ..RmsProp::keras(lr) }),
        Box::new(RmsProp { centred: true, eps: 1e-4, ..RmsProp::keras2_legacy(lr, 0.0) }),
        Box::new(RmsProp { centred: true, momentum: 0.5, weight_decay: decay, ..RmsProp::tf1(lr) }),
        Box::new(Adam::pytorch(lr)),
        Box::new(Adam::pytorch_adamw(lr)),
        Box::new(Adam::pytorch_sparse(lr)),
        Box::new(Adam { amsgrad: true, weight_decay: WeightDecay::L2(0.1), ..Adam::keras(lr) }),
        Box::new(Adam::tf1(lr)),
    ]
}

/// Weights `[3, 2]` and `[5]`: neither fills a cache line, so there is padding behind both.
fn weights<R: Real>() -> (Params<R>, [Param; 2], Gradients<R>) {
    let mut params = Params::new(3);
    let w = params.add("w", [3, 2], Init::Uniform { low: 0.5, high: 1.0 });
    let b = params.add("b", [5], Init::Uniform { low: -1.0, high: -0.5 });
    let grads = params.zero_gradients();
    (params, [w, b], grads)
}

/// One weight that starts at 1, after steps with these gradients.
fn run<O: Optimizer<f64> + ?Sized>(optimizer: &mut O, gradients: &[f64]) -> f64 {
    let mut params = Params::new(0);
    let w = params.add("w", [1], Init::Constant(1.0));
    let mut grads = params.zero_gradients();
    for &g in gradients {
        grads[w][0] = g;
        optimizer.step(&mut params, &grads);
    }
    params[w][0]
}

#[test]
fn all_go_downhill() {
    for mut optimizer in all::<f32>() {
        let (mut params, arrays, mut grads) = weights();
        let loss = |params: &Params<f32>| arrays.map(|a| params[a].iter().map(|w| w * w / 2.0).sum::<f32>());
        let before = loss(&params);
        for _ in 0..20 {
            arrays.iter().for_each(|&a| grads[a].copy_from_slice(&params[a])); // ∂(w²/2)/∂w = w
            optimizer.step(&mut params, &grads);
        }
        let after = loss(&params);
        assert!(after[0] < before[0] && after[1] < before[1], "{before:?} → {after:?}");
        assert_eq!(optimizer.steps(), 20);
    }
}

#[test]
fn padding_stays_0() {
    fn check<R: Real>() {
        for (k, mut optimizer) in all::<R>().into_iter().enumerate() {
            let (mut params, arrays, mut grads) = weights::<R>();
            for t in 0..5 {
                arrays.iter().for_each(|&a| grads[a].fill(R::from_f64(f64::from(t) - 1.5)));
                optimizer.step(&mut params, &grads);
            }
            arrays.iter().for_each(|&a| params[a].fill(R::ZERO));
            assert!(params.flat().len() > 11);
            assert!(params.flat().iter().all(|&w| w == R::ZERO), "optimizer {k}");
        }
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn reset_is_as_good_as_new() {
    let gradients = [0.3, -2.0, 0.7, 0.1];
    for (mut used, mut fresh) in all().into_iter().zip(all()) {
        run(&mut *used, &[5.0, -1.0, 3.0]);
        used.reset();
        assert_eq!(used.steps(), 0);
        assert_eq!(run(&mut *used, &gradients).to_bits(), run(&mut *fresh, &gradients).to_bits());
    }
}

/// `η·g/(|g| + ε) ≈ ±η`: the reason why a new Adam for every step is sign descent.
#[test]
fn adams_first_step_does_not_see_the_size_of_the_gradient() {
    for g in [1e-3, 0.5, -1.0, -40.0, 1e9] {
        let w = run(&mut Adam::pytorch(0.01), &[g]);
        let expected = 1.0 - 0.01 * g / (g.abs() + 1e-8);
        assert!((w - expected).abs() < 1e-15, "gradient {g}: {w}");
        // Epsilon hat stands beside √v = √0.001·|g|, so it counts for more.
        let w = run(&mut Adam::keras(0.01), &[g]);
        let expected = 1.0 - 0.01 * g / (g.abs() + 1e-7 / 0.001_f64.sqrt());
        assert!((w - expected).abs() < 1e-15, "gradient {g}: {w}");
    }
}

#[test]
fn a_new_adam_for_every_step_is_sign_descent() {
    let new_each_time = |gradients: &[f64]| {
        let moves = gradients.iter().map(|&g| run(&mut Adam::pytorch(1e-4), &[g]) - 1.0);
        1.0 + moves.sum::<f64>()
    };
    assert!((new_each_time(&[0.3, 20.0, 0.01, -4.0, 1.0]) - (1.0 - 3.0 * 1e-4)).abs() < 1e-9);
    // There and back again; but one Adam remembers the first gradient when the second comes:
    // m̂ = (0.09 − 0.1)/0.19, and v̂ = 1.
    let there_and_back = [1.0, -1.0];
    assert!((new_each_time(&there_and_back) - 1.0).abs() < 1e-9);
    let one = run(&mut Adam::pytorch(1e-4), &there_and_back);
    assert!((one - (1.0 - 1e-4 * (1.0 - 0.01 / 0.19))).abs() < 1e-9, "{one}");
}

#[test]
fn where_the_rate_meets_the_momentum_matters_once_it_changes() {
    let gradients = [1.0, -0.5, 2.0];
    let same = [RateAt::Step, RateAt::Buffer]
        .map(|rate_at| run(&mut Sgd { rate_at, ..Sgd::pytorch(0.1, 0.9) }, &gradients));
    assert!((same[0] - same[1]).abs() < 1e-15);

    // One step with η = 0.1, one with η = 0 and no gradient. With the rate in the buffer, the weight
    // coasts on what it has gathered; with the rate at the step, it stands still.
    let coasting = |rate_at| {
        let mut params = Params::new(0);
        let w = params.add("w", [1], Init::Zeros);
        let mut grads = params.zero_gradients();
        let mut sgd = Sgd { rate_at, ..Sgd::<f64>::pytorch(0.1, 0.9) };
        grads[w][0] = 1.0;
        sgd.step(&mut params, &grads);
        sgd.set_lr(0.0);
        grads.zero();
        sgd.step(&mut params, &grads);
        params[w][0]
    };
    assert_eq!(coasting(RateAt::Step), -0.1);
    assert!((coasting(RateAt::Buffer) - -0.19).abs() < 1e-16);
}

#[test]
fn weight_decay_is_the_same_twice_for_plain_descent_only() {
    let gradients = [1.0, -0.5, 2.0];
    let [l2, decoupled] = [WeightDecay::L2(0.2), WeightDecay::Decoupled(0.2)];
    let sgd = |weight_decay| run(&mut Sgd { weight_decay, ..Sgd::new(0.1) }, &gradients);
    assert!((sgd(l2) - sgd(decoupled)).abs() < 1e-15);
    let adam = |weight_decay| run(&mut Adam { weight_decay, ..Adam::pytorch(0.1) }, &[0.0]);
    assert!((adam(decoupled) - (1.0 - 0.1 * 0.2)).abs() < 1e-15); // w ← w − η·λ·w
    assert!((adam(l2) - (1.0 - 0.1)).abs() < 1e-7); // the decay is a gradient: one step of η
}

#[test]
fn l2_decay_is_a_gradient_of_lambda_w_in_every_branch() {
    /// With `λ = 0.2`, at `w = 1`. The gradient of −0.1 tells even Adam, whose first step sees only
    /// the sign.
    fn check<O: Optimizer<f64>>(with: impl Fn(WeightDecay) -> O) {
        for g in [0.3, -0.1] {
            let decayed = run(&mut with(WeightDecay::L2(0.2)), &[g]);
            assert_eq!(decayed, run(&mut with(WeightDecay::None), &[g + 0.2]));
        }
    }
    for (momentum, nesterov) in [(0.0, false), (0.9, false), (0.9, true)] {
        check(|weight_decay| Sgd { nesterov, weight_decay, ..Sgd::pytorch(0.1, momentum) });
    }
    for (momentum, centred) in [(0.0, false), (0.9, false), (0.0, true), (0.9, true)] {
        check(|weight_decay| RmsProp { momentum, centred, weight_decay, ..RmsProp::pytorch(0.1) });
    }
    for amsgrad in [false, true] {
        check(|weight_decay| Adam { amsgrad, weight_decay, ..Adam::pytorch(0.1) });
    }
}

#[test]
fn tf1s_mean_square_starts_at_1() {
    let g = 0.01_f64;
    let tf1 = 1.0 - run(&mut RmsProp::tf1(0.1), &[g]);
    assert!((tf1 - 0.1 * g / (0.9 + 0.1 * g * g + 1e-10).sqrt()).abs() < 1e-15, "{tf1}");
    let keras = 1.0 - run(&mut RmsProp::keras(0.1), &[g]);
    assert!(keras > 200.0 * tf1, "{keras} and {tf1}");
}

#[test]
fn amsgrad_keeps_the_largest_mean_square() {
    let mut adam = Adam { beta2: 0.5, amsgrad: true, ..Adam::<f64>::keras(0.01) };
    run(&mut adam, &[10.0, 0.1, 0.1]);
    let [_, Some(v), Some(v_max)] = adam.state.moments() else { panic!("three moments") };
    assert!((v.flat()[0] - (12.5 + 0.0025 + 0.005)).abs() < 1e-12);
    assert_eq!(v_max.flat()[0], 50.0);
}

#[test]
fn a_constant_gradient_does_not_make_centred_rms_prop_nan() {
    for g in [0.1, 1.0 / 3.0, 0.7, 12.3] {
        let mut optimizer = RmsProp { centred: true, rho: 0.9, ..RmsProp::pytorch(1e-9) };
        assert!(run(&mut optimizer, &[g; 1000]).is_finite(), "gradient {g}");
    }
}

/// Runs `f`, which must panic with this sentence and name a line of this file.
fn refused(sentence: &str, f: fn()) {
    thread_local!(static SEEN: RefCell<Option<String>> = const { RefCell::new(None) });
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| match SEEN.take() {
            None => usual(info),
            Some(_) => SEEN.set(Some(info.to_string())),
        }));
    });
    SEEN.set(Some(String::new()));
    assert!(panic::catch_unwind(f).is_err(), "not refused: {sentence}");
    let seen = SEEN.take().unwrap();
    assert!(seen.contains(sentence), "{seen:?} instead of {sentence:?}");
    assert!(seen.contains(file!()), "{seen:?} doesn't name the caller's line");
}

/// One step with a gradient of 1.
fn step(mut optimizer: impl Optimizer<f64>) {
    run(&mut optimizer, &[1.0]);
}

#[test]
fn a_learning_rate_below_0_is_refused() {
    let sentence = "must be a number ≥ 0";
    refused(sentence, || step(Sgd::new(-0.1)));
    refused(sentence, || step(Sgd::keras(f64::NAN, 0.9)));
    refused(sentence, || step(RmsProp::tf1(f64::INFINITY)));
    refused("adam: lr is -1, but must be a number ≥ 0", || step(Adam::pytorch_adamw(-1.0)));
    refused(sentence, || step(Adam { lr: -1.0, ..Adam::keras(0.1) }));
    refused(sentence, || Optimizer::<f32>::set_lr(&mut RmsProp::keras(0.1), -1.0));
}

#[test]
fn other_values_out_of_range_are_refused() {
    refused("sgd: momentum is 1, but must be ≥ 0 and < 1", || step(Sgd::keras(0.1, 1.0)));
    refused("sgd: dampening is -0.5", || step(Sgd { dampening: -0.5, ..Sgd::new(0.1) }));
    refused("sgd: nesterov needs a momentum > 0", || step(Sgd { nesterov: true, ..Sgd::new(0.1) }));
    refused("nesterov", || step(Sgd { nesterov: true, dampening: 0.1, ..Sgd::pytorch(0.1, 0.9) }));
    refused("sgd: weight_decay is NaN", || {
        step(Sgd { weight_decay: WeightDecay::L2(f64::NAN), ..Sgd::new(0.1) });
    });
    refused("rmsprop: rho is 1", || step(RmsProp { rho: 1.0, ..RmsProp::keras(0.1) }));
    refused("rmsprop: start is -1", || step(RmsProp { start: -1.0, ..RmsProp::keras(0.1) }));
    refused("rmsprop: momentum is 2", || step(RmsProp { momentum: 2.0, ..RmsProp::keras(0.1) }));
    refused("rmsprop: eps is 0, but must be a number > 0", || {
        step(RmsProp { eps: 0.0, ..RmsProp::keras(0.1) });
    });
    refused("adam: beta1 is NaN", || step(Adam { beta1: f64::NAN, ..Adam::keras(0.1) }));
    refused("adam: beta2 is 1.5", || step(Adam { beta2: 1.5, ..Adam::keras(0.1) }));
    refused("adam: eps is -1", || step(Adam { eps: -1.0, ..Adam::keras(0.1) }));
    refused("adam: weight_decay is -1", || {
        step(Adam { weight_decay: WeightDecay::Decoupled(-1.0), ..Adam::keras(0.1) });
    });
}

#[test]
fn other_layouts_are_refused() {
    refused("sgd: weights of 24 numbers, but gradients of 16", || {
        let (mut params, _, grads) = weights::<f64>();
        params.add("more", [1], Init::Zeros);
        Sgd::new(0.1).step(&mut params, &grads);
    });
    refused("adam: weights of 24 numbers, but moments of 16", || {
        let (mut params, _, grads) = weights::<f64>();
        let mut adam = Adam::keras(0.1);
        adam.step(&mut params, &grads);
        params.add("more", [1], Init::Zeros);
        let grads = params.zero_gradients();
        adam.step(&mut params, &grads);
    });
}
