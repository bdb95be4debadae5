//! The way to a Genesys back end: one folder each, with the same files (`mod.rs`, the back end; `wire`, its types, encoding and
//! decoding as pure functions). A transport turns a neutral [`Request`] into the wire and the answer into a neutral [`Reply`]; it
//! holds no chat state and applies no rule of the service. What all HTTP back ends share is in `http`; `json` reads what is not quite
//! a protocol's.

pub mod gms_rest;
pub mod http;
mod json;
pub mod nexus_v3;

use crate::{
    ErrorKind, Retry,
    model::{
        Download, Downloaded, FileLimits, Index, JsonObject, Received, SessionData, SessionForm, Upload,
    },
    private::{Private, debug_only},
};
use bytes::Bytes;
use serde_json::Value;
use std::{future::Future, pin::Pin, sync::Arc};

macro_rules! capabilities {
    ($($(#[$doc:meta])* $field:ident = $name:literal;)*) => {
        /// What a back end can do. Commands that need more are rejected with the specification's texts.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        #[allow(clippy::struct_excessive_bools, reason = "each is one independent ability, queried by name")]
        pub struct Capabilities {
            $($(#[$doc])* pub $field: bool,)*
            /// The options of `startChat` stand under `form`; else beside it (specification, startChat).
            pub start_form: bool,
            /// The form of its session data.
            pub session: SessionForm,
        }

        impl Capabilities {
            /// The names of all abilities.
            pub const NAMES: &'static [&'static str] = &[$($name,)*];

            /// Whether the back end has the ability called `name`; nothing when there is none of that name.
            pub fn get(&self, name: &str) -> Option<bool> {
                match name { $($name => Some(self.$field),)* _ => None }
            }

            /// The names of the abilities that the back end has.
            pub fn names(&self) -> impl Iterator<Item = &'static str> {
                [$(($name, self.$field),)*].into_iter().filter(|(_, has)| *has).map(|(name, _)| name)
            }
        }
    };
}

capabilities! {
    /// Messages are fetched by polling; else the server pushes them.
    polling = "polling";
    /// Files can be sent.
    file_upload = "fileUpload";
    /// Files can be fetched by their id.
    file_download = "fileDownload";
    /// The server tells what may be uploaded.
    file_limits = "fileLimits";
    /// Uploaded files can be deleted.
    file_deletion = "fileDeletion";
    /// Custom notices can be sent.
    custom_notice = "customNotice";
    /// User data can be changed during a chat.
    update_user_data = "updateUserData";
    /// Older messages can be fetched page by page (asynchronous chats).
    history = "history";
    /// A stored session can be recognised without asking the server.
    verify_session = "verifySession";
    /// The server reports temporary outages of the chat server behind it.
    server_outage = "serverOutage";
    /// A web address can be pushed to the agent.
    push_url = "pushUrl";
    /// The customer can take another nickname.
    update_nickname = "updateNickname";
    /// The customer can report what was read.
    read_receipt = "readReceipt";
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
    /// The whole answer.
    pub body: Body,
}

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

/// What listeners are told of a failed request (behaviour reference, sections 9.3 and 9.4).
#[derive(Clone, PartialEq)]
pub enum News {
    /// Nothing: its command's outcome tells enough.
    Nothing,
    /// The connection is lost.
    Disconnected,
    /// An error, with this as payload.
    Error(Value),
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
    /// Whether the answer says that the session is over, or that there is none.
    pub ended: bool,
    /// What listeners are told.
    pub news: News,
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
            .field("cause", &self.cause)
            .finish_non_exhaustive()
    }
}
