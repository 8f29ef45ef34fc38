//! Panics, as a runtime refuses a block.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs what may panic, and gives the words of the panic. Nothing is printed meanwhile: a panic is
/// how a runtime refuses.
pub(crate) fn quietly<R>(run: impl FnOnce() -> R) -> Result<R, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.with(Cell::get) {
                before(info);
            }
        }));
    });
    QUIET.with(|quiet| quiet.set(true));
    let outcome = panic::catch_unwind(AssertUnwindSafe(run));
    QUIET.with(|quiet| quiet.set(false));
    outcome.map_err(|payload| match payload.downcast::<String>() {
        Ok(words) => *words,
        Err(payload) => {
            payload.downcast::<&str>().map_or_else(|_| String::new(), |w| (*w).to_owned())
        }
    })
}
