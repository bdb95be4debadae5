//! Panics in the library's threads and calls: told to the log, not to the host's stderr.

use super::health;
use std::{
    cell::Cell,
    panic::{set_hook, take_hook},
    sync::Once,
};

thread_local! {
    static OWN: Cell<bool> = const { Cell::new(false) };
}

/// Has panics told to the log alone from now on: those of the library's threads and of calls in [`quietly`], with `everywhere` all. For
/// bindings, which have a copy of Rust's library to themselves; others' panics go on as before.
pub fn quiet_panics(everywhere: bool) {
    static SET: Once = Once::new();
    SET.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |panic| {
            if everywhere || OWN.try_with(Cell::get).unwrap_or(true) {
                let place = panic.location().map(ToString::to_string).unwrap_or_default();
                log::error!(target: "webchat", "a fault in the library, at {place}");
                health::before_unwinding();
            } else {
                before(panic);
            }
        }));
    });
}

/// Counts the running thread as the library's.
pub(super) fn own_thread() {
    OWN.set(true);
}

/// Runs a call into the library.
pub fn quietly<T>(call: impl FnOnce() -> T) -> T {
    struct Back(bool);
    impl Drop for Back {
        fn drop(&mut self) {
            let _ = OWN.try_with(|own| own.set(self.0));
        }
    }
    let _back = OWN.try_with(|own| Back(own.replace(true)));
    call()
}
