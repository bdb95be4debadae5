//! A file descriptor that is readable while there is something to fetch: an eventfd on Linux, a pipe on other Unix systems.

#[cfg(not(unix))]
pub use absent::Readiness;
#[cfg(unix)]
pub use unix::Readiness;

#[cfg(unix)]
mod unix {
    use crate::{Error, ErrorKind, driver::Health};
    use rustix::{
        fd::{AsRawFd, OwnedFd},
        io::{Errno, read, write},
    };
    use std::{ffi::c_int, sync::Arc};

    /// The descriptor. It is closed when this is dropped, unless it is no longer the library's.
    #[derive(Debug)]
    pub struct Readiness {
        ends: Option<Ends>,
        health: Option<Arc<Health>>,
        readable: bool,
    }

    #[derive(Debug)]
    struct Ends {
        reader: OwnedFd,
        /// The other end of a pipe.
        writer: Option<OwnedFd>,
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
            Ok(Self { ends: Some(Ends { reader, writer }), readable: false, health: None })
        }

        /// One that is left alone once the program has closed the descriptors of the library.
        pub fn watched(health: Arc<Health>) -> Result<Self, Error> {
            let mut new = Self::new()?;
            new.health = Some(health);
            Ok(new)
        }

        fn is_whole(&self) -> bool {
            self.health.as_ref().is_none_or(|health| health.is_whole())
        }

        /// Its number, for whoever waits for it.
        pub fn descriptor(&self) -> c_int {
            self.ends.as_ref().map_or(-1, |ends| ends.reader.as_raw_fd())
        }

        /// Makes it readable, or not. At most one token is ever in it, so neither call can block or fall short.
        pub fn set(&mut self, readable: bool) {
            if std::mem::replace(&mut self.readable, readable) == readable {
                return;
            }
            if readable {
                self.raise();
            } else {
                self.lower();
            }
        }

        /// Makes it readable, for those who count by themselves what they have put into it: one token.
        pub fn raise(&self) {
            let Some(Ends { reader, writer }) = self.ends.as_ref().filter(|_| self.is_whole()) else {
                return;
            };
            if let Err(error) = write(writer.as_ref().unwrap_or(reader), &1_u64.to_ne_bytes()) {
                note(error);
            }
        }

        /// Takes the token out; false where there is none.
        pub fn lower(&self) -> bool {
            let Some(Ends { reader, .. }) = self.ends.as_ref().filter(|_| self.is_whole()) else {
                return false;
            };
            match read(reader, &mut [0_u8; 8]) {
                Ok(_) => true,
                Err(Errno::AGAIN) => false,
                Err(error) => {
                    note(error);
                    false
                }
            }
        }
    }

    fn note(error: Errno) {
        log::error!(target: "webchat", "the file descriptor for events cannot be used any more: {error}");
    }

    impl Drop for Readiness {
        fn drop(&mut self) {
            if !self.is_whole() {
                std::mem::forget(self.ends.take());
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use rustix::event::{PollFd, PollFlags, Timespec, poll};

        fn readable(readiness: &Readiness) -> bool {
            let now = Timespec { tv_sec: 0, tv_nsec: 0 };
            poll(&mut [PollFd::new(&readiness.ends.as_ref().unwrap().reader, PollFlags::IN)], Some(&now))
                .unwrap()
                == 1
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

        #[test]
        fn what_was_put_into_it_can_be_taken_out_once() {
            let readiness = Readiness::new().unwrap();
            assert!(!readiness.lower());
            readiness.raise();
            assert!(readable(&readiness) && readiness.lower());
            assert!(!readable(&readiness) && !readiness.lower());
        }
    }
}

#[cfg(not(unix))]
mod absent {
    use crate::{Error, ErrorKind, driver::Health};
    use std::{ffi::c_int, sync::Arc};

    /// There are no such descriptors here.
    #[derive(Debug)]
    pub struct Readiness;

    impl Readiness {
        /// Fails.
        pub fn new() -> Result<Self, Error> {
            Err(Error::new(ErrorKind::Unsupported, "file descriptors for events are for Unix systems"))
        }

        /// Fails.
        pub fn watched(_: Arc<Health>) -> Result<Self, Error> {
            Self::new()
        }

        /// None.
        pub fn descriptor(&self) -> c_int {
            -1
        }

        /// Nothing to do.
        pub fn set(&mut self, _: bool) {}

        /// Nothing to do.
        pub fn raise(&self) {}

        /// Nothing is ever in it.
        pub fn lower(&self) -> bool {
            false
        }
    }
}
