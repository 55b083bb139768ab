//! Every set of instructions that the machine has, not only the widest.

#[path = "../common/mod.rs"]
mod common;

mod gemm;
mod recurrent;
mod simd;
mod softmax;
mod vector_maths;

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use tapeloop::simd::{Isa, limit};

/// The limit holds for the whole process: who sets it is alone, and finds what there was before anybody did.
fn alone() -> MutexGuard<'static, ()> {
    static LIMIT: Mutex<()> = Mutex::new(());
    static FIRST: OnceLock<Isa> = OnceLock::new();
    let alone = LIMIT.lock().unwrap_or_else(PoisonError::into_inner);
    limit(*FIRST.get_or_init(Isa::current));
    alone
}
