//! The file of a recording: for its owner alone, of a bounded size, and never something else that stands there.

use crate::ordinary;
use serde_json::json;
use std::{
    fs::{self, OpenOptions, TryLockError},
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

/// A recording ends here, in bytes.
pub(super) const LIMIT: u64 = 64 << 20;
/// Room for the line that says so.
const RESERVE: u64 = 128;
/// How the first line of each section begins, and so every recording; the number is the version of the lines.
const VERSION: &str = "{\"webchatRecording\":1,";

/// A recording that is written to.
pub(super) struct File {
    lines: BufWriter<fs::File>,
    size: u64,
    limit: u64,
    is_full: bool,
}

impl File {
    /// Opens or makes the recording at `path`, and begins a section. Fails where something else is there, where another process writes to
    /// it, and where it is full.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Self::with_limit(path, LIMIT)
    }

    pub(super) fn with_limit(path: &Path, limit: u64) -> io::Result<Self> {
        let mut file = ordinary::open(OpenOptions::new().read(true).append(true).create(true), path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(io::Error::other("another program records into it")),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let size = file.metadata()?.len();
        if size > 0 {
            check(&mut file)?;
        }
        private(&file)?;
        let mut open = Self { lines: BufWriter::new(file), size, limit, is_full: false };
        if size > 0 && !open.ends_with_a_line()? {
            open.append("")?;
        }
        let began = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let rest = json!({ "library": env!("CARGO_PKG_VERSION"), "began": began }).to_string();
        open.append(&format!("{VERSION}{}", rest.trim_start_matches('{')))?;
        if open.is_full {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the recording is full"));
        }
        open.flush()?;
        Ok(open)
    }

    /// Appends a line, or says that the recording ends here.
    pub(super) fn append(&mut self, line: &str) -> io::Result<()> {
        if self.is_full {
            return Ok(());
        }
        let size = self.size + line.len() as u64 + 1;
        if size + RESERVE > self.limit {
            self.is_full = true;
            log::warn!(target: "webchat", "connection.recording: the recording is full at {} bytes", self.limit);
            return if self.size + RESERVE > self.limit {
                Ok(())
            } else {
                self.put(&json!({ "cut": self.limit }).to_string())
            };
        }
        self.put(line)
    }

    fn put(&mut self, line: &str) -> io::Result<()> {
        self.size += line.len() as u64 + 1;
        self.lines.write_all(line.as_bytes())?;
        self.lines.write_all(b"\n")
    }

    /// Hands what was appended to the system.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.lines.flush()
    }

    /// A process that was killed may have left half a line.
    fn ends_with_a_line(&mut self) -> io::Result<bool> {
        let mut last = [0];
        let file = self.lines.get_mut();
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        Ok(last == *b"\n")
    }
}

/// Fails when `file`, which is not empty, is no recording of this version.
fn check(file: &mut fs::File) -> io::Result<()> {
    let mut beginning = Vec::new();
    file.take(VERSION.len() as u64).read_to_end(&mut beginning)?;
    let other =
        || io::Error::new(io::ErrorKind::InvalidData, "it holds something else than such a recording");
    if beginning == VERSION.as_bytes() { Ok(()) } else { Err(other()) }
}

/// Leaves the file to its owner alone, also where it was there before.
fn private(file: &fs::File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if file.metadata()?.permissions().mode() & 0o077 != 0 {
            file.set_permissions(fs::Permissions::from_mode(0o600))?;
        }
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}
