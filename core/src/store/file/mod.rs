//! A store in a JSON file: `content` reads and writes it, `lock` keeps others away meanwhile.

mod content;
mod lock;

use super::{Change, Mark, SessionStore, Stored};
use crate::{Error, ErrorKind, blocking, transport::BoxFuture};
use content::Content;
use lock::Lock;
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::{Mutex, OwnedMutexGuard},
    time::{Instant, sleep},
};

/// How long a call waits for other processes that use the file: less than a service waits for its store, so that the reason is told.
const PATIENCE: Duration = Duration::from_secs(4);

/// The longest pause between two looks at a lock that others hold.
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// Keeps session data in a file, so a chat can be restored after the program has ended.
///
/// The file holds one JSON object. Any number of services, clones, stores and processes may share it: each change is merged key by key
/// under an advisory lock on `<file>.lock`, and what others keep in the object stays. Clones take turns before they take the lock.
///
/// A change is written to `<file>.tmp`, flushed to the disk, and renamed: the file is the old one or the new one, whatever happens. On
/// Unix only its owner can read it (mode 0600).
///
/// A missing or empty file is an empty store. A file that is not a JSON object is set aside as `<file>.unreadable` (or `.unreadable.2`, and
/// so on): the call that finds it fails and says so if it was to read, else the log does; those after it find an empty store. Errors are of
/// kind `Io`; a lock that others hold for more than four seconds is one. Nothing but an ordinary file is ever opened, also for the lock.
///
/// Its futures must run on a Tokio runtime with a clock. A call that has begun is finished even when its future is dropped.
#[derive(Clone)]
pub struct FileStore {
    files: Arc<Files>,
    turn: Arc<Mutex<()>>,
}

struct Files {
    content: Content,
    lock: Lock,
    /// How long the lock is waited for.
    patience: Duration,
}

impl FileStore {
    /// A store in the file at `path`, which need not exist; its directory must. The path is made absolute, a symbolic link is followed
    /// now. Fails with kind `Io` when the file or its lock cannot be opened, or is no ordinary file. It waits for nobody.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open_with(path.as_ref(), PATIENCE)
    }

    /// The same with another limit to the wait for other processes.
    pub(super) fn open_with(path: &Path, patience: Duration) -> Result<Self, Error> {
        let path = content::locate(path)?;
        let lock = Lock::new(beside(&path, ".lock"));
        let content = Content::new(path);
        content.check()?;
        lock.open().map_err(|error| content.failed("lock", error))?;
        Ok(Self { files: Arc::new(Files { content, lock, patience }), turn: Arc::default() })
    }

    /// Does `work` with the lock, after the calls of other clones.
    fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Content) -> Result<T, Error> + Send + 'static,
    ) -> BoxFuture<Result<T, Error>> {
        let files = Arc::clone(&self.files);
        let turn = Arc::clone(&self.turn).lock_owned();
        Box::pin(async move {
            let turn: OwnedMutexGuard<()> = turn.await;
            let done = tokio::spawn(async move {
                let _turn = turn;
                files.locked(work).await
            });
            done.await.unwrap_or_else(|error| {
                let kind = if error.is_cancelled() { ErrorKind::Closed } else { ErrorKind::Internal };
                Err(Error::new(kind, "the session store was interrupted").with_source(error))
            })
        })
    }
}

/// What came of a try to work under the lock.
enum Tried<T, W> {
    Done(Result<T, Error>),
    /// Others hold the lock; the work is still to be done.
    Busy(W),
}

impl Files {
    /// Does `work` with the lock. While others hold it, no thread waits.
    async fn locked<T, W>(self: Arc<Self>, mut work: W) -> Result<T, Error>
    where
        T: Send + 'static,
        W: FnOnce(&Content) -> Result<T, Error> + Send + 'static,
    {
        let limit = Instant::now() + self.patience;
        let mut pause = Duration::from_millis(1);
        loop {
            let files = Arc::clone(&self);
            work = match blocking::FILES.run(move || files.try_locked(work)).await? {
                Tried::Done(outcome) => return outcome,
                Tried::Busy(work) => work,
            };
            if Instant::now() >= limit {
                return Err(self.content.failed("lock", self.lock.held()));
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn try_locked<T, W: FnOnce(&Content) -> Result<T, Error>>(&self, work: W) -> Tried<T, W> {
        match self.lock.take() {
            Ok(None) => Tried::Busy(work),
            Ok(Some(_held)) => Tried::Done(work(&self.content)),
            Err(error) => Tried::Done(Err(self.content.failed("lock", error))),
        }
    }
}

impl fmt::Debug for FileStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileStore({})", self.files.content)
    }
}

impl SessionStore for FileStore {
    fn load(&self) -> BoxFuture<Result<Stored, Error>> {
        self.run(Content::load)
    }

    fn apply(&self, changes: Vec<Change>) -> BoxFuture<Result<(), Error>> {
        self.run(move |content| content.apply(None, changes))
    }

    fn apply_if(self: Arc<Self>, mark: Mark, changes: Vec<Change>) -> BoxFuture<Result<(), Error>> {
        self.run(move |content| content.apply(Some(&mark), changes))
    }
}

/// The path of the file whose name has `suffix` besides.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}
