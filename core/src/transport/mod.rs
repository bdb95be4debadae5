//! The way to a Genesys back end: one folder each, with the same files (`mod.rs`, the back end; `wire`, its types, encoding and
//! decoding as pure functions). A transport turns a neutral [`Request`] into the wire and the answer into a neutral [`Reply`]; it
//! holds no chat state and applies no rule of the service. What all HTTP back ends share is in `http`; `json` reads what is not quite
//! a protocol's.

mod bayeux;
mod capabilities;
mod farewell;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod gms;
pub mod gms_cometd;
pub mod gms_rest;
pub mod http;
mod json;
pub mod nexus_v3;
#[cfg(test)]
mod unreadable_tests;

pub use crate::bounds::Excess;
pub use capabilities::Capabilities;

use crate::{
    ErrorKind, Retry, foreign,
    model::{
        Download, Downloaded, FileLimits, Index, JsonObject, Received, SessionData, SessionForm, Upload,
    },
    private::{Private, debug_only},
};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use serde_json::Value;
use std::{
    future::Future,
    path::PathBuf,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

/// A back end, for one chat. Cheap to make; connections belong to the runtime and are shared.
pub trait Transport: Send + Sync + 'static {
    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Performs one request. Dropping the future abandons it. It ends by itself within the request's own time limit.
    fn perform(&self, request: Request) -> BoxFuture<Result<Reply, Failure>>;

    /// What comes without having been asked for, of a back end that pushes; nothing for others, and when it was taken before. It has to
    /// be polled all the time: requests move on with it.
    fn incoming(&self) -> Option<BoxStream<'static, Incoming>> {
        None
    }

    /// There is no session any more, and none on its way: what is kept up for one can go, until the next request.
    fn release(&self) {}
}

/// What a back end that pushes tells without having been asked.
#[derive(Clone, Debug)]
pub enum Incoming {
    /// News of the chat, in the order in which the server sent them.
    Batch(Box<Reply>),
    /// The link is lost. Attempts to bring it up go on.
    Down(Failure),
    /// The server forbids to bring the link up again.
    Refused(Failure),
    /// The link is up; or up again, without having been told down if that went quickly.
    Up {
        /// Messages may have been lost since it was last up: the server has to be asked for them ([`Operation::Poll`]), which also makes
        /// it push again.
        gap: bool,
    },
    /// The link is up, as the server has just confirmed.
    Alive,
}

/// An owned future, as transports and stores return it.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send + 'static>>;

/// One request of the service.
#[derive(Clone, Debug)]
pub struct Request {
    /// The session it belongs to; empty for a start.
    pub session: Arc<SessionData>,
    /// What is asked.
    pub operation: Operation,
}

/// What a request asks of the back end.
#[derive(Clone)]
pub enum Operation {
    /// Start a chat session.
    Start(Start),
    /// Send a text message.
    Send(Text),
    /// Fetch new messages.
    Poll {
        /// From where on.
        from: Position,
        /// What the customer has typed so far, where the application shows it.
        preview: Option<Private>,
    },
    /// Take up a session that this process did not start, and fetch its messages: all of them, or the newest of an asynchronous chat.
    Restore,
    /// Fetch older messages of an asynchronous chat.
    History {
        /// The index of the oldest message known; it may be among those fetched.
        before: Index,
    },
    /// Say that the customer types, or has stopped.
    Typing {
        /// True at the start.
        started: bool,
        /// What has been typed so far.
        preview: Option<Private>,
    },
    /// End the chat session.
    End,
    /// Send a custom notice.
    CustomNotice {
        /// Its text.
        message: Private,
    },
    /// Change attached data; only the given keys.
    UpdateUserData(JsonObject),
    /// Ask what may be uploaded.
    FileLimits,
    /// Send a file.
    Upload(Upload),
    /// Fetch a file.
    Download(Download),
    /// Fetch the images at these addresses.
    Images(Vec<Box<str>>),
    /// Delete a file.
    DeleteFile {
        /// Its id.
        file_id: String,
    },
    /// Push a web address.
    PushUrl {
        /// The address.
        url: String,
    },
    /// Take another nickname.
    UpdateNickname {
        /// The new one.
        nickname: Private,
    },
    /// Report what was read.
    ReadReceipt {
        /// Index of the last message read.
        position: u64,
    },
}

impl Operation {
    /// What it is, for a log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Start(_) => "start",
            Self::Send(_) => "send",
            Self::Poll { .. } => "poll",
            Self::Restore => "restore",
            Self::History { .. } => "history",
            Self::Typing { .. } => "typing",
            Self::End => "end",
            Self::CustomNotice { .. } => "custom notice",
            Self::UpdateUserData(_) => "user data",
            Self::FileLimits => "file limits",
            Self::Upload(_) => "upload",
            Self::Download(_) => "download",
            Self::Images(_) => "images",
            Self::DeleteFile { .. } => "file deletion",
            Self::PushUrl { .. } => "push URL",
            Self::UpdateNickname { .. } => "nickname",
            Self::ReadReceipt { .. } => "read receipt",
        }
    }
}

impl Operation {
    /// Whether it does no harm when it arrives twice, whatever came of it the first time.
    pub(crate) fn is_harmless(&self) -> bool {
        match self {
            Self::Poll { .. }
            | Self::Restore
            | Self::History { .. }
            | Self::Typing { .. }
            | Self::End
            | Self::UpdateUserData(_)
            | Self::FileLimits
            | Self::Download(_)
            | Self::Images(_)
            | Self::ReadReceipt { .. } => true,
            Self::Start(_)
            | Self::Send(_)
            | Self::CustomNotice { .. }
            | Self::Upload(_)
            | Self::DeleteFile { .. }
            | Self::PushUrl { .. }
            | Self::UpdateNickname { .. } => false,
        }
    }
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// From where on messages are fetched. A back end that is asked for a place takes `order`; one that remembers what it delivered to whom
/// goes by `resync` and `after`.
#[derive(Clone, Debug, Default)]
pub struct Position {
    /// The first place wanted; 1 is the first of all.
    pub order: u64,
    /// The newest entry known; nothing when there is none.
    pub after: Option<Index>,
    /// Messages may have been delivered that never arrived: whatever the back end remembers, all after `after` are wanted.
    pub resync: bool,
}

/// The parameters of a chat to start. Missing ones are empty.
#[derive(Clone, Default)]
pub struct Start {
    /// Shown name.
    pub nickname: Private,
    /// First name.
    pub first_name: Private,
    /// Last name.
    pub last_name: Private,
    /// E-mail address.
    pub email: Private,
    /// Subject.
    pub subject: Private,
    /// Other fields of the registration form, for back ends that take any.
    pub other: JsonObject,
    /// Attached data, already merged.
    pub user_data: JsonObject,
}

debug_only!(Start { nickname });

/// A text message to send.
#[derive(Clone, Debug)]
pub struct Text {
    /// The text, as the customer wrote it.
    pub text: Private,
    /// The label for the kind of text; the back end has a default.
    pub message_type: Option<String>,
    /// The id of the rich message this one answers.
    pub related_event: Option<String>,
}

/// How the server judged a request that it answered in its own terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Verdict {
    /// It was carried out.
    #[default]
    Done,
    /// The chat server behind the back end is unreachable for the moment. Nothing in the reply but its messages can be trusted; `ended`
    /// is there for a restore, which goes by it.
    Temporary,
    /// It was refused for good; only `ended`, `errors` and the messages can be trusted.
    Refused,
}

/// The back end's answer.
#[derive(Clone, Default)]
pub struct Reply {
    /// The server's judgement.
    pub verdict: Verdict,
    /// What it holds may be the state before the request: what it lacks proves nothing.
    pub stale: bool,
    /// New session data; what is empty in them is unchanged.
    pub session: Option<SessionData>,
    /// Whether the server has made a new session in place of the one that was to be restored.
    pub replaced: bool,
    /// Whether the chat has ended, when the answer says so.
    pub ended: Option<bool>,
    /// The position to fetch from next, when the answer says so.
    pub next_position: Option<u64>,
    /// Transcript entries, in the server's order; those that are no transcript entries (without an index) left out.
    pub messages: Vec<Received>,
    /// What went wrong, in the server's terms.
    pub errors: Vec<ServerError>,
    /// The server's idle countdown, as sent (behaviour reference, `idleTimeCountDown`).
    pub idle_countdown: Option<Value>,
    /// The answer to a request for limits.
    pub limits: Option<FileLimits>,
    /// The id of the file just uploaded.
    pub file_id: Option<String>,
    /// The answer to a download.
    pub downloaded: Option<Downloaded>,
    /// The images asked for, in order; or why one cannot be had.
    pub images: Vec<Result<Bytes, Box<str>>>,
    /// The whole answer.
    pub body: Body,
}

debug_only!(Reply {
    verdict,
    stale,
    session,
    replaced,
    ended,
    next_position,
    messages,
    errors,
    limits,
    downloaded,
    body
});

/// No refusal is longer.
const LONGEST_REFUSAL: usize = 256 << 10;

/// The "(AJAX Response Object)": the server's answer as received, decoded only when somebody asks for it.
#[derive(Clone, Default)]
pub struct Body(pub Bytes);

impl Body {
    /// What a back end with this form of sessions says of a success: for one whose own answer was lost.
    pub(crate) fn success(form: SessionForm, ended: bool) -> Self {
        Self(Bytes::from_static(match (form, ended) {
            (SessionForm::Gms, false) => br#"{"statusCode":0}"#,
            (SessionForm::Gms, true) => br#"{"statusCode":0,"chatEnded":true}"#,
            (SessionForm::Nexus, false) => br#"{"status":{"code":"SUCCESS"}}"#,
            (SessionForm::Nexus, true) => br#"{"status":{"code":"SUCCESS"},"data":{"chatEnded":true}}"#,
        }))
    }

    /// The answer as JSON; null when there is none.
    pub fn json(&self) -> Value {
        json::value(&self.0).unwrap_or_default()
    }

    /// The same of a refusal, which is kept in several places: null also where it is longer than any.
    pub(crate) fn refusal(&self) -> Value {
        if self.0.len() <= LONGEST_REFUSAL { self.json() } else { Value::Null }
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<private, {} bytes>", self.0.len())
    }
}

/// One entry of the server's `errors`.
#[derive(Clone, Default, PartialEq)]
pub struct ServerError {
    /// The server's code.
    pub code: i64,
    /// Its advice, for example the limit that was exceeded.
    pub advice: Option<String>,
    /// What the code means, in our words; nothing where it is not known.
    pub meaning: Option<String>,
}

debug_only!(ServerError { code });

impl std::fmt::Display for ServerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.meaning {
            Some(meaning) => write!(f, "{meaning} (error {})", self.code),
            None if self.code == 0 => f.write_str("an error without a number"),
            None => write!(f, "error {}", self.code),
        }
    }
}

/// What a refusal with these errors is, in words.
pub(crate) fn refusal_text(errors: &[ServerError]) -> String {
    let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
    let what = "the chat server refused the request";
    if errors.is_empty() { what.to_owned() } else { format!("{what}: {}", errors.join("; ")) }
}

/// Whether a request without a usable answer can have taken effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It cannot: it never left, or the server refused it.
    No,
    /// It may have.
    Unknown,
}

/// What listeners are told of a failed request (behaviour reference, sections 9.3 and 9.4).
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
    /// `{status, statusText, responseText, responseJSON?, errorReason?}` (behaviour reference, section 3).
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
