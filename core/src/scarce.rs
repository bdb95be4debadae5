//! What the system has no more of, told by name.

use crate::{Error, ErrorKind};
use std::{fs::File, io};

/// What came of starting a thread, or the means that a runtime waits by.
pub(crate) fn not_started(error: io::Error) -> Error {
    // A thread that there is no room for is told as something to try again.
    let text = match shortage(&error) {
        Some(what) => what.to_owned(),
        None if error.kind() == io::ErrorKind::WouldBlock => {
            "a thread cannot be started: the limit of threads, or of memory, is reached".into()
        }
        None => return Error::new(ErrorKind::Internal, "a thread cannot be started").with_source(error),
    };
    Error::new(ErrorKind::OutOfResources, text).with_source(error)
}

/// How many descriptors a tokio runtime opens at most. Where it cannot, it panics with some of its features.
const DESCRIPTORS: usize = 8;

/// Fails when there is no room for what a runtime opens.
pub(crate) fn leave_room_for_descriptors() -> Result<(), Error> {
    let opened: Result<Vec<_>, _> = (0..DESCRIPTORS).map(|_| File::open("/dev/null")).collect();
    match opened {
        Err(error) if shortage(&error).is_some() => Err(not_started(error)),
        _ => Ok(()),
    }
}

/// What `error` says that there is no more of, in words.
pub(crate) fn shortage(error: &io::Error) -> Option<&'static str> {
    #[cfg(unix)]
    if let Some(nix::errno::Errno::EMFILE | nix::errno::Errno::ENFILE) =
        error.raw_os_error().map(nix::errno::Errno::from_raw)
    {
        return Some("there are no more file descriptors: the limit of open files is reached");
    }
    (error.kind() == io::ErrorKind::OutOfMemory).then_some("there is no more memory")
}
