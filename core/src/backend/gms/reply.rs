//! The response object (gms-v2.md, 3 and 5).
//!
//! The answer is read in one pass, and then each of its entries. What is not in good order is read again piece by piece, so that one
//! malformed entry loses neither the other messages nor the outcome; an entry keeps whatever of it is usable.
//!
//! `statusCode` is required by the protocol. An answer without it is taken as success if it has any other field of the response
//! object and no `errors`, as a refusal if it has `errors`; otherwise it is not the protocol's (a gateway's own JSON, say).

use super::{GmsSession, error_words, limits::limits, message::WireMessage};
use crate::{
    Private,
    bounds::check,
    json::{self, Entry, FromObject, Number, take},
    transport::{Body, Excess, Reply, ServerError, Verdict},
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value};

/// No transcript is longer; a number from here on is none that every reader of JSON has.
const LAST_POSITION: u64 = 1 << 53;

/// Why an answer is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is no response object.
    #[error("the answer is not a response object of GMS v2")]
    NotTheProtocol,
    /// There is more in it than is read of one answer.
    #[error("the answer is not read: {0}")]
    TooMuch(Excess),
}

/// What an HTTP failure's body tells, if it is a response object.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Trouble {
    /// Whether the chat has ended.
    pub(crate) ended: Option<bool>,
    /// What went wrong.
    pub(crate) errors: Vec<ServerError>,
}

/// Reads an answer with HTTP status 200. The whole of it is kept as the reply's body.
pub fn decode(body: Bytes) -> Result<Reply, Unreadable> {
    decode_as(body, false)
}

/// Reads the answer to a request for file limits: here the first data without a place in the transcript are the limits, whatever
/// their notice is called.
pub(crate) fn decode_limits(body: Bytes) -> Result<Reply, Unreadable> {
    decode_as(body, true)
}

/// Reads the body of an HTTP failure, whatever its content type says.
pub(crate) fn decode_trouble(body: &[u8]) -> Trouble {
    let (wire, _) = check(body).ok().and_then(|()| Wire::read(body)).unwrap_or_default();
    Trouble { ended: wire.chat_ended, errors: wire.errors() }
}

fn decode_as(body: Bytes, any_data_are_limits: bool) -> Result<Reply, Unreadable> {
    check(&body).map_err(Unreadable::TooMuch)?;
    let (wire, mended) = Wire::read(&body).ok_or(Unreadable::NotTheProtocol)?;
    let errors = wire.errors();
    let verdict = wire.verdict(&errors).ok_or(Unreadable::NotTheProtocol)?;
    // The outcome, the end and the messages are told even where nothing else can be trusted (gms-v2.md, 3).
    let mut reply = Reply { verdict, ended: wire.chat_ended, errors, ..Reply::default() };
    wire.fill(&mut reply, any_data_are_limits);
    reply.body = Body(mended.unwrap_or(body));
    Ok(reply)
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Wire<'a> {
    status_code: Option<Number>,
    chat_id: Option<Private>,
    alias: Option<Private>,
    user_id: Option<Private>,
    secure_key: Option<Private>,
    chat_ended: Option<bool>,
    next_position: Option<Number>,
    #[serde(borrow)]
    messages: Option<Vec<Entry<'a>>>,
    user_data: Option<Map<String, Value>>,
    errors: Option<Value>,
    error: Option<Value>,
    idle_timer_expire: Option<Value>,
}

impl<'a> Wire<'a> {
    /// Reads `body`; with it comes its JSON text, where the body had to be mended.
    fn read(body: &'a [u8]) -> Option<(Self, Option<Bytes>)> {
        if let Ok(FromObject(wire)) = serde_json::from_slice(body) {
            return Some((wire, None));
        }
        let (value, mended) = json::read(body)?;
        let Value::Object(mut object) = value else { return None };
        Some((Self::salvage(&mut object), mended))
    }

    /// Takes what is usable.
    fn salvage(object: &mut Map<String, Value>) -> Self {
        let messages = match object.remove("messages") {
            Some(Value::Array(messages)) => Some(messages.iter().map(Entry::of).collect()),
            _ => None,
        };
        Self {
            status_code: take(object, "statusCode"),
            chat_id: take(object, "chatId"),
            alias: take(object, "alias"),
            user_id: take(object, "userId"),
            secure_key: take(object, "secureKey"),
            chat_ended: take::<Value>(object, "chatEnded").and_then(|value| match value {
                Value::String(text) => text.parse().ok(),
                other => other.as_bool(),
            }),
            next_position: take(object, "nextPosition"),
            messages,
            user_data: take(object, "userData"),
            errors: object.remove("errors"),
            error: object.remove("error"),
            idle_timer_expire: object.remove("idleTimerExpire"),
        }
    }

    fn verdict(&self, errors: &[ServerError]) -> Option<Verdict> {
        match self.status_code.and_then(Number::exact) {
            Some(0) => Some(Verdict::Done),
            Some(1) => Some(Verdict::Temporary),
            Some(_) => Some(Verdict::Refused),
            None if !errors.is_empty() => Some(Verdict::Refused),
            None => {
                let known = self.chat_id.is_some()
                    || self.secure_key.is_some()
                    || self.chat_ended.is_some()
                    || self.next_position.is_some()
                    || self.messages.is_some();
                known.then_some(Verdict::Done)
            }
        }
    }

    /// `errors`, or the singular `error` that some failures have.
    fn errors(&self) -> Vec<ServerError> {
        let listed = match &self.errors {
            Some(Value::Array(errors)) => errors.as_slice(),
            Some(error) => std::slice::from_ref(error),
            None => &[],
        };
        listed.iter().chain(&self.error).filter_map(server_error).collect()
    }

    fn fill(self, reply: &mut Reply, any_data_are_limits: bool) {
        let entries = self.messages.iter().flatten();
        let messages: Vec<_> = entries.filter_map(|entry| WireMessage::read(entry.as_json())).collect();
        if reply.verdict == Verdict::Done {
            let session = GmsSession {
                secure_key: self.secure_key.unwrap_or_default(),
                session_id: self.chat_id.unwrap_or_default(),
                alias: self.alias.unwrap_or_default(),
                user_id: self.user_id.unwrap_or_default(),
            };
            reply.session = Some(session.into());
            reply.next_position =
                self.next_position.and_then(Number::place).filter(|next| *next < LAST_POSITION);
            reply.file_id =
                self.user_data.as_ref().and_then(|data| data.get("file-id")).and_then(|id| match id {
                    Value::String(id) => Some(id.clone()),
                    Value::Number(id) => Some(id.to_string()),
                    _ => None,
                });
            reply.idle_countdown = self.idle_timer_expire.filter(|countdown| !countdown.is_null());
            let notice = messages.iter().find(|(message, _)| message.is_limits_notice()).or_else(|| {
                messages.iter().find(|(message, _)| any_data_are_limits && message.is_unplaced_data())
            });
            reply.limits = notice.and_then(|(notice, _)| notice.user_data.as_ref()).map(limits);
        }
        // What answers a request for limits is no entry of the transcript.
        let is_entry = |message: &WireMessage| {
            !(message.is_unplaced_data() && (any_data_are_limits || message.is_limits_notice()))
        };
        let entries = messages.into_iter().filter(|(message, _)| is_entry(message));
        reply.messages = entries.filter_map(|(message, json)| message.received(&json)).collect();
    }
}

/// One entry: `code` is a number or its text, `advice` a text or a number, `text` stands in for a missing advice.
fn server_error(entry: &Value) -> Option<ServerError> {
    let entry = entry.as_object()?;
    let text = |key| match entry.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let code = entry.get("code").and_then(|code| Number::deserialize(code).ok()).and_then(Number::exact);
    let (code, advice) = (code.unwrap_or_default(), text("advice").or_else(|| text("text")));
    Some(ServerError { meaning: error_words::meaning(code, advice.as_deref()), code, advice })
}
