//! Why there is no usable answer, what can have become of the request, and what listeners are told.

use super::{BoxFuture, Operation, Reply};
use crate::{ErrorKind, Retry, foreign};
use serde_json::Value;
use std::{
    future::Future,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

/// Whether a request without a usable answer can have taken effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It cannot: it never left, or the server refused it.
    No,
    /// It may have.
    Unknown,
}

/// What listeners are told of a failed request (webchatservice.md, 9.3 and 9.4).
#[derive(Clone, PartialEq)]
pub enum News {
    /// Nothing: its command's outcome tells enough.
    Nothing,
    /// The connection is lost.
    Disconnected,
    /// An error, with this as payload.
    Error(Box<Value>),
}

/// A request that got no usable answer: an HTTP failure, a lost connection, a body that is not the protocol's.
#[derive(Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each says something else, and any of them can be true")]
pub struct Failure {
    /// The kind for the caller.
    pub kind: ErrorKind,
    /// Whether trying again can help.
    pub retry: Retry,
    /// Whether it can have taken effect.
    pub applied: Applied,
    /// The HTTP status; 0 when there was no answer at all (no connection, or no answer in time).
    pub status: u16,
    /// Whether the answer says that the session is over, or that there is none.
    pub ended: bool,
    /// Whether what is stored of the session is of no use any more, though nothing says that it is over.
    pub useless: bool,
    /// Whether the answer is none of the back end's: a page, a redirect, what a gateway refuses.
    pub foreign: bool,
    /// Whether the request died with a connection that had been used before, as one that the server closes after some time: that says
    /// nothing about the server.
    pub kept: bool,
    /// The answer, which may still come: of a start that was given up.
    pub late: Option<Late>,
    /// What listeners are told.
    pub news: News,
    /// `{status, statusText, responseText, responseJSON?, errorReason?}` (webchatservice.md, 3).
    pub response: Value,
    /// The file on this machine that is to blame, if one is.
    pub file: Option<Box<FileFault>>,
    /// What happened, for a log and for a person: no private text.
    pub cause: String,
}

/// An answer that comes after its request was given up, if it does. What waits for it ends by itself; it makes a session that nobody wants.
#[derive(Clone)]
pub struct Late(Arc<Mutex<Option<Answer>>>);

type Answer = BoxFuture<Result<Reply, Failure>>;

impl Late {
    pub(crate) fn new(answer: impl Future<Output = Result<Reply, Failure>> + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Some(Box::pin(answer)))))
    }

    /// What waits for it, for one who does.
    pub(crate) fn take(&self) -> Option<Answer> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl std::fmt::Debug for Late {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Late")
    }
}

/// A file on this machine that could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFault {
    /// Where it is.
    pub path: PathBuf,
    /// The operating system's number of the error, if it is one of its.
    pub os_error: Option<i32>,
}

impl Failure {
    /// The same failure, where nothing was answered, as that of `operation`: its cause says what was not answered.
    pub(crate) fn of(mut self, operation: &Operation) -> Self {
        if self.status == 0 && matches!(self.kind, ErrorKind::Disconnected | ErrorKind::Timeout) {
            self.cause = format!("{}: {}", operation.name(), self.cause);
        }
        self
    }

    /// Its cause, for a log.
    pub(crate) fn told(&self) -> String {
        foreign::sentence(self.cause.as_str())
    }

    /// Whether the server could not be reached, or did not answer in time.
    pub fn is_disconnect(&self) -> bool {
        self.status == 0 && matches!(self.kind, ErrorKind::Disconnected | ErrorKind::Timeout)
    }
}

impl std::fmt::Debug for News {
    /// Shows what it is and not the payload, which can hold private text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Nothing => "Nothing",
            Self::Disconnected => "Disconnected",
            Self::Error(_) => "Error(<private>)",
        })
    }
}

impl std::fmt::Debug for Failure {
    /// Shows everything but the response, which can hold private text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Failure")
            .field("kind", &self.kind)
            .field("retry", &self.retry)
            .field("applied", &self.applied)
            .field("status", &self.status)
            .field("ended", &self.ended)
            .field("cause", &self.told())
            .finish_non_exhaustive()
    }
}
