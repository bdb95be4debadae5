//! A file descriptor that is readable while there is something to fetch: an eventfd on Linux, a pipe on other Unix systems.

#[cfg(not(unix))]
pub(crate) use absent::Signal;
#[cfg(unix)]
pub(crate) use unix::Signal;

#[cfg(unix)]
mod unix {
    use crate::{boundary::Failure, status::WEBCHAT_ERR_IO};
    use rustix::{
        fd::{AsRawFd, OwnedFd},
        io::{Errno, read, write},
    };
    use std::ffi::c_int;

    /// The descriptor.
    pub(crate) struct Signal {
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

    impl Signal {
        pub(crate) fn new() -> Result<Self, Failure> {
            let (reader, writer) = open().map_err(|error| {
                Failure::new(WEBCHAT_ERR_IO, format!("no file descriptor for events: {error}"))
            })?;
            Ok(Self { reader, writer, readable: false })
        }

        pub(crate) fn descriptor(&self) -> c_int {
            self.reader.as_raw_fd()
        }

        /// Makes it readable, or not. At most one token is ever in it, so neither call can block or fall short.
        pub(crate) fn set(&mut self, readable: bool) {
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

        fn readable(signal: &Signal) -> bool {
            let now = Timespec { tv_sec: 0, tv_nsec: 0 };
            poll(&mut [PollFd::new(&signal.reader, PollFlags::IN)], Some(&now)).unwrap() == 1
        }

        #[test]
        fn it_is_readable_exactly_while_set() {
            let mut signal = Signal::new().unwrap();
            assert!(!readable(&signal));
            signal.set(true);
            signal.set(true);
            assert!(readable(&signal));
            signal.set(false);
            assert!(!readable(&signal));
        }
    }
}

#[cfg(not(unix))]
mod absent {
    use crate::{boundary::Failure, status::WEBCHAT_ERR_UNSUPPORTED};
    use std::ffi::c_int;

    /// There are no such descriptors here.
    pub(crate) struct Signal;

    impl Signal {
        pub(crate) fn new() -> Result<Self, Failure> {
            Err(Failure::bare(WEBCHAT_ERR_UNSUPPORTED))
        }

        pub(crate) fn descriptor(&self) -> c_int {
            -1
        }

        pub(crate) fn set(&mut self, _: bool) {}
    }
}
