//! Which instruction set to run on.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

use pulp::{Arch, WithSimd};

/// A set of vector instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Isa {
    /// What every processor of the target has.
    Scalar,
    /// 128-bit vectors of aarch64.
    Neon,
    /// 256-bit vectors of x86-64, with fused multiply–add.
    Avx2,
    /// 512-bit vectors of x86-64.
    Avx512,
}

/// The `Isa` that [`limit`] set last, as a number.
static LIMIT: AtomicU8 = AtomicU8::new(u8::MAX);

impl Isa {
    /// Those that this machine has, narrowest first.
    pub fn available() -> impl Iterator<Item = Self> {
        machine().iter().flatten().map(|(isa, _)| *isa)
    }

    /// The one in use: the widest that the machine has, unless [`limit`] says otherwise.
    #[must_use]
    pub fn current() -> Self {
        current().0
    }
}

/// From now on, and on every thread, use nothing wider than `isa`: to test or measure what another
/// machine would do. Not to be changed while other threads compute.
pub fn limit(isa: Isa) {
    LIMIT.store(isa as u8, Ordering::Relaxed);
}

/// Runs a loop compiled for the instruction set in use. Only what is inlined into `code` profits: mark the closure, and
/// what it calls, `#[inline(always)]`.
// Not the same as `dispatch`: a bound that says `FnOnce` makes the closure nothing else. Otherwise it may be one that can
// run many times, and the wrapper that the compiler then adds is a function of its own, inlined or not as it likes.
#[inline(always)]
pub fn run<T>(code: impl FnOnce() -> T) -> T {
    dispatch(code)
}

/// Runs `code` compiled for the instruction set in use. Only what is inlined into `code` profits.
#[inline(always)]
pub fn dispatch<F: WithSimd>(code: F) -> F::Output {
    current().1.dispatch(code)
}

#[inline]
fn current() -> (Isa, Arch) {
    let limit = LIMIT.load(Ordering::Relaxed);
    let allowed = machine().iter().flatten().rev().find(|(isa, _)| *isa as u8 <= limit);
    *allowed.expect("every machine has the scalar one")
}

/// What the machine has, narrowest first. Asked once: the question takes longer than a small loop.
fn machine() -> &'static [Option<(Isa, Arch)>; 3] {
    static MACHINE: OnceLock<[Option<(Isa, Arch)>; 3]> = OnceLock::new();
    MACHINE.get_or_init(|| {
        #[cfg(target_arch = "x86_64")]
        let wide = [
            pulp::x86::V3::try_new().map(|v| (Isa::Avx2, Arch::V3(v))),
            pulp::x86::V4::try_new().map(|v| (Isa::Avx512, Arch::V4(v))),
        ];
        #[cfg(target_arch = "aarch64")]
        let wide = [pulp::aarch64::Neon::try_new().map(|v| (Isa::Neon, Arch::Neon(v))), None];
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        let wide = [None, None];
        [Some((Isa::Scalar, Arch::Scalar)), wide[0], wide[1]]
    })
}
