//! A store in the process.

use super::{Change, Mark, SessionStore, Stored, StoredText};
use crate::{Error, transport::BoxFuture};
use std::{
    fmt,
    future::ready,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Keeps session data in the process, so a chat can be restored as long as that lives. Clones share one content; calls never block and
/// take effect at once, before the returned future is awaited.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Mutex<Stored>>);

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// The content. No code panics while it holds the lock half way through a change, so a poisoned one is still whole.
    fn content(&self) -> MutexGuard<'_, Stored> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryStore({} keys)", self.content().len())
    }
}

impl SessionStore for MemoryStore {
    fn load(&self) -> BoxFuture<Result<Stored, Error>> {
        Box::pin(ready(Ok(self.content().clone())))
    }

    fn apply(&self, changes: Vec<Change>) -> BoxFuture<Result<(), Error>> {
        change(&mut self.content(), changes);
        Box::pin(ready(Ok(())))
    }

    fn apply_if(self: Arc<Self>, mark: Mark, changes: Vec<Change>) -> BoxFuture<Result<(), Error>> {
        let mut content = self.content();
        if mark.is_in(&content) {
            change(&mut content, changes);
        }
        Box::pin(ready(Ok(())))
    }
}

fn change(content: &mut Stored, changes: Vec<Change>) {
    for (key, value) in changes {
        match value {
            Some(StoredText(text)) => content.insert(key.to_owned(), text),
            None => content.remove(key),
        };
    }
}
