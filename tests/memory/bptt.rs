//! What less memory takes from the heap, all of it counted.

use crate::common::heap;
use crate::common::task::Waves;
use tapeloop::Memory;
use tapeloop::bptt::{Plan, checkpointed, initial_state};
use tapeloop::nn::Lstm;

/// The most bytes that a gradient takes, what the tape and the states say of them, and the bytes of all losses.
fn bytes(steps: usize, plan: Plan) -> [f64; 3] {
    let (task, params) = Waves::new::<_, f32>(Lstm::new(16), [1, steps, 2]);
    let mut grads = params.zero_gradients();
    let ((memory, states), peak) = heap::peak(|| {
        let mut memory = Memory::new();
        let done = checkpointed(&task, &params, plan, &mut grads, &mut memory);
        (memory.bytes(), done.most_states)
    });
    let state: usize = initial_state(&task, &params).iter().map(|h| size_of_val(h.data())).sum();
    [peak, memory + states * state, steps * size_of::<f32>()].map(|bytes| bytes as f64)
}

#[test]
fn slots_take_what_they_say_and_a_number_for_each_step() {
    for plan in [Plan::Slots(3), Plan::Slots(10)] {
        let [[short, ..], [long, said, losses]] = [1_000, 5_000].map(|steps| bytes(steps, plan));
        let a_step = (long - short) / 4_000.0;
        assert!((3.9..6.0).contains(&a_step), "{plan:?}: {a_step} bytes a step");
        // The arrays of a tape double as they grow, and are copied then; each state is some small arrays.
        assert!(
            long < 3.0 * said + losses + 8_192.0,
            "{plan:?}: {long} bytes, {said} said, {losses} of losses"
        );
    }
}

#[test]
fn pieces_take_what_they_say() {
    for count in [1, 10, 70] {
        let [taken, said, losses] = bytes(5_000, Plan::Pieces(count));
        assert!(taken < 2.2 * said + losses, "{count} pieces: {taken} bytes, {said} said");
    }
    let [all, pieces] = [Plan::Pieces(1), Plan::sqrt(5_000)].map(|plan| bytes(5_000, plan)[0]);
    assert!(all > 30.0 * pieces, "{all} and {pieces} bytes");
}
