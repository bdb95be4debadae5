//! Faults on demand: what may go wrong between a customer and the server, for one request or at a rate.

mod answer;
mod course;
mod queue;
mod spec;

use std::fmt;
use std::time::Duration;

pub(crate) use answer::Hangup;
pub(crate) use course::Course;
pub use queue::Faults;
pub(crate) use queue::Picked;
pub(crate) use spec::{FaultSpec, RateSpec};

use crate::api::Api;
use crate::error::Error;
use crate::gms::ApiError;
use crate::nexus;
use crate::operation::Operation;

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// The request is handled only after this time. If the caller hangs up before, it never takes effect.
    Latency(Duration),
    /// The request is handled at once and answered only after this time.
    SlowReply(Duration),
    /// The connection is closed without an answer.
    Drop,
    /// The answer announces its whole length, then the connection is closed half-way.
    TruncatedBody,
    /// An HTTP error.
    Status {
        /// The HTTP status.
        status: u16,
        /// Seconds for a `Retry-After` header.
        retry_after: Option<u32>,
        /// Errors for a JSON body (Nexus v3: the first one's code); without any, the body is an HTML error page.
        errors: Vec<ApiError>,
    },
    /// A Nexus v3 error (nexus-v3 section 7).
    ErrorCode {
        /// `status.code`; sent as a number if it is one.
        code: String,
        /// The HTTP status.
        status: u16,
        /// Seconds for a `Retry-After` header.
        retry_after: Option<u32>,
    },
    /// HTTP 200 with an HTML page, as from a firewall.
    NonJson,
    /// The chat server says "temporary failure" (`statusCode` 1). GMS only.
    StatusCode1,
    /// The chat server says "permanent failure" (`statusCode` 2). GMS only.
    StatusCode2 {
        /// What the reply says about the chat; the chat itself does not change.
        chat_ended: bool,
        /// The errors in the reply.
        errors: Vec<ApiError>,
    },
    /// Every message of the reply comes twice. Waits for a reply with messages.
    DuplicateMessages,
    /// The messages of the reply come last first. Waits for a reply with two messages or more.
    ReorderedMessages,
    /// The session gets a new alias. GMS only.
    NewAlias,
    /// The session gets a new secure key; the old one works until the new one has been used. GMS only.
    NewSecureKey,
    /// The reply sets this cookie (the value of a `Set-Cookie` header).
    SetCookie(String),
    /// HTTP 200 with this body as `application/json`.
    WrongBody(String),
    /// The reply is padded with this many bytes, and its length is not announced.
    HugeBody(u64),
    /// A redirect.
    Redirect {
        /// The HTTP status: 301, 302, 303, 307 or 308.
        status: u16,
        /// Value of `Location`.
        url: String,
    },
}

impl FaultKind {
    /// The name used in the log, in the control API and on the command line.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Latency(_) => "latency",
            Self::SlowReply(_) => "slowReply",
            Self::Drop => "drop",
            Self::TruncatedBody => "truncatedBody",
            Self::Status { .. } => "status",
            Self::ErrorCode { .. } => "errorCode",
            Self::NonJson => "nonJson",
            Self::StatusCode1 => "statusCode1",
            Self::StatusCode2 { .. } => "statusCode2",
            Self::DuplicateMessages => "duplicateMessages",
            Self::ReorderedMessages => "reorderedMessages",
            Self::NewAlias => "newAlias",
            Self::NewSecureKey => "newSecureKey",
            Self::SetCookie(_) => "setCookie",
            Self::WrongBody(_) => "wrongBody",
            Self::HugeBody(_) => "hugeBody",
            Self::Redirect { .. } => "redirect",
        }
    }

    /// The only API in which this fault can happen, if there is only one.
    pub(crate) const fn api(&self) -> Option<Api> {
        match self {
            Self::StatusCode1 | Self::StatusCode2 { .. } | Self::NewAlias | Self::NewSecureKey => {
                Some(Api::Gms)
            }
            Self::ErrorCode { .. } => Some(Api::Nexus),
            _ => None,
        }
    }

    /// How many messages a reply must have before this fault can show.
    const fn messages_needed(&self) -> usize {
        match self {
            Self::DuplicateMessages => 1,
            Self::ReorderedMessages => 2,
            _ => 0,
        }
    }
}

/// A fault and the requests it befalls.
///
/// Queued faults count the requests that match them from the moment they are queued. The oldest fault whose
/// turn has come befalls the request, at most one each; the others wait for the next. A fault that one API
/// alone can have waits for a request of that API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// Whether the operation is carried out all the same.
    pub effect: bool,
    /// Only requests of this operation; any when absent.
    pub operation: Option<Operation>,
    /// Only requests of this chat; any when absent.
    pub chat: Option<String>,
    /// The matching request it befalls first: 1 is the next.
    pub nth: u32,
    /// How many matching requests it befalls.
    pub times: u32,
}

impl Fault {
    /// A fault of this kind at the next request, with the effect that is usual for it.
    pub fn new(kind: FaultKind) -> Self {
        let effect = !matches!(
            kind,
            FaultKind::Drop
                | FaultKind::Status { .. }
                | FaultKind::ErrorCode { .. }
                | FaultKind::NonJson
                | FaultKind::StatusCode1
                | FaultKind::StatusCode2 { .. }
                | FaultKind::WrongBody(_)
                | FaultKind::Redirect { .. }
        );
        Self { kind, effect, operation: None, chat: None, nth: 1, times: 1 }
    }

    /// The request is handled late.
    pub fn latency(time: Duration) -> Self {
        Self::new(FaultKind::Latency(time))
    }

    /// The request is handled at once and answered late.
    pub fn slow_reply(time: Duration) -> Self {
        Self::new(FaultKind::SlowReply(time))
    }

    /// Connection closed before the request took effect.
    pub fn drop_before() -> Self {
        Self::new(FaultKind::Drop)
    }

    /// Connection closed after the request took effect.
    pub fn drop_after() -> Self {
        Self::new(FaultKind::Drop).effect(true)
    }

    /// Connection closed in the middle of the answer.
    pub fn truncated_body() -> Self {
        Self::new(FaultKind::TruncatedBody)
    }

    /// An HTTP error with an HTML page.
    pub fn status(status: u16) -> Self {
        Self::new(FaultKind::Status { status, retry_after: None, errors: Vec::new() })
    }

    /// HTTP 429 with `Retry-After` in seconds.
    pub fn too_many_requests(retry_after: u32) -> Self {
        Self::new(FaultKind::Status { status: 429, retry_after: Some(retry_after), errors: Vec::new() })
    }

    /// HTTP 400 with errors.
    pub fn bad_request(error: ApiError) -> Self {
        Self::new(FaultKind::Status { status: 400, retry_after: None, errors: vec![error] })
    }

    /// A Nexus v3 error with the HTTP status that is usual for the code (nexus-v3 section 7.2): 400 for codes
    /// unknown, 500 for numbers.
    pub fn error_code(code: impl Into<String>) -> Self {
        let code = code.into();
        let status = nexus::usual_status(&code);
        Self::new(FaultKind::ErrorCode { code, status, retry_after: None })
    }

    /// HTTP 200 with an HTML page.
    pub fn non_json() -> Self {
        Self::new(FaultKind::NonJson)
    }

    /// A burst of `times` temporary failures.
    pub fn status_code_1(times: u32) -> Self {
        Self::new(FaultKind::StatusCode1).times(times)
    }

    /// A permanent failure that says the chat has ended.
    pub fn status_code_2() -> Self {
        let errors = vec![ApiError::new(500, "unexpected error")];
        Self::new(FaultKind::StatusCode2 { chat_ended: true, errors })
    }

    /// Every message twice.
    pub fn duplicate_messages() -> Self {
        Self::new(FaultKind::DuplicateMessages)
    }

    /// Messages last first.
    pub fn reordered_messages() -> Self {
        Self::new(FaultKind::ReorderedMessages)
    }

    /// A new alias.
    pub fn new_alias() -> Self {
        Self::new(FaultKind::NewAlias)
    }

    /// A new secure key.
    pub fn new_secure_key() -> Self {
        Self::new(FaultKind::NewSecureKey)
    }

    /// A cookie.
    pub fn set_cookie(cookie: impl Into<String>) -> Self {
        Self::new(FaultKind::SetCookie(cookie.into()))
    }

    /// A body of the caller's choosing.
    pub fn wrong_body(body: impl Into<String>) -> Self {
        Self::new(FaultKind::WrongBody(body.into()))
    }

    /// A reply with this many bytes of padding.
    pub fn huge_body(bytes: u64) -> Self {
        Self::new(FaultKind::HugeBody(bytes))
    }

    /// A redirect with HTTP 307, which asks for the same POST elsewhere.
    pub fn redirect(url: impl Into<String>) -> Self {
        Self::new(FaultKind::Redirect { status: 307, url: url.into() })
    }

    /// A fault in the words of the command line: `KIND,name=value,...`.
    pub fn from_words(words: &str) -> Result<Self, Error> {
        words.parse::<FaultSpec>()?.fault()
    }

    /// A fault in words, with its probability among them: `KIND,rate=0.1,...`.
    pub fn rate_from_words(words: &str) -> Result<(f64, Self), Error> {
        let spec: RateSpec = words.parse()?;
        Ok((spec.rate, spec.fault.fault()?))
    }

    /// Only for requests of this operation.
    #[must_use]
    pub fn on(self, operation: Operation) -> Self {
        Self { operation: Some(operation), ..self }
    }

    /// Only for requests of this chat.
    #[must_use]
    pub fn in_chat(self, chat_id: impl Into<String>) -> Self {
        Self { chat: Some(chat_id.into()), ..self }
    }

    /// From the nth matching request on; 1 is the next.
    #[must_use]
    pub fn nth(self, nth: u32) -> Self {
        Self { nth: nth.max(1), ..self }
    }

    /// For this many matching requests in a row.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }

    /// Whether the operation is carried out all the same.
    #[must_use]
    pub fn effect(self, effect: bool) -> Self {
        Self { effect, ..self }
    }

    fn matches(&self, api: Api, operation: Operation, chat: Option<&str>) -> bool {
        self.kind.api().is_none_or(|only| only == api)
            && self.operation.is_none_or(|only| only == operation)
            && self.chat.as_deref().is_none_or(|only| Some(only) == chat)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name())?;
        match self.operation {
            Some(operation) => write!(f, " on {operation}"),
            None => Ok(()),
        }
    }
}
