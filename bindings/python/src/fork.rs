//! Forks of the process: the threads of the library stay in the parent, so that in the child no command would have its outcome.

use crate::error;
use pyo3::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};
use webchat_core::ErrorKind;

static FORKED: AtomicBool = AtomicBool::new(false);

/// To be called in the child of a process that had chats.
#[pyfunction]
pub(crate) fn after_fork() {
    FORKED.store(true, Ordering::Relaxed);
}

/// Fails in the child of a process that had chats.
pub(crate) fn check(py: Python<'_>) -> PyResult<()> {
    if FORKED.load(Ordering::Relaxed) {
        let text = "the process was forked while it had chats; use the start method 'spawn' or 'forkserver'";
        return Err(error::plain(py, ErrorKind::Unsupported, text));
    }
    Ok(())
}
