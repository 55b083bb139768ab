//! Ways to the gradient of a long sequence.
//!
//! Everything here is about one sum. A recurrence `s_t = f(x_t, s_{t−1}, w)` with losses `L = Σ_t l_t(s_t, w)` has
//!
//! ```text
//! ∂L/∂w = Σ_t [ ∂l_t/∂w + λ_t·∂f_t/∂w ]      λ_t = ∂l_t/∂s_t + λ_{t+1}·∂s_{t+1}/∂s_t      from the last step to the first
//! ∂L/∂w = Σ_t [ ∂l_t/∂w + ∂l_t/∂s_t·P_t ]    P_t = ∂s_t/∂w   + ∂s_t/∂s_{t−1}·P_{t−1}      from the first step to the last
//! ```
//!
//! The first line is backpropagation through time, the second one real-time recurrent learning: the same sum in two orders.
//! `S` numbers of state (`B·H`, twice that with a `c`), `W` weights:
//!
//! | | gradient | memory | work for a step |
//! | --- | --- | --- | --- |
//! | [`full`] | exact | `T` steps | forward, backward |
//! | [`checkpointed`], `√T` pieces | the same bits | `2·√T` steps | forward twice, backward |
//! | [`checkpointed`], `s` slots | the same bits | `s` states, 1 step | forward `r + 1` times, where `T ≤ (s+r)!/(s!·r!)`, backward |
//! | [`truncated`] | biased: paths that begin before a window of `k2` steps are missing | `k2` steps | forward and backward `k2/k1` times |
//! | [`rtrl`] | exact | `S·W` | `S + 1` backward, `S²·W` multiplications |
//! | [`uoro`] | noisy, but right in the mean | `S + W` | forward, 2 backward, forward with dual numbers |
//!
//! All of them take a [`Task`] with any [`Cell`]; what they have in common is a [piece](full) of the sequence on a tape
//! of its own.

mod advance;
mod checkpointed;
mod full;
mod jacobian;
mod piece;
mod rtrl;
mod schedule;
mod task;
mod truncated;
mod uoro;

pub use checkpointed::{Checkpointed, checkpointed};
pub use full::{Passed, full};
pub use jacobian::{recurrent_jacobians, spectral_radius};
pub use rtrl::{Influence, rtrl};
pub use schedule::{Plan, advances, split};
pub use task::{StateValues, Task, initial_state, state_bytes};
pub use truncated::truncated;
pub use uoro::uoro;

#[allow(unused_imports, reason = "named in the text above")]
use crate::nn::Cell;
