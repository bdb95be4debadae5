//! Answers (nexus-v3.md, 2.5, 4 and 7): the envelope with `status` and `data`.
//!
//! A success needs nothing but what its request asked for: a token after a create, else nothing at all. An envelope without it, whose
//! code is an error's, is none.

use super::{completed, message, session_of};
use crate::{
    Private,
    backend::nexus_rest::NexusSession,
    bounds::check,
    json::{self, Entry, FromObject, object, take},
    model::JsonObject,
    transport::{Body, Excess, Reply},
};
use bytes::Bytes;
use reqwest::Url;
use serde::Deserialize;
use serde_json::Value;

/// What an answer must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A session's token.
    Session,
    /// Messages, or the statement that there are none.
    Messages,
    /// Nothing.
    Nothing,
}

/// Why an answer with a status of success is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It is no envelope.
    #[error("the answer is not an envelope of Nexus v3")]
    NotTheProtocol,
    /// There is no token in it.
    #[error("the answer has no clientToken")]
    NoToken,
    /// It says that it failed.
    #[error("the answer says that the request failed")]
    Refused,
    /// There is more in it than is read of one answer.
    #[error("the answer is not read: {0}")]
    TooMuch(Excess),
}

/// What an answer says of its success: `status`, in any answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Status {
    /// The code, also where it is a number; empty when there is none.
    pub(crate) code: String,
    /// Whether the code is the number 1: any failure, of which no code is shown (nexus-v3.md, 7.2).
    pub(crate) is_generic: bool,
    /// What it means, in words.
    pub(crate) message: Option<String>,
}

impl Status {
    /// Whether the code tells nothing: the number 1 is any failure (nexus-v3.md, 2.5).
    pub(crate) fn is_mute(&self) -> bool {
        matches!(self.code.as_str(), "" | "0" | "1" | "SUCCESS")
    }

    /// Whether it says that there is no such session, or none any more.
    pub(crate) fn is_session_gone(&self) -> bool {
        self.code == "INVALID_SESSION"
    }

    fn is_success(&self) -> bool {
        matches!(self.code.as_str(), "" | "0" | "SUCCESS")
    }

    /// Whether the code is one of the known failures. Another code may well be another word for success.
    fn is_failure(&self) -> bool {
        let known = ["INVALID_", "LIMIT_", "AUTHENTICATION_"];
        self.code == "1" || known.iter().any(|known| self.code.starts_with(known))
    }
}

/// Reads the `status` of an envelope.
pub(crate) fn status_of(envelope: &Value) -> Status {
    envelope.get("status").map(status).unwrap_or_default()
}

fn status(status: &Value) -> Status {
    let text = |key| match status.get(key)? {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    Status {
        code: text("code").unwrap_or_default(),
        is_generic: status.get("code").is_some_and(|code| code.as_f64() == Some(1.0)),
        message: text("message").filter(|text| !text.is_empty()),
    }
}

/// Reads an answer with a status of success to a request of `session` at `url`, the sessions' own. The whole of it is kept as the reply's
/// body.
pub fn decode(body: Bytes, expected: Expected, session: &NexusSession, url: &Url) -> Result<Reply, Unusable> {
    let (envelope, mended) = if body.trim_ascii().is_empty() {
        (Envelope::default(), None)
    } else {
        check(&body).map_err(Unusable::TooMuch)?;
        Envelope::read(&body).ok_or(Unusable::NotTheProtocol)?
    };
    let mut reply = Reply::default();
    fill(&mut reply, envelope, expected, session, &api_base(url))?;
    reply.body = Body(mended.unwrap_or(body));
    Ok(reply)
}

/// What addresses in messages are below: the sessions' address without its first `/sessions` (nexus-v3.md, 2.1).
pub(crate) fn api_base(sessions: &Url) -> String {
    let mut base = sessions.clone();
    base.set_path(&sessions.path().replacen("/sessions", "", 1));
    base.set_query(None);
    base.set_fragment(None);
    base.as_str().trim_end_matches('/').to_owned()
}

/// An answer, its transcript still as text. Members of no interest are passed over.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Envelope<'a> {
    status: Value,
    #[serde(rename = "chatEnded")]
    chat_ended: Value,
    #[serde(borrow)]
    data: Option<FromObject<Data<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Data<'a> {
    client_token: Value,
    entity: Value,
    media_id: Value,
    chat_ended: Value,
    #[serde(borrow)]
    messages: Option<Vec<Entry<'a>>>,
}

impl<'a> Envelope<'a> {
    /// Reads `body`, piece by piece if it is not in good order; with it comes its JSON text, where the body had to be mended.
    fn read(body: &'a [u8]) -> Option<(Self, Option<Bytes>)> {
        if let Ok(FromObject(envelope)) = serde_json::from_slice(body) {
            return Some((envelope, None));
        }
        let (value, mended) = json::read(body)?;
        let mut envelope = object(value)?;
        let mut data: JsonObject = take(&mut envelope, "data").unwrap_or_default();
        let mut part = |name| data.remove(name).unwrap_or_default();
        let data = Data {
            client_token: part("clientToken"),
            entity: part("entity"),
            media_id: part("mediaId"),
            chat_ended: part("chatEnded"),
            messages: match part("messages") {
                Value::Array(entries) => Some(entries.iter().map(Entry::of).collect()),
                _ => None,
            },
        };
        let mut part = |name| envelope.remove(name).unwrap_or_default();
        let envelope =
            Self { status: part("status"), chat_ended: part("chatEnded"), data: Some(FromObject(data)) };
        Some((envelope, mended))
    }
}

fn fill(
    reply: &mut Reply,
    envelope: Envelope<'_>,
    expected: Expected,
    session: &NexusSession,
    base: &str,
) -> Result<(), Unusable> {
    let status = status(&envelope.status);
    let FromObject(data) = envelope.data.unwrap_or_default();
    let over = is_true(&envelope.chat_ended) || is_true(&data.chat_ended);
    match expected {
        Expected::Session => {
            let token = Private::deserialize(&data.client_token).ok().filter(|token| !token.is_empty());
            let token =
                token.ok_or(if status.is_success() { Unusable::NoToken } else { Unusable::Refused })?;
            reply.session = Some(opened(&token, &data.entity, session).into());
            return Ok(());
        }
        Expected::Messages => {
            if data.messages.is_none() && !over && !status.is_success() {
                return Err(Unusable::Refused);
            }
            let entries = data.messages.iter().flatten();
            reply.messages = entries.filter_map(|entry| message::received(entry.as_json(), base)).collect();
            reply.ended = Some(over);
        }
        Expected::Nothing if status.is_failure() => return Err(Unusable::Refused),
        Expected::Nothing => {
            reply.ended = over.then_some(true);
            reply.file_id = String::deserialize(&data.media_id).ok();
        }
    }
    Ok(())
}

/// The session that `token` opens. What the token does not say, the answer's entity says, or it is as before.
fn opened(token: &Private, entity: &Value, before: &NexusSession) -> NexusSession {
    let mut session = session_of(token);
    if session.session_id.is_empty() {
        let id = entity.get("id").and_then(Value::as_str);
        session.session_id = id.unwrap_or_default().into();
    }
    let before = NexusSession { token: token.clone(), ..completed(before) };
    let known = |new: Private, old: Private| if new.is_empty() { old } else { new };
    NexusSession {
        session_id: known(session.session_id, before.session_id),
        transport_id: session.transport_id,
        participant_id: known(session.participant_id, before.participant_id),
        token: session.token,
    }
}

/// Whether a flag is set, in any way of writing it.
fn is_true(flag: &Value) -> bool {
    match flag {
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() == Some(1.0),
        Value::String(text) => text.trim().eq_ignore_ascii_case("true") || text.trim() == "1",
        _ => false,
    }
}
