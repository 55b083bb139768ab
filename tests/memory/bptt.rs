//! What less memory takes from the heap, all of it counted.

use std::collections::BTreeSet;

use crate::common::heap;
use crate::common::task::Waves;
use tapeloop::Memory;
use tapeloop::bptt::{Plan, checkpointed, initial_state, state_bytes};
use tapeloop::nn::zoo::UnitaryRnn;
use tapeloop::nn::{Lstm, Recurrent, Spec};

/// The most bytes that a gradient takes, what it says of them, and the bytes of a state.
fn bytes(steps: usize, plan: Plan) -> [usize; 3] {
    bytes_of(Lstm::new(16), steps, plan)
}

fn bytes_of<S: Spec>(layer: Recurrent<S>, steps: usize, plan: Plan) -> [usize; 3] {
    let (task, params) = Waves::new::<_, f32>(layer, [1, steps, 2]);
    let mut grads = params.zero_gradients();
    let (said, peak) =
        heap::peak(|| checkpointed(&task, &params, plan, &mut grads, &mut Memory::new()).bytes);
    [peak, said, state_bytes(&initial_state(&task, &params))]
}

/// The gradient by a state, and the states that a step is computed from and leads to, aren't counted; lists of a handful double as they grow.
const LITTLE: usize = 16_384;

#[test]
fn plans_take_what_they_say() {
    for plan in [1, 10, 70, 500].map(Plan::Pieces).into_iter().chain([3, 10, 100].map(Plan::Slots)) {
        let [taken, said, _] = bytes(5_000, plan);
        println!("{plan:?}: {taken} bytes, {said} said");
        assert!(taken < said + said / 20 + LITTLE && taken > said, "{plan:?}: {taken} bytes, {said} said");
    }
}

/// A step more costs slots a number, its loss; and pieces are worth having.
#[test]
fn slots_take_a_number_for_each_step_and_pieces_little() {
    for plan in [Plan::Slots(3), Plan::Slots(10)] {
        let [short, long] = [1_000, 5_000].map(|steps| bytes(steps, plan)[0] as f64);
        let a_step = (long - short) / 4_000.0;
        assert!((3.9..6.0).contains(&a_step), "{plan:?}: {a_step} bytes a step");
    }
    let [all, pieces] = [Plan::Pieces(1), Plan::sqrt(5_000)].map(|plan| bytes(5_000, plan)[0]);
    assert!(all > 30 * pieces, "{all} and {pieces} bytes");
}

/// A tape has things that each step reads, and that come once: constants, such as a Fourier transform of `[2·H, 2·H]`.
#[test]
fn what_comes_once_is_not_expected_at_each_step() {
    for plan in [1, 10, 30].map(Plan::Pieces) {
        let [taken, said, _] = bytes_of(UnitaryRnn::new(64), 600, plan);
        println!("unitary_rnn, {plan:?}: {taken} bytes, {said} said");
        assert!(taken < said + said / 20 + LITTLE && taken > said, "{plan:?}: {taken} bytes, {said} said");
    }
    let [one, more] = [300, 600].map(|steps| bytes_of(UnitaryRnn::new(64), steps, Plan::Pieces(1))[0]);
    let constant = 2 * 128 * 128 * size_of::<f32>();
    assert!(more < 2 * one + constant, "{one} bytes, then {more}");
}

#[test]
fn budgets_are_kept_to() {
    const T: usize = 5_000;
    let [[_, ten, state], [_, forty, _]] = [10, 40].map(|steps| bytes(steps, Plan::Pieces(1)));
    let tape = |steps: usize| (ten + (forty - ten) * steps / 30).saturating_sub((forty - ten) / 3);
    let losses = T * size_of::<f32>();
    let mut plans = BTreeSet::new();
    for budget in [60_000_000, 10_000_000, 3_000_000, 1_000_000, 600_000, 300_000, 200_000, 100_000, 30_000] {
        let plan = Plan::within(budget, T, state, tape).expect("some plan");
        let [taken, ..] = bytes(T, plan);
        println!("{budget} bytes: {plan:?} takes {taken}, {losses} of them for losses");
        assert!(taken < budget + losses + LITTLE, "{budget}, {plan:?}: {taken} bytes");
        plans.insert(format!("{plan:?}"));
    }
    assert!(plans.len() > 5 && Plan::within(tape(1), T, state, tape).is_none(), "{plans:?}");
}
