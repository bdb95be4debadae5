//! Forks of the process: in the child every function fails at once, before it takes a lock that a thread of the parent's may have held.
//! What the core finds out by asking for the process's id is a flag here, because the getters of an event are called in great numbers.

use crate::{boundary::Failure, status::WEBCHAT_ERR_FORKED};
use std::sync::{
    Once,
    atomic::{AtomicBool, Ordering},
};
use webchat_core::driver;

static FORKED: AtomicBool = AtomicBool::new(false);
static WATCHED: Once = Once::new();

extern "C" fn in_child() {
    if driver::is_forked() {
        FORKED.store(true, Ordering::Relaxed);
    }
}

/// Fails in a process forked from one that has begun to use the library.
pub(crate) fn check() -> Result<(), Failure> {
    if FORKED.load(Ordering::Relaxed) { Err(Failure::bare(WEBCHAT_ERR_FORKED)) } else { Ok(()) }
}

/// [`check`], for functions that begin to use the library: from now on forks are watched.
pub(crate) fn watch() -> Result<(), Failure> {
    check()?;
    if driver::is_forked() {
        return Err(Failure::bare(WEBCHAT_ERR_FORKED));
    }
    WATCHED.call_once(|| {
        #[cfg(unix)]
        // SAFETY: the function touches atomic variables and asks for the process's id, which a child may do between fork and exec; the
        // library is never unloaded.
        unsafe {
            libc::pthread_atfork(None, None, Some(in_child));
        }
    });
    Ok(())
}

#[cfg(not(unix))]
const _: extern "C" fn() = in_child;
