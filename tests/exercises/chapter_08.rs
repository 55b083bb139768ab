//! Solutions of the exercises of chapter 8, Memory: checkpointing.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::waves::Waves;
use tapeloop::bptt::{Checkpointed, Plan, Task, advances, checkpointed, full, initial_state, state_bytes};
use tapeloop::nn::{Lstm, LstmCell, SimpleRnn, SimpleRnnCell};
use tapeloop::{Memory, Params, Real, Tape, Var};

/// The bytes of states, tape and losses.
fn bytes(task: &Waves<LstmCell>, params: &Params, plan: Plan) -> usize {
    checkpointed(task, params, plan, &mut params.zero_gradients(), &mut Memory::new()).bytes
}

/// `n·s + (T/n)·a` is least where `s = T·a/n²`: `n = √(T·a/s)`. An LSTM of 32 units has states of 424 bytes and some 12,800 bytes of tape for a
/// step: 245 pieces for 2,000 steps, not √2000 = 45. They take less than two fifths of the memory.
#[test]
fn exercise_1_the_best_number_of_pieces() {
    let (task, params) = Waves::new::<_, f32>(Lstm::new(32), [1, 2_000]);
    let tape = |steps| {
        let (task, params) = Waves::new::<_, f32>(Lstm::new(32), [1, steps]);
        bytes(&task, &params, Plan::Pieces(1)) as f64
    };
    let state = state_bytes(&initial_state::<_, f32>(&task, &params)) as f64;
    let step = (tape(40) - tape(20)) / 20.0;
    let best = (2_000.0 * step / state).sqrt();
    assert!((230.0..280.0).contains(&best), "{best}");
    let [at_best, at_sqrt] =
        [Plan::Pieces(best as usize), Plan::sqrt(2_000)].map(|p| bytes(&task, &params, p));
    assert!(5 * at_best < 2 * at_sqrt, "{at_best} and {at_sqrt} bytes");
    for n in [30, 100, 1_000] {
        assert!(bytes(&task, &params, Plan::Pieces(n)) > at_best, "{n} pieces");
    }
}

fn with_slots(steps: usize, slots: usize) -> Checkpointed<f64> {
    let (task, params) = Waves::new::<_, f64>(SimpleRnn::new(2), [1, steps]);
    checkpointed(&task, &params, Plan::Slots(slots), &mut params.zero_gradients(), &mut Memory::new())
}

/// `(3 + 3)!/(3!·3!) = 20` steps. Up to there a step more costs 3 steps forwards; the 21st costs 4.
#[test]
fn exercise_2_how_far_three_slots_reach() {
    let work: Vec<usize> = (18..=22).map(|steps| with_slots(steps, 3).advanced).collect();
    assert_eq!(work[2], 3 * 20 - 15, "r·T − (s+r)!/((s+1)!·(r−1)!)");
    assert_eq!(work.windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<_>>(), [3, 3, 4, 4]);
}

/// Without any state but the first, the way to step `t` is `t` steps long: `0 + 1 + … + (T − 1) = T·(T − 1)/2`.
#[test]
fn exercise_3_a_single_slot() {
    for steps in [1, 2, 10, 33] {
        assert_eq!(with_slots(steps, 1).advanced, steps * (steps - 1) / 2);
        assert_eq!(advances(steps, 1), steps * (steps - 1) / 2);
    }
}

/// Waves with dropout on the input. What is dropped follows from the step, or from how often somebody asked.
struct Dropping {
    waves: Waves<SimpleRnnCell>,
    asked: Option<AtomicU64>,
}

impl Task for Dropping {
    type Cell = SimpleRnnCell;

    fn cell(&self) -> &SimpleRnnCell {
        self.waves.cell()
    }
    fn sizes(&self) -> [usize; 2] {
        self.waves.sizes()
    }
    fn input<'t, R: Real>(&self, tape: &'t Tape<'t, R>, t: usize) -> Var<'t, R> {
        let seed = self.asked.as_ref().map_or(t as u64, |asked| asked.fetch_add(1, Relaxed));
        self.waves.input(tape, t).dropout(0.5, seed)
    }
    fn loss<'t, R: Real>(&self, t: usize, h: Var<'t, R>) -> Option<Var<'t, R>> {
        self.waves.loss(t, h)
    }
}

/// A step that is computed twice must be the same step twice. If its random numbers follow from the step, it is, and the gradients
/// have the same bits. If they come from a generator that has moved on, the gradient belongs to no net at all.
#[test]
fn exercise_4_dropout_must_be_the_same_again() {
    let same_bits = |by_step: bool| {
        let (waves, params) = Waves::new::<_, f64>(SimpleRnn::new(8), [1, 30]);
        let task = Dropping { waves, asked: (!by_step).then(AtomicU64::default) };
        let (mut whole, mut pieces) = (params.zero_gradients(), params.zero_gradients());
        full(&task, &params, &mut whole, &mut Memory::new());
        task.asked.iter().for_each(|asked| asked.store(0, Relaxed));
        checkpointed(&task, &params, Plan::sqrt(30), &mut pieces, &mut Memory::new());
        let bits = |g: &[f64]| g.iter().map(|g| g.to_bits()).collect::<Vec<_>>();
        bits(whole.flat()) == bits(pieces.flat())
    };
    assert!(same_bits(true));
    assert!(!same_bits(false));
}
