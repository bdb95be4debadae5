//! Faults on demand: what may go wrong between a customer and the server, for one request or at a rate.

mod answer;
mod course;
mod kind;
mod queue;
mod retry_after;
mod spec;

use std::fmt;
use std::time::Duration;

pub(crate) use answer::Hangup;
pub(crate) use course::{Course, answer_with, disturb, pause};
pub use kind::FaultKind;
pub(crate) use kind::Place;
pub use queue::Faults;
pub(crate) use queue::Picked;
pub use retry_after::RetryAfter;
pub(crate) use spec::{FaultSpec, RateSpec};

use crate::api::{self, Api};
use crate::bayeux::Reconnect;
use crate::error::Error;
use crate::operation::Operation;
use crate::refusal::ApiError;

/// A fault and the requests it befalls.
///
/// Queued faults count the requests that match them from the moment they are queued. The oldest fault whose
/// turn has come befalls the request, at most one each; the others wait for the next. A fault that one API
/// alone can have waits for a request of that API, and one that cannot show on the wire where the request came
/// (an HTTP status on a WebSocket) waits for one where it can.
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
                | FaultKind::Hang
                | FaultKind::Refuse { .. }
                | FaultKind::Advice { .. }
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
        let retry_after = Some(RetryAfter::Seconds(retry_after));
        Self::new(FaultKind::Status { status: 429, retry_after, errors: Vec::new() })
    }

    /// HTTP 400 with errors.
    pub fn bad_request(error: ApiError) -> Self {
        Self::new(FaultKind::Status { status: 400, retry_after: None, errors: vec![error] })
    }

    /// An error whose code is a word, with the HTTP status that is usual for the code (nexus-v3.md, 7.2): 400 for codes
    /// unknown, 500 for numbers.
    pub fn error_code(code: impl Into<String>) -> Self {
        let code = code.into();
        let status = api::usual_status(&code);
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

    /// No answer at all, on a connection that stays open.
    pub fn hang() -> Self {
        Self::new(FaultKind::Hang)
    }

    /// A Bayeux refusal with this code. 402 makes the server forget the client, and advises it to shake hands
    /// anew where clients are advised; other codes come without advice.
    pub fn refuse(code: u16) -> Self {
        Self::new(FaultKind::Refuse { code, reconnect: None, interval: None })
    }

    /// A Bayeux answer, at once, with this advice.
    pub fn advice(reconnect: Reconnect, interval: Duration) -> Self {
        Self::new(FaultKind::Advice { reconnect, interval })
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
        let named = self.operation.map_or(operation != Operation::Deliver, |only| only == operation);
        self.kind.apis().contains(&api) && named && self.chat.as_deref().is_none_or(|only| Some(only) == chat)
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
