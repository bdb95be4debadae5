//! Answers (sections 2.5, 4 and 7): the envelope with `status` and `data`.
//!
//! A success needs nothing but what its request asked for: a token after a create, else nothing at all. An envelope without it, whose
//! code is an error's, is none.

use super::{completed, message, session_of};
use crate::{
    Private,
    model::{JsonObject, NexusSession, SessionData},
    transport::{
        Body, Reply,
        json::{self, object, take},
    },
};
use bytes::Bytes;
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
}

/// What an answer says of its success: `status`, in any answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Status {
    /// The code, also where it is a number; empty when there is none.
    pub(crate) code: String,
    /// What it means, in words.
    pub(crate) message: Option<String>,
}

impl Status {
    /// Whether the code tells nothing: the number 1 is any failure (section 2.5).
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
    let status = envelope.get("status");
    let text = |key| match status?.get(key)? {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    Status {
        code: text("code").unwrap_or_default(),
        message: text("message").filter(|text| !text.is_empty()),
    }
}

/// Reads an answer with a status of success to a request of `session`. The whole of it is kept as the reply's body.
pub fn decode(body: Bytes, expected: Expected, session: &NexusSession) -> Result<Reply, Unusable> {
    let (value, mended) = if body.trim_ascii().is_empty() {
        (Value::Object(JsonObject::new()), None)
    } else {
        json::read(&body).ok_or(Unusable::NotTheProtocol)?
    };
    let status = status_of(&value);
    let envelope = object(value).ok_or(Unusable::NotTheProtocol)?;
    let mut reply = Reply { body: Body(mended.unwrap_or(body)), ..Reply::default() };
    fill(&mut reply, envelope, &status, expected, session)?;
    Ok(reply)
}

fn fill(
    reply: &mut Reply,
    mut envelope: JsonObject,
    status: &Status,
    expected: Expected,
    session: &NexusSession,
) -> Result<(), Unusable> {
    let mut data: JsonObject = take(&mut envelope, "data").unwrap_or_default();
    let over = [envelope.get("chatEnded"), data.get("chatEnded")].into_iter().flatten().any(is_true);
    match expected {
        Expected::Session => {
            let token: Option<Private> =
                take(&mut data, "clientToken").filter(|token: &Private| !token.is_empty());
            let token =
                token.ok_or(if status.is_success() { Unusable::NoToken } else { Unusable::Refused })?;
            reply.session = Some(SessionData::Nexus(opened(&token, &data, session)));
            return Ok(());
        }
        Expected::Messages => {
            let messages = take::<Vec<Value>>(&mut data, "messages");
            if messages.is_none() && !over && !status.is_success() {
                return Err(Unusable::Refused);
            }
            reply.messages = messages.into_iter().flatten().filter_map(message::received).collect();
            reply.ended = Some(over);
        }
        Expected::Nothing if status.is_failure() => return Err(Unusable::Refused),
        Expected::Nothing => {
            reply.ended = over.then_some(true);
            reply.file_id = take(&mut data, "mediaId");
        }
    }
    Ok(())
}

/// The session that `token` opens. What the token does not say, the answer's entity says, or it is as before.
fn opened(token: &Private, data: &JsonObject, before: &NexusSession) -> NexusSession {
    let mut session = session_of(token);
    if session.session_id.is_empty() {
        let id = data.get("entity").and_then(|entity| entity.get("id")).and_then(Value::as_str);
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
