//! A socket that rings: a byte comes whenever there is something new to fetch, for hosts that can read sockets and watch nothing else.

#[cfg(not(unix))]
pub use absent::Bell;
#[cfg(unix)]
pub use unix::Bell;

#[cfg(unix)]
mod unix {
    use crate::{Error, ErrorKind, driver::Health};
    use rustix::net::{SendFlags, send};
    use std::{
        ffi::c_int,
        io,
        os::{fd::IntoRawFd, unix::net::UnixStream},
        sync::Arc,
    };

    /// The library's end. It is closed when this is dropped, unless it is no longer the library's.
    #[derive(Debug)]
    pub struct Bell {
        end: Option<UnixStream>,
        health: Arc<Health>,
    }

    fn pair() -> io::Result<(UnixStream, UnixStream)> {
        let (own, other) = UnixStream::pair()?;
        own.set_nonblocking(true)?;
        other.set_nonblocking(true)?;
        #[cfg(target_vendor = "apple")]
        rustix::net::sockopt::set_socket_nosigpipe(&own, true)?;
        Ok((own, other))
    }

    impl Bell {
        /// A bell, and the end that hears it: it belongs to whoever has asked.
        pub fn new(health: Arc<Health>) -> Result<(Self, c_int), Error> {
            let (own, other) = pair().map_err(|error| {
                Error::new(ErrorKind::Io, format!("no socket to wake by: {error}")).with_source(error)
            })?;
            Ok((Self { end: Some(own), health }, other.into_raw_fd()))
        }

        /// Writes a byte. One that does not fit is not needed: who has others to read looks anyway. Nor is one that nobody hears any more.
        pub fn ring(&self) {
            #[cfg(target_vendor = "apple")]
            let flags = SendFlags::empty();
            #[cfg(not(target_vendor = "apple"))]
            let flags = SendFlags::NOSIGNAL;
            if let Some(end) = self.end.as_ref().filter(|_| self.health.is_whole()) {
                let _unheard = send(end, &[1], flags);
            }
        }
    }

    impl Drop for Bell {
        fn drop(&mut self) {
            if !self.health.is_whole() {
                std::mem::forget(self.end.take());
            }
        }
    }
}

#[cfg(not(unix))]
mod absent {
    use crate::{Error, ErrorKind, driver::Health};
    use std::{ffi::c_int, sync::Arc};

    /// There are no such sockets here.
    #[derive(Debug)]
    pub struct Bell;

    impl Bell {
        /// Fails.
        pub fn new(_: Arc<Health>) -> Result<(Self, c_int), Error> {
            Err(Error::new(ErrorKind::Unsupported, "sockets to wake by are for Unix systems"))
        }

        /// Nothing to do.
        pub fn ring(&self) {}
    }
}
