//! Forks of the process: in the child every function fails at once, before it takes a lock that a thread of the parent's may have held.

use crate::{boundary::Failure, status::WEBCHAT_ERR_FORKED};
use std::sync::Once;
use webchat_core::driver;

static WATCHED: Once = Once::new();

/// Fails in a process forked from one that has begun to use the library.
pub(crate) fn check() -> Result<(), Failure> {
    if driver::is_forked() { Err(Failure::bare(WEBCHAT_ERR_FORKED)) } else { Ok(()) }
}

/// [`check`], for functions that begin to use the library: from now on forks are watched.
pub(crate) fn watch() -> Result<(), Failure> {
    check()?;
    WATCHED.call_once(|| {
        #[cfg(unix)]
        driver::watch_forks(|in_child| {
            // SAFETY: the function touches atomic variables alone, which a child may do between fork and exec; the library is never
            // unloaded.
            unsafe { libc::pthread_atfork(None, None, Some(in_child)) == 0 }
        });
    });
    Ok(())
}
