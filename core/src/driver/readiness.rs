//! A file descriptor that is readable while there is something to fetch: an eventfd on Linux, a pipe on other Unix systems.

#[cfg(not(unix))]
pub use absent::Readiness;
#[cfg(unix)]
pub use unix::Readiness;

#[cfg(unix)]
mod unix {
    use crate::{Error, ErrorKind};
    use rustix::{
        fd::{AsRawFd, OwnedFd},
        io::{Errno, read, write},
    };
    use std::ffi::c_int;

    /// The descriptor. It is closed when this is dropped.
    #[derive(Debug)]
    pub struct Readiness {
        reader: OwnedFd,
        /// The other end of a pipe.
        writer: Option<OwnedFd>,
        readable: bool,
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn open() -> Result<(OwnedFd, Option<OwnedFd>), Errno> {
        use rustix::event::{EventfdFlags, eventfd};
        Ok((eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?, None))
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn open() -> Result<(OwnedFd, Option<OwnedFd>), Errno> {
        let (reader, writer) = rustix::pipe::pipe()?;
        for end in [&reader, &writer] {
            rustix::io::fcntl_setfd(end, rustix::io::FdFlags::CLOEXEC)?;
            rustix::io::ioctl_fionbio(end, true)?;
        }
        Ok((reader, Some(writer)))
    }

    impl Readiness {
        /// One that is not readable.
        pub fn new() -> Result<Self, Error> {
            let (reader, writer) = open().map_err(|error| {
                Error::new(ErrorKind::Io, format!("no file descriptor for events: {error}"))
                    .with_source(error)
            })?;
            Ok(Self { reader, writer, readable: false })
        }

        /// Its number, for whoever waits for it.
        pub fn descriptor(&self) -> c_int {
            self.reader.as_raw_fd()
        }

        /// Makes it readable, or not. At most one token is ever in it, so neither call can block or fall short.
        pub fn set(&mut self, readable: bool) {
            if self.readable == readable {
                return;
            }
            self.readable = readable;
            let done = if readable {
                write(self.writer.as_ref().unwrap_or(&self.reader), &1_u64.to_ne_bytes()).map(drop)
            } else {
                read(&self.reader, &mut [0_u8; 8]).map(drop)
            };
            if let Err(error) = done {
                log::error!(target: "webchat", "the file descriptor for events cannot be used any more: {error}");
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use rustix::event::{PollFd, PollFlags, Timespec, poll};

        fn readable(readiness: &Readiness) -> bool {
            let now = Timespec { tv_sec: 0, tv_nsec: 0 };
            poll(&mut [PollFd::new(&readiness.reader, PollFlags::IN)], Some(&now)).unwrap() == 1
        }

        #[test]
        fn it_is_readable_exactly_while_set() {
            let mut readiness = Readiness::new().unwrap();
            assert!(!readable(&readiness));
            readiness.set(true);
            readiness.set(true);
            assert!(readable(&readiness));
            readiness.set(false);
            assert!(!readable(&readiness));
        }
    }
}

#[cfg(not(unix))]
mod absent {
    use crate::{Error, ErrorKind};
    use std::ffi::c_int;

    /// There are no such descriptors here.
    #[derive(Debug)]
    pub struct Readiness;

    impl Readiness {
        /// Fails.
        pub fn new() -> Result<Self, Error> {
            Err(Error::new(ErrorKind::Unsupported, "file descriptors for events are for Unix systems"))
        }

        /// None.
        pub fn descriptor(&self) -> c_int {
            -1
        }

        /// Nothing to do.
        pub fn set(&mut self, _: bool) {}
    }
}
