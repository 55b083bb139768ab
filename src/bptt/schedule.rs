//! Which states to keep.

/// How a sequence is cut for [`checkpointed`](super::checkpointed) backpropagation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// So many pieces of (nearly) equal length: the state before each is kept, and each is computed again, on a tape, when its turn
    /// comes backwards. With `√T` pieces of `√T` steps memory grows with `√T`: Chen, Xu, Zhang & Guestrin, *Training deep nets with
    /// sublinear memory cost* (2016). (Least it is with `√(T·step/state)` pieces, if a step on the tape is larger than a state.)
    Pieces(usize),
    /// At most so many states at a time besides the one that is being computed and the gradient by it, and never more than one step on the tape. States
    /// are computed again as often as must be, and not more often: Griewank & Walther, *Algorithm 799: revolve* (2000), for nets
    /// Gruslys, Munos, Danihelka, Lanctot & Graves, *Memory-efficient backpropagation through time* (2016).
    Slots(usize),
}

impl Plan {
    /// `√T` pieces.
    pub fn sqrt(steps: usize) -> Self {
        Self::Pieces(((steps as f64).sqrt().round() as usize).max(1))
    }

    /// The plan that computes the fewest steps of those that need at most so many bytes, if a state has `state` bytes
    /// ([`state_bytes`](super::state_bytes)) and a tape of `n` steps `tape(n)`, besides the numbers that are the losses of the steps;
    /// `None` if nothing does. If steps are alike, that is what is taken from the heap, but for some 10 kB.
    ///
    /// What a tape takes can be seen from [`Checkpointed::bytes`](super::Checkpointed::bytes) of [`Pieces(1)`](Self::Pieces), with a state and the losses: for 10
    /// steps and for 40, say, the rest of the way is a straight line.
    pub fn within(bytes: usize, steps: usize, state: usize, tape: impl Fn(usize) -> usize) -> Option<Self> {
        // n pieces compute every step twice; one piece once. Beside states and tape there is the gradient by a state.
        let states = |count: usize| state.saturating_mul(count + 1);
        let fits = |pieces: &usize| states(*pieces).saturating_add(tape(steps.div_ceil(*pieces))) <= bytes;
        let pieces = (1..=steps.max(1)).find(fits).map(Self::Pieces);
        let slots = (bytes.checked_sub(tape(1))? / state.max(1)).saturating_sub(2);
        pieces.or((slots > 0).then_some(Self::Slots(slots)))
    }
}

/// `(s + r)!/(s!·r!)`: the steps that can be walked back with `s` slots if no step is computed more than `r` times before it is on
/// the tape.
fn reach(slots: usize, times: usize) -> usize {
    let (small, large) = (slots.min(times) as u128, slots.max(times) as u128);
    let mut reach = 1_u128;
    for i in 1..=small {
        reach = reach.saturating_mul(large + i) / i;
    }
    usize::try_from(reach).unwrap_or(usize::MAX)
}

/// The least `r` with `steps ≤ reach(slots, r)`.
fn times(steps: usize, slots: usize) -> usize {
    (0..).find(|&times| reach(slots, times) >= steps).expect("some number is large enough")
}

/// How many steps must be computed without a tape to walk back through so many with so many slots, of which the state before the first step takes
/// one: `r·T − (s+r)!/((s+1)!·(r−1)!)`. With a single slot every step begins at the first: `T·(T−1)/2`.
///
/// # Panics
/// If there is no slot.
#[track_caller]
pub fn advances(steps: usize, slots: usize) -> usize {
    assert!(slots >= 1, "advances: no slot to begin from");
    if slots == 1 {
        return steps * steps.saturating_sub(1) / 2;
    }
    match times(steps, slots) {
        0 => 0,
        times => (times * steps).saturating_sub(reach(slots + 1, times - 1)),
    }
}

/// After how many steps the next state is to be kept: of at least two steps, with so many slots, the state before the first step
/// included.
///
/// Each half must be walked back in its turn: what lies behind with a slot less, what lies before with all of them, but at the price of
/// having been computed once more already. The best place gives both as many steps as `r` allows, or fewer.
///
/// # Panics
/// If there are fewer than two steps, or no slot.
#[track_caller]
pub fn split(steps: usize, slots: usize) -> usize {
    assert!(steps >= 2 && slots >= 1, "split: {steps} steps and {slots} slots");
    if slots == 1 {
        return steps - 1;
    }
    let times = times(steps, slots);
    let least = times.checked_sub(2).map_or(1, |times| reach(slots, times));
    least.max(steps.saturating_sub(reach(slots - 1, times))).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The least work by trying all places: `m` steps to the kept state, then both halves.
    #[test]
    fn no_other_schedule_needs_fewer_steps() {
        const STEPS: usize = 60;
        let mut best = vec![vec![0; STEPS + 1]; 8]; // [slots][steps]
        for slots in 1..8 {
            for steps in 2..=STEPS {
                let at = |best: &[Vec<usize>], m: usize| {
                    m + best[slots][m] + if slots == 1 { 0 } else { best[slots - 1][steps - m] }
                };
                let all = if slots == 1 { steps - 1..steps } else { 1..steps };
                let least = all.map(|m| at(&best, m)).min().unwrap();
                best[slots][steps] = least;
                assert_eq!(advances(steps, slots), least, "{steps} steps, {slots} slots");
                assert_eq!(at(&best, split(steps, slots)), least, "{steps} steps, {slots} slots: split");
            }
        }
    }

    #[test]
    #[should_panic = "no slot"]
    fn without_a_slot_there_is_no_way_back() {
        advances(5, 0);
    }

    #[test]
    fn a_budget_is_kept_to() {
        let within = |bytes| Plan::within(bytes, 10, 1, |steps| 10 * steps);
        assert_eq!(within(1000), Some(Plan::Pieces(1)));
        assert_eq!(within(60), Some(Plan::Pieces(2)));
        assert_eq!(within(15), Some(Plan::Slots(3)));
        assert_eq!([12, 9, 0].map(within), [None; 3]);
        assert_eq!(Plan::sqrt(10_000), Plan::Pieces(100));
    }
}
