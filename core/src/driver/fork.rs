//! Forks of the process. The threads of the library stay in the parent: in the child no command would have its outcome, and a lock that one
//! of them held is held for ever. So a child is told at once, and what it inherited is left alone, dropped or not.

use crate::{Error, ErrorKind};
use std::{
    process,
    sync::atomic::{AtomicU32, Ordering},
};

/// The process that has threads of the library; 0 while none has.
static OWNER: AtomicU32 = AtomicU32::new(0);

/// Whether this process was forked from one that had begun to use the library. It can do nothing with it, nor with what it inherited;
/// after exec it can.
pub fn is_forked() -> bool {
    let owner = OWNER.load(Ordering::Relaxed);
    owner != 0 && owner != process::id()
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
    if claimed.is_ok() { Ok(()) } else { check() }
}
