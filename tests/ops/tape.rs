//! The tape as such: recording, walking back, memory.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tapeloop::nn::Lstm;
use tapeloop::{Array, Init, Memory, Params, Tape};

fn two_weights() -> (Params<f64>, [tapeloop::Param; 2]) {
    let mut params = Params::new(0);
    let w = params.add("w", [3], Init::Constant(2.0));
    let s = params.add("s", [], Init::Constant(5.0));
    (params, [w, s])
}

#[test]
fn backward_adds_to_the_gradients_of_parameters() {
    let (params, [w, s]) = two_weights();
    let tape = Tape::new(&params, Memory::new());
    let loss = (tape.param(w) * tape.param(w)).sum() * tape.param(s);
    let mut grads = params.zero_gradients();
    tape.backward(loss, &mut grads);
    assert_eq!((&grads[w], &grads[s]), (&[20.0; 3][..], &[12.0][..]));
    tape.backward(loss, &mut grads); // a second micro-batch
    assert_eq!((&grads[w], &grads[s]), (&[40.0; 3][..], &[24.0][..]));
    grads.zero();
    assert_eq!(grads[w], [0.0; 3]);
}

#[test]
fn the_loss_may_be_a_parameter_or_a_variable() {
    let (params, [_, s]) = two_weights();
    let tape = Tape::new(&params, Memory::new());
    let mut grads = params.zero_gradients();
    tape.backward(tape.param(s), &mut grads);
    assert_eq!(grads[s], [1.0]);
    let x = tape.variable(&Array::new([1, 1], vec![3.0]));
    tape.backward(x, &mut grads);
    assert_eq!(x.grad(), [1.0]);
}

#[test]
fn the_gradient_of_any_node_is_readable_and_zero_where_the_loss_does_not_depend_on_it() {
    let (params, [w, _]) = two_weights();
    let tape = Tape::new(&params, Memory::new());
    let x = tape.input([3], &[1.0, 2.0, 3.0]);
    let product = tape.param(w) * x;
    let unused = product.tanh();
    let loss = (product * product).sum();
    let later = loss * loss;
    tape.backward(loss, &mut params.zero_gradients());
    assert_eq!(product.grad(), [4.0, 8.0, 12.0]);
    assert_eq!(loss.grad(), [1.0]);
    assert_eq!(unused.grad(), [0.0; 3]);
    assert_eq!(later.grad(), [0.0]);
    assert!(!x.needs_grad(), "data: not differentiated by");
    assert_eq!(product.grad_norm(), 224f64.sqrt());
}

#[test]
fn without_gradients_values_are_the_same_and_less_is_kept() {
    let mut params = Params::<f64>::new(0);
    let lstm = Lstm::new(5).return_sequences(true).build(&mut params, "lstm", 3);
    let x: Vec<f64> = (0..2 * 400 * 3).map(|i| (i as f64).sin()).collect();
    let run = |tape: Tape<'_, f64>| {
        let y = lstm.forward(tape.input([2, 400, 3], &x)).value();
        (y, tape.into_memory().bytes())
    };
    let (with, bytes) = run(Tape::new(&params, Memory::new()));
    let (without, fewer) = run(Tape::without_gradients(&params, Memory::new()));
    assert_eq!(with, without);
    assert!(bytes - fewer > 2 * 400 * 5 * 5 * size_of::<f64>() / 2, "{bytes} and {fewer} bytes");

    let tape = Tape::without_gradients(&params, Memory::new());
    let x = tape.variable(&Array::new([1, 1, 3], vec![1.0; 3]));
    let loss = lstm.forward(x).sum();
    assert!(!loss.needs_grad() && !x.needs_grad());
    let backward = || tape.backward(loss, &mut params.zero_gradients());
    let grad = || drop(x.grad());
    for ask in [&backward as &dyn Fn(), &grad] {
        let panic = catch_unwind(AssertUnwindSafe(ask)).unwrap_err();
        let message = panic
            .downcast_ref::<&str>()
            .map_or_else(|| panic.downcast_ref::<String>().unwrap().clone(), |message| message.to_string());
        assert!(message.contains("without gradients"), "{message}");
    }
}

#[test]
fn the_norm_of_a_large_gradient_is_finite() {
    let none = Params::<f32>::new(0);
    let tape = Tape::new(&none, Memory::new());
    let x = tape.variable(&Array::new([2], vec![0.0, 0.0]));
    tape.backward((x * 3e19).sum(), &mut none.zero_gradients());
    approx::assert_relative_eq!(x.grad_norm(), 3e19 * 2f32.sqrt(), max_relative = 1e-6);
}

#[test]
fn memory_of_another_net_changes_nothing() {
    let (params, [w, _]) = two_weights();
    let run = |memory: Memory<f64>| {
        let tape = Tape::new(&params, memory);
        let x = tape.variable(&Array::new([3], vec![0.1, 0.2, 0.3]));
        let y = (x * tape.param(w)).tanh();
        let mut grads = params.zero_gradients();
        tape.backward(y.sum(), &mut grads);
        let results = (y.value(), x.grad(), grads[w].to_vec());
        (results, tape.into_memory())
    };
    let other = Params::new(0);
    let tape = Tape::new(&other, Memory::new());
    let x = tape.variable(&Array::new([2, 50], vec![f64::NAN; 100]));
    tape.backward((x * x).sum(), &mut other.zero_gradients());

    let (fresh, memory) = run(Memory::new());
    assert_eq!(run(memory).0, fresh);
    assert_eq!(run(tape.into_memory()).0, fresh);
}

#[test]
fn misuse_is_named() {
    let (params, [w, _]) = two_weights();
    let (tape, other) = (Tape::new(&params, Memory::new()), Tape::new(&params, Memory::new()));
    let message = |misuse: &dyn Fn()| {
        let panic = catch_unwind(AssertUnwindSafe(misuse)).expect_err("no panic");
        panic
            .downcast_ref::<String>()
            .cloned()
            .unwrap_or_else(|| panic.downcast_ref::<&str>().unwrap().to_string())
    };
    let mut none = Params::<f64>::new(0).zero_gradients();
    let sum = tape.param(w).sum();
    assert_eq!(message(&|| drop(sum.grad())), "grad: call `backward` first");
    assert!(message(&|| drop(tape.input([1], &[1.0]).grad())).contains("`Tape::variable`"));
    let other_store = Params::<f64>::new(0);
    let foreign = Tape::new(&other_store, Memory::new());
    assert!(message(&|| _ = foreign.param(w)).contains("another `Params`"));
    assert!(message(&|| _ = &other_store[w]).contains("another `Params`"));
    assert_eq!(message(&|| _ = params.named("v")), "no parameter is named \"v\"; there are [\"w\", \"s\"]");
    assert!(message(&|| drop(tape.param(w).grad())).contains("`grads[param]`"));
    assert_eq!(message(&|| _ = tape.param(w) + other.param(w)), "an op reads a variable of another tape");
    assert!(message(&|| tape.backward(tape.param(w), &mut params.zero_gradients())).contains("[3]"));
    assert!(message(&|| _ = tape.input([2], &[1.0])).contains("1 numbers for shape [2]"));
    assert!(message(&|| _ = tape.param(w).item()).contains("[3]"));
    let other_sum = other.param(w).sum();
    assert!(message(&|| tape.backward(other_sum, &mut params.zero_gradients())).contains("on another tape"));
    let mut sequence = tape.sequence(2);
    sequence.push(sum);
    assert!(
        message(&|| {
            let mut short = tape.sequence(1);
            short.push(sum);
            short.push(sum);
        })
        .contains("no room for more than 1")
    );
    assert!(
        message(&|| {
            let mut mixed = tape.sequence(2);
            mixed.push(sum);
            mixed.push(tape.param(w));
        })
        .contains("shapes [] and [3] differ")
    );
    let one = sequence.finish();
    assert!(message(&|| _ = one.at(1)).contains("no step 1 among 1"));
    tape.backward(sum, &mut params.zero_gradients());
    assert!(message(&|| drop((sum * sum).grad())).contains("after the last `backward`"));
    let panic = catch_unwind(AssertUnwindSafe(|| tape.backward(sum, &mut none))).expect_err("no panic");
    assert_eq!(*panic.downcast_ref::<&str>().unwrap(), "backward: gradients of other parameters");
}

#[test]
fn a_tape_prints_before_and_after_backward_and_when_it_went_on() {
    let (params, [w, _]) = two_weights();
    let tape = Tape::new(&params, Memory::new());
    let loss = tape.param(w).square().sum();
    assert!(!tape.to_string().contains("‖∂L‖"));
    tape.backward(loss, &mut params.zero_gradients());
    let _later = loss * loss;
    let text = tape.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(!lines[0].contains("‖∂L‖"), "a parameter's is in `Gradients`: {text}");
    assert!(lines[1].contains("square(0)") && lines[1].contains("‖∂L‖ 1.73e0"), "{text}");
    assert!(lines[3].contains("mul(2, 2)") && !lines[3].contains("‖∂L‖"), "{text}");
}
