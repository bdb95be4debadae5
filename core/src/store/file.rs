//! A store in a JSON file.

use super::{Change, SessionStore, Stored, StoredText};
use crate::{Error, ErrorKind, model::JsonObject, transport::BoxFuture};
use serde_json::Value;
use std::{
    fmt,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// How long a call waits for other processes that use the file.
const PATIENCE: Duration = Duration::from_secs(10);

/// A longer file is no session store.
const SIZE_LIMIT: u64 = 64 << 20;

/// Keeps session data in a file, so a chat can be restored after the program has ended.
///
/// The file holds one JSON object. Any number of services, clones, stores and processes may share it: each change is merged key by key
/// under an advisory lock on `<file>.lock`, and what others keep in the object stays. Clones take turns before they take the lock.
///
/// A change is written to `<file>.tmp`, flushed to the disk, and renamed: the file is the old one or the new one, whatever happens. On
/// Unix only its owner can read it (mode 0600).
///
/// A missing or empty file is an empty store. A file that is not a JSON object is none of this library's making: calls fail with kind
/// `Io` and leave it as it is, until somebody moves it away. The same kind reports everything else that fails, and a lock that others
/// hold for more than ten seconds.
///
/// Its futures must run on a Tokio runtime, whose blocking threads do the work. A call that has begun is finished even when its future
/// is dropped.
#[derive(Clone)]
pub struct FileStore {
    files: Arc<Files>,
    turn: Arc<Mutex<()>>,
}

struct Files {
    /// The content.
    path: PathBuf,
    /// The content to be.
    temporary: PathBuf,
    /// What is locked; never renamed, so that all mean the same file.
    lock: PathBuf,
    /// How long the lock is waited for.
    patience: Duration,
}

impl FileStore {
    /// A store in the file at `path`, which need not exist; its directory must. The path is made absolute, a symbolic link is followed
    /// now. Fails with kind `Io` when the file cannot be read or is no store. Blocks for as long as the disk takes.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open_with(path.as_ref(), PATIENCE)
    }

    /// The same with another limit to the wait for other processes.
    pub(super) fn open_with(path: &Path, patience: Duration) -> Result<Self, Error> {
        let located = locate(path).map_err(|error| failed("find", path, error))?;
        let beside = |suffix: &str| {
            let mut name = located.file_name().unwrap_or_default().to_owned();
            name.push(suffix);
            located.with_file_name(name)
        };
        let files = Files { temporary: beside(".tmp"), lock: beside(".lock"), path: located, patience };
        files.load()?;
        Ok(Self { files: Arc::new(files), turn: Arc::default() })
    }

    /// Does `work` on a blocking thread, after the calls of other clones.
    fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Files) -> Result<T, Error> + Send + 'static,
    ) -> BoxFuture<Result<T, Error>> {
        let files = Arc::clone(&self.files);
        let turn = Arc::clone(&self.turn).lock_owned();
        Box::pin(async move {
            let turn: OwnedMutexGuard<()> = turn.await;
            let done = tokio::task::spawn_blocking(move || {
                let _turn = turn;
                work(&files)
            });
            done.await.unwrap_or_else(|error| {
                let kind = if error.is_cancelled() { ErrorKind::Closed } else { ErrorKind::Internal };
                Err(Error::new(kind, "the session store was interrupted").with_source(error))
            })
        })
    }
}

impl fmt::Debug for FileStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileStore({})", self.files.path.display())
    }
}

impl SessionStore for FileStore {
    fn load(&self) -> BoxFuture<Result<Stored, Error>> {
        self.run(Files::load)
    }

    fn apply(&self, changes: Vec<Change>) -> BoxFuture<Result<(), Error>> {
        self.run(move |files| files.apply(changes))
    }
}

impl Files {
    fn load(&self) -> Result<Stored, Error> {
        let _lock = self.lock()?;
        let content = self.read()?;
        let texts = content.into_iter().filter_map(|(key, value)| match value {
            Value::String(text) => Some((key, text)),
            _ => None,
        });
        Ok(texts.collect())
    }

    fn apply(&self, changes: Vec<Change>) -> Result<(), Error> {
        let _lock = self.lock()?;
        let mut content = self.read()?;
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
        if differs {
            self.write(&content).map_err(|error| failed("write", &self.path, error))
        } else {
            Ok(())
        }
    }

    /// Waits for the lock. It ends with the returned file.
    fn lock(&self) -> Result<File, Error> {
        let fail = |error| failed("lock", &self.path, error);
        let file = private(OpenOptions::new().write(true).create(true)).open(&self.lock).map_err(fail)?;
        let limit = Instant::now() + self.patience;
        let mut pause = Duration::from_millis(1);
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(error)) => return Err(fail(error)),
                Err(TryLockError::WouldBlock) if Instant::now() >= limit => {
                    return Err(fail(io::Error::new(
                        io::ErrorKind::TimedOut,
                        "another program holds the lock",
                    )));
                }
                Err(TryLockError::WouldBlock) => thread::sleep(pause),
            }
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }

    fn read(&self) -> Result<JsonObject, Error> {
        let fail = |error| failed("read", &self.path, error);
        let bytes = match read_file(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(JsonObject::new()),
            other => other.map_err(fail)?,
        };
        if bytes.is_empty() {
            return Ok(JsonObject::new());
        }
        // Taken as any JSON first: an error of serde_json on a value of another type would repeat the value.
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(content)) => Ok(content),
            Ok(_) => Err(self.not_valid("it is not a JSON object")),
            Err(error) => Err(self.not_valid(&format!("it is not valid JSON: {error}")).with_source(error)),
        }
    }

    fn not_valid(&self, why: &str) -> Error {
        let path = self.path.display();
        let text =
            format!("{path} is no session store: {why}. It is left as it is; move it away or name another");
        Error::new(ErrorKind::Io, text)
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
        let mut file = private(OpenOptions::new().write(true).create_new(true)).open(&self.temporary)?;
        file.write_all(bytes)?;
        file.sync_all()
    }
}

/// The absolute path of the file that `path` means.
fn locate(path: &Path) -> io::Result<PathBuf> {
    if let Ok(located) = path.canonicalize() {
        return Ok(located);
    }
    let no_file = || io::Error::new(io::ErrorKind::InvalidInput, "the path names no file");
    let name = path.file_name().ok_or_else(no_file)?;
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
    Ok(directory.unwrap_or(Path::new(".")).canonicalize()?.join(name))
}

/// The whole file. What is no ordinary file might never end, so it is refused.
fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not an ordinary file"));
    }
    if metadata.len() > SIZE_LIMIT {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is too large for a session store"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(SIZE_LIMIT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Makes files that `options` creates readable by their owner only.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
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
    Error::new(ErrorKind::Io, format!("cannot {what} the session store {}: {error}", path.display()))
        .with_source(error)
}
