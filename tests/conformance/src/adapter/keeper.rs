//! An application's keeper of asynchronous chats: a file with what it was given to keep, as JSON.

use super::Told;
use serde_json::Value;
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use tokio::sync::mpsc;
use webchat_core::{Error, ErrorKind, store::SessionKeeper, transport::BoxFuture};

/// Keeps a session in a file, and tells the runner when it is to forget it.
#[derive(Debug)]
pub(super) struct FileKeeper {
    path: PathBuf,
    told: mpsc::UnboundedSender<Told>,
}

impl FileKeeper {
    pub(super) fn new(path: &Path, told: mpsc::UnboundedSender<Told>) -> Self {
        Self { path: path.to_owned(), told }
    }

    /// What is kept: JSON as what it is, anything else as text.
    fn load(&self) -> io::Result<Option<Value>> {
        match fs::read_to_string(&self.path) {
            Ok(text) => Ok(Some(serde_json::from_str(&text).unwrap_or(Value::String(text)))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn now<T: Send + 'static>(outcome: io::Result<T>) -> BoxFuture<Result<T, Error>> {
    let outcome = outcome.map_err(|error| Error::new(ErrorKind::Io, "the keeper's file").with_source(error));
    Box::pin(std::future::ready(outcome))
}

impl SessionKeeper for FileKeeper {
    fn store_session(&self, session: Value) -> BoxFuture<Result<(), Error>> {
        now(fs::write(&self.path, session.to_string()))
    }

    fn load_session(&self) -> BoxFuture<Result<Option<Value>, Error>> {
        now(self.load())
    }

    fn forget_session(&self, lost: Value) -> BoxFuture<Result<(), Error>> {
        let _ = self.told.send(Told::Note(format!("forgotten {lost}")));
        now(fs::remove_file(&self.path))
    }
}
