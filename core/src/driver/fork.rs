//! Forks of the process. The threads of the library stay in the parent: in the child no command would have its outcome, and a lock that one
//! of them held is held for ever. So a child is told at once, and what it inherited is left alone, dropped or not.
//!
//! Everything asks whether this is a child, several times a message, and asking the system for the process's id is dear where it is a guest of
//! another. Bindings may register a handler of forks instead, which the system's C library calls. A process made by the bare system call has
//! none called: it is found out when it wants threads.

use crate::{Error, ErrorKind};
use std::{
    process,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
};

/// The process that has threads of the library; 0 while none has.
static OWNER: AtomicU32 = AtomicU32::new(0);

/// Children are told by [`in_child`].
static WATCHED: AtomicBool = AtomicBool::new(false);

/// This is a child of one that has threads of the library.
static TOLD: AtomicBool = AtomicBool::new(false);

/// Whether this process was forked from one that had begun to use the library. It can do nothing with it, nor with what it inherited;
/// after exec it can.
pub fn is_forked() -> bool {
    if WATCHED.load(Ordering::Relaxed) { TOLD.load(Ordering::Relaxed) } else { is_another() }
}

/// Whether another process has the threads, as the system says.
fn is_another() -> bool {
    let owner = OWNER.load(Ordering::Relaxed);
    owner != 0 && owner != process::id()
}

/// Has forks watched by a handler, for those who can register one: `register` has the function that it is given called in each child before
/// anything else of the library is, as `pthread_atfork` does, and says whether that was possible. The function touches atomic variables
/// alone. To be called before the library begins to be used.
pub fn watch_forks(register: impl FnOnce(extern "C" fn()) -> bool) {
    if !WATCHED.load(Ordering::Relaxed) && !is_another() && register(in_child) {
        WATCHED.store(true, Ordering::Relaxed);
    }
}

extern "C" fn in_child() {
    if OWNER.load(Ordering::Relaxed) != 0 {
        TOLD.store(true, Ordering::Relaxed);
    }
}

/// What a forked process is told.
pub fn forked() -> Error {
    let text = "the process was forked from one that uses the library, whose threads stayed there; exec it, or let a process that does \
                not use the library fork";
    Error::new(ErrorKind::Unsupported, text)
}

/// Fails in a forked process.
pub(crate) fn check() -> Result<(), Error> {
    if is_forked() { Err(forked()) } else { Ok(()) }
}

/// Makes this process the one with the threads, before there is any; fails in a forked one.
pub(super) fn claim() -> Result<(), Error> {
    let claimed = OWNER.compare_exchange(0, process::id(), Ordering::Relaxed, Ordering::Relaxed);
    if claimed.is_err() && is_another() { Err(forked()) } else { Ok(()) }
}
