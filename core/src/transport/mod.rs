//! The way to a Genesys back end: one folder each, with the same files (`mod.rs`, the back end; `wire.rs`, its types, encoding and
//! decoding as pure functions). A transport turns a neutral [`Request`] into the wire and the answer into a neutral [`Reply`]; it
//! holds no chat state and applies no rule of the service. What all HTTP back ends share is in `http`.

pub mod gms_rest;
pub mod http;

use crate::{
    ErrorKind, Retry,
    model::{Download, Downloaded, FileLimits, JsonObject, Received, SessionData, SessionUpdate, Upload},
    private::{Private, debug_only},
};
use bytes::Bytes;
use serde_json::Value;
use std::{future::Future, pin::Pin, sync::Arc};

/// What a back end can do. Commands that need more are rejected with the specification's texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(clippy::struct_excessive_bools, reason = "each is one independent ability, queried by name")]
pub struct Capabilities {
    /// Messages are fetched by polling; else the server pushes them.
    pub polling: bool,
    /// Files can be sent.
    pub file_upload: bool,
    /// Files can be fetched.
    pub file_download: bool,
    /// Custom notices can be sent.
    pub custom_notice: bool,
    /// User data can be changed during a chat.
    pub update_user_data: bool,
    /// Older messages can be fetched page by page (asynchronous chats).
    pub history: bool,
    /// A stored session can be recognised without asking the server.
    pub verify_session: bool,
    /// The server reports temporary outages of the chat server behind it.
    pub server_outage: bool,
    /// A web address can be pushed to the agent.
    pub push_url: bool,
    /// The customer can take another nickname.
    pub update_nickname: bool,
    /// The customer can report what was read.
    pub read_receipt: bool,
}

/// A back end, for one chat. Cheap to make; connections belong to the runtime and are shared.
pub trait Transport: Send + Sync + 'static {
    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Performs one request. Dropping the future abandons it. It ends by itself within the request's own time limit.
    fn perform(&self, request: Request) -> BoxFuture<Result<Reply, Failure>>;
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
    /// Fetch messages from a position on.
    Poll {
        /// The first index wanted; 1 is the first of all.
        position: u64,
        /// What the customer has typed so far, where the application shows it.
        preview: Option<Private>,
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
            Self::Typing { .. } => "typing",
            Self::End => "end",
            Self::CustomNotice { .. } => "custom notice",
            Self::UpdateUserData(_) => "user data",
            Self::FileLimits => "file limits",
            Self::Upload(_) => "upload",
            Self::Download(_) => "download",
            Self::DeleteFile { .. } => "file deletion",
            Self::PushUrl { .. } => "push URL",
            Self::UpdateNickname { .. } => "nickname",
            Self::ReadReceipt { .. } => "read receipt",
        }
    }
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
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
    /// The chat server behind the back end is unreachable for the moment. Nothing else in the reply can be trusted; `ended` is there
    /// for a restore, which goes by it.
    Temporary,
    /// It was refused for good; only `ended` and `errors` can be trusted.
    Refused,
}

/// The back end's answer.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// The server's judgement.
    pub verdict: Verdict,
    /// New session data.
    pub session: SessionUpdate,
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
    /// The whole answer.
    pub body: Body,
}

/// The "(AJAX Response Object)": the server's answer as received, decoded only when somebody asks for it.
#[derive(Clone, Default)]
pub struct Body(pub Bytes);

impl Body {
    /// The answer as JSON; null when there is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.0).unwrap_or_default()
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<private, {} bytes>", self.0.len())
    }
}

/// One entry of the server's `errors`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServerError {
    /// The server's code.
    pub code: i64,
    /// Its advice, for example the limit that was exceeded.
    pub advice: Option<String>,
}

/// Whether a request without a usable answer can have taken effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It cannot: it never left, or the server refused it.
    No,
    /// It may have.
    Unknown,
}

/// A request that got no usable answer: an HTTP failure, a lost connection, a body that is not the protocol's.
#[derive(Clone)]
pub struct Failure {
    /// The kind for the caller.
    pub kind: ErrorKind,
    /// Whether trying again can help.
    pub retry: Retry,
    /// Whether it can have taken effect.
    pub applied: Applied,
    /// The HTTP status; 0 when there was no answer at all (no connection, or no answer in time).
    pub status: u16,
    /// Whether the answer says that the chat has ended.
    pub ended: Option<bool>,
    /// The server's errors, when the body had them.
    pub errors: Vec<ServerError>,
    /// `{status, statusText, responseText, responseJSON?, errorReason?}` (behaviour reference, section 3).
    pub response: Value,
    /// What happened, for a log: no private text.
    pub cause: String,
}

impl Failure {
    /// Whether the server could not be reached, or did not answer in time.
    pub fn is_disconnect(&self) -> bool {
        self.status == 0 && matches!(self.kind, ErrorKind::Disconnected | ErrorKind::Timeout)
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
            .field("errors", &self.errors)
            .field("cause", &self.cause)
            .finish_non_exhaustive()
    }
}
