//! Mistakes that must panic, where and how.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe, Location};
use std::sync::Once;

thread_local! {
    /// Whether this thread is expected to panic, and where it then does.
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Notes the place of a panic that is expected, and passes on any other.
fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let default = panic::take_hook();
        panic::set_hook(Box::new(move |info| match info.location() {
            Some(location) if EXPECTED.get() => PLACE.set(format!("{}:{}", location.file(), location.line())),
            _ => default(info),
        }));
    });
}

/// Asserts that `call` panics on the line of this very call, and that the message begins with `start`
/// and contains all of `parts`.
#[track_caller]
pub fn panics<T>(start: &str, parts: &[&str], call: impl FnOnce() -> T) {
    install_hook();
    EXPECTED.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(|| drop(call())));
    EXPECTED.set(false);

    let Err(payload) = result else { panic!("no {start:?}") };
    let literal = payload.downcast_ref::<&str>().map(ToString::to_string);
    let message = literal.or_else(|| payload.downcast_ref().cloned()).unwrap_or_default();
    assert!(message.starts_with(start), "not {start:?} but {message:?}");
    for part in parts {
        assert!(message.contains(part), "{message:?}, without {part:?}");
    }
    let here = Location::caller();
    assert_eq!(PLACE.take(), format!("{}:{}", here.file(), here.line()), "{message:?} elsewhere");
}
