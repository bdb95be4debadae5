//! The content of the file. Its functions block; whoever calls them holds the lock.

use super::beside;
use crate::{
    Error, ErrorKind,
    bounds::check,
    foreign,
    model::JsonObject,
    ordinary,
    store::{Change, Mark, Stored, StoredText},
};
use serde_json::Value;
use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

/// A longer file is no session store.
const SIZE_LIMIT: u64 = 16 << 20;

/// How many files that could not be read are kept beside each other.
const MOST_SET_ASIDE: u32 = 99;

pub(super) struct Content {
    path: PathBuf,
    /// The content to be.
    temporary: PathBuf,
}

impl Content {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { temporary: beside(&path, ".tmp"), path }
    }

    /// Fails when there is a file that can never be a store here.
    pub(super) fn check(&self) -> Result<(), Error> {
        match open(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.failed("read", error)),
            _ => Ok(()),
        }
    }

    pub(super) fn load(&self) -> Result<Stored, Error> {
        let content = self.read()?.map_err(|why| self.set_aside(&why))?;
        let texts = content.into_iter().filter_map(|(key, value)| match value {
            Value::String(text) => Some((key, text)),
            _ => None,
        });
        Ok(texts.collect())
    }

    /// Makes the changes, with `mark` only if the content has it.
    pub(super) fn apply(&self, mark: Option<&Mark>, changes: Vec<Change>) -> Result<(), Error> {
        let mut content = self.read()?.unwrap_or_else(|why| {
            let told = self.set_aside(&why);
            log::warn!(target: "webchat::store", "{told}");
            JsonObject::new()
        });
        let is = |mark: &Mark| content.get(mark.key).and_then(Value::as_str) == Some(&*mark.text.0);
        if !mark.is_none_or(is) {
            return Ok(());
        }
        let mut differs = false;
        for (key, value) in changes {
            let value = value.map(|StoredText(text)| Value::String(text));
            if content.get(key) != value.as_ref() {
                differs = true;
                match value {
                    Some(value) => content.insert(key.to_owned(), value),
                    None => content.remove(key),
                };
            }
        }
        if differs { self.write(&content).map_err(|error| self.failed("write", error)) } else { Ok(()) }
    }

    /// What the file holds, or why it is no store.
    fn read(&self) -> Result<Result<JsonObject, String>, Error> {
        let bytes = match read_file(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Ok(JsonObject::new())),
            other => other.map_err(|error| self.failed("read", error))?,
        };
        if bytes.is_empty() {
            return Ok(Ok(JsonObject::new()));
        }
        // Taken as any JSON first: an error of serde_json on a value of another type would repeat the value.
        Ok(match check(&bytes).map(|()| serde_json::from_slice(&bytes)) {
            Err(excess) => Err(excess.to_string()),
            Ok(Ok(Value::Object(content))) => Ok(content),
            Ok(Ok(_)) => Err("it is not a JSON object".into()),
            Ok(Err(error)) => Err(format!("it is not valid JSON: {}", foreign::json_error(&error))),
        })
    }

    /// Makes room for a new file where the old one is no store, and tells of it.
    fn set_aside(&self, why: &str) -> Error {
        let path = self.path.display();
        let numbered = (2..=MOST_SET_ASIDE).map(|number| format!(".unreadable.{number}"));
        let mut names = std::iter::once(".unreadable".to_owned()).chain(numbered);
        let free = names.find_map(|name| {
            Some(beside(&self.path, &name)).filter(|path| fs::symlink_metadata(path).is_err())
        });
        let aside = free.unwrap_or_else(|| beside(&self.path, ".unreadable"));
        match fs::rename(&self.path, &aside) {
            Ok(()) => {
                let aside = aside.display();
                let text = format!(
                    "{path} is no session store: {why}. It was set aside as {aside}, and a new one begins"
                );
                Error::new(ErrorKind::Io, text)
            }
            Err(error) => self.failed("set aside", error),
        }
    }

    /// Replaces the file. Only the holder of the lock comes here, so a temporary file that is there is left from a crash.
    fn write(&self, content: &JsonObject) -> io::Result<()> {
        let bytes = serde_json::to_vec_pretty(content)?;
        match fs::remove_file(&self.temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let written = self.write_temporary(&bytes).and_then(|()| fs::rename(&self.temporary, &self.path));
        if written.is_err() {
            // What cannot be removed now is removed by the next write.
            let _ = fs::remove_file(&self.temporary);
        }
        written?;
        sync_directory(&self.path)
    }

    fn write_temporary(&self, bytes: &[u8]) -> io::Result<()> {
        let mut file =
            ordinary::careful(OpenOptions::new().write(true).create_new(true)).open(&self.temporary)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    pub(super) fn failed(&self, what: &str, error: io::Error) -> Error {
        failed(what, &self.path, error)
    }
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())
    }
}

/// The absolute path of the file that `path` means.
pub(super) fn locate(path: &Path) -> Result<PathBuf, Error> {
    ordinary::locate(path).map_err(|error| failed("find", path, error))
}

fn open(path: &Path) -> io::Result<File> {
    let file = ordinary::open(OpenOptions::new().read(true), path)?;
    if file.metadata()?.len() > SIZE_LIMIT {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is too large for a session store"));
    }
    Ok(file)
}

fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(SIZE_LIMIT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Makes a rename outlive a power failure, where directories can be flushed.
fn sync_directory(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(directory) = path.parent() {
        File::open(directory)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

fn failed(what: &str, path: &Path, error: io::Error) -> Error {
    let text = format!("cannot {what} the session store {}: {error}", path.display());
    Error::new(ErrorKind::Io, text).with_source(error)
}
