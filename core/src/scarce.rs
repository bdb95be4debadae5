//! What the system has no more of, told by name.

use crate::{Error, ErrorKind, driver::broken};
use std::{fs::File, io};

/// What came of starting a thread, or the means that a runtime waits by.
pub(crate) fn not_started(error: io::Error) -> Error {
    // A thread that there is no room for is told as something to try again.
    if lost_descriptors(&error) {
        return broken().with_source(error);
    }
    let text = match shortage(&error) {
        Some(what) => what.to_owned(),
        None if error.kind() == io::ErrorKind::WouldBlock => {
            "a thread cannot be started: the limit of threads, or of memory, is reached".into()
        }
        None => return Error::new(ErrorKind::Internal, "a thread cannot be started").with_source(error),
    };
    Error::new(ErrorKind::OutOfResources, text).with_source(error)
}

/// Whether the program has closed what the library (or tokio, once for the whole process) had opened.
fn lost_descriptors(error: &io::Error) -> bool {
    #[cfg(unix)]
    return error.raw_os_error().map(nix::errno::Errno::from_raw) == Some(nix::errno::Errno::EBADF);
    #[cfg(not(unix))]
    return false;
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

/// What a thread takes of the address space.
const STACK: u64 = (2 << 20) + (64 << 10);

/// What is left for everything else: Rust ends the process where an allocation fails, so there must be room for many.
const SPARE: u64 = 4 << 20;

/// Fails when the limit of the address space leaves no room for as many threads, or for what comes with a chat.
pub(crate) fn leave_room_in_memory(threads: usize) -> Result<(), Error> {
    let needed = SPARE.saturating_add(STACK.saturating_mul(threads as u64));
    if free_address_space().is_none_or(|free| free >= needed) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::OutOfResources,
        "there is no more memory: the limit of the address space is reached",
    ))
}

/// What the process's limit leaves, where there is one.
#[cfg(target_os = "linux")]
fn free_address_space() -> Option<u64> {
    use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit};
    let limit = getrlimit(Resource::RLIMIT_AS).ok()?.0;
    if limit == RLIM_INFINITY {
        return None;
    }
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:"))?;
    let kibibytes: u64 = size.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    Some(limit.saturating_sub(kibibytes.saturating_mul(1024)))
}

#[cfg(not(target_os = "linux"))]
fn free_address_space() -> Option<u64> {
    None
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
