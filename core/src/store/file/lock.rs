//! The file that is locked while the content is read or changed. It is never renamed, so that all mean the same file.

use crate::ordinary;
use std::{
    fmt,
    fs::{File, OpenOptions, TryLockError},
    io,
    path::PathBuf,
};

pub(super) struct Lock(PathBuf);

impl Lock {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub(super) fn open(&self) -> io::Result<File> {
        let opened = ordinary::open(OpenOptions::new().write(true).create(true), &self.0);
        opened.map_err(|error| io::Error::new(error.kind(), format!("{self}: {error}")))
    }

    /// Takes the lock; nothing when others hold it. It ends with the returned file.
    pub(super) fn take(&self) -> io::Result<Option<File>> {
        let file = self.open()?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Others have held it for too long.
    pub(super) fn held(&self) -> io::Error {
        io::Error::new(io::ErrorKind::TimedOut, format!("another program holds {self}"))
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.display())
    }
}
