//! The session data of Nexus v3: a token, and what it says (nexus-v3.md, 3; webchatservice.md, 7).

use crate::{
    Private,
    carrier::http,
    model::{
        Index, Place, SessionData, SessionNames,
        stored::{Change, Stored, StoredText},
    },
    transport::{Body, Failure, SessionForm},
};
use bytes::Bytes;
use serde_json::{Value, json};

static NAMES: SessionNames = SessionNames {
    id: "sessionId",
    key: "token",
    others: &["transportId", "participantId"],
    hidden: &[],
    participant: Some("participantId"),
    shows_empty: false,
};

/// The names under which a session is stored.
pub mod key {
    /// The session id, as text.
    pub const SESSION: &str = "_genesys.widgets.webchat.state.pureengage-v3-rest.session";
    /// The token, as text.
    pub const KEYS: &str = "_genesys.widgets.webchat.state.pureengage-v3-rest.keys";
    /// The index of the newest message, as the server writes it.
    pub const INDEX: &str = "_genesys.widgets.webchat.state.pureengage-v3-rest.index";
}

/// A session with its token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NexusSession {
    /// The server's session id.
    pub session_id: Private,
    /// This attachment to the session.
    pub transport_id: Private,
    /// The customer's own participant.
    pub participant_id: Private,
    /// The key that every request of the session carries; a JWT.
    pub token: Private,
}

impl NexusSession {
    /// The session of a request, which is this back end's own.
    pub(crate) fn of(data: &SessionData) -> Result<Self, Failure> {
        if !data.have(&NAMES) {
            return Err(http::foreign_session());
        }
        Ok(Self {
            session_id: data.id().clone(),
            transport_id: data.text("transportId"),
            participant_id: data.text("participantId"),
            token: data.key().clone(),
        })
    }
}

impl From<NexusSession> for SessionData {
    fn from(session: NexusSession) -> Self {
        let others = [session.transport_id, session.participant_id];
        Self::new(&NAMES, session.session_id, session.token, others)
    }
}

/// The form of these data.
#[derive(Debug)]
pub struct NexusForm;

impl SessionForm for NexusForm {
    fn none(&self) -> SessionData {
        NexusSession::default().into()
    }

    fn started(&self, data: &SessionData) -> Value {
        json!({ "data": data })
    }

    fn keys(&self) -> &'static [&'static str] {
        &[key::SESSION, key::KEYS, key::INDEX]
    }

    /// A session that has no id yet is known by its token.
    fn marks(&self) -> &'static [&'static str] {
        &[key::SESSION, key::KEYS]
    }

    fn write(&self, data: &SessionData) -> Vec<Change> {
        vec![
            (key::SESSION, Some(StoredText(data.id().to_string()))),
            (key::KEYS, Some(StoredText(data.key().to_string()))),
        ]
    }

    fn place(&self, _: u64, newest: Option<&Place>) -> Change {
        let text = newest.and_then(|place| place.text.as_deref());
        (key::INDEX, text.map(|text| StoredText(text.to_owned())))
    }

    fn read(&self, stored: &Stored) -> Option<SessionData> {
        let token = stored.get(key::KEYS).filter(|token| !token.is_empty())?;
        let session_id = stored.get(key::SESSION).map(String::as_str).unwrap_or_default();
        let session = NexusSession {
            token: token.as_str().into(),
            session_id: session_id.into(),
            ..NexusSession::default()
        };
        Some(session.into())
    }

    /// A token alone opens a session.
    fn given(&self, given: &Value) -> Option<SessionData> {
        let token = given.as_str().or_else(|| given.get("token")?.as_str()).unwrap_or_default().trim();
        let usable = !matches!(token, "" | "undefined" | "null");
        usable.then(|| NexusSession { token: token.into(), ..NexusSession::default() }.into())
    }

    fn kept(&self, data: &SessionData, newest: Option<&Place>) -> Value {
        let index = newest.map_or_else(|| json!(0), |place| json!(Index::Place(place.clone())));
        json!({"messageIndex": index, "token": data.key()})
    }

    fn success(&self, ended: bool) -> Body {
        Body(Bytes::from_static(if ended {
            br#"{"status":{"code":"SUCCESS"},"data":{"chatEnded":true}}"#
        } else {
            br#"{"status":{"code":"SUCCESS"}}"#
        }))
    }

    fn failure(&self, reason: &str, message: &str) -> Value {
        let response = json!({"errorReason": reason, "message": message});
        let code = format!("pureengage-v3-rest-{reason}");
        json!({"errors": [{"code": code, "text": message, "response": response}]})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_session_there_are_no_fields() {
        assert_eq!(json!(NexusForm.none()), json!({}));
    }
}
