//! The session data of GMS v2 (gms-v2.md, 1.2; webchatservice.md, 7).

use crate::{
    Private,
    carrier::http,
    model::{
        Place, SessionData, SessionNames,
        stored::{Change, Stored, StoredText},
    },
    transport::{Body, Failure, SessionForm},
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

static NAMES: SessionNames = SessionNames {
    id: "sessionID",
    key: "secureKey",
    others: &["alias", "userId"],
    hidden: &[],
    participant: None,
    shows_empty: true,
};

/// The names under which a session is stored.
pub mod key {
    /// The server's chat id, as text.
    pub const SESSION: &str = "_genesys.widgets.webchat.state.session";
    /// `{secureKey, alias, userId}` as JSON text.
    pub const KEYS: &str = "_genesys.widgets.webchat.state.keys";
    /// The next transcript position.
    pub const INDEX: &str = "_genesys.widgets.webchat.state.index";
}

/// What every request of a session carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GmsSession {
    /// The key that every request of the session carries; opaque.
    pub secure_key: Private,
    /// The server's chat id.
    pub session_id: Private,
    /// The chat server instance; it may change during a session.
    pub alias: Private,
    /// The customer's user id on the server.
    pub user_id: Private,
}

impl GmsSession {
    /// The session of a request, which is this back end's own.
    pub(crate) fn of(data: &SessionData) -> Result<Self, Failure> {
        if !data.have(&NAMES) {
            return Err(http::foreign_session());
        }
        Ok(Self {
            secure_key: data.key().clone(),
            session_id: data.id().clone(),
            alias: data.text("alias"),
            user_id: data.text("userId"),
        })
    }
}

impl From<GmsSession> for SessionData {
    fn from(session: GmsSession) -> Self {
        Self::new(&NAMES, session.session_id, session.secure_key, [session.alias, session.user_id])
    }
}

/// The form of these data.
#[derive(Debug)]
pub struct GmsForm;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Keys {
    secure_key: Private,
    #[serde(default)]
    alias: Private,
    #[serde(default)]
    user_id: Private,
}

impl SessionForm for GmsForm {
    fn none(&self) -> SessionData {
        GmsSession::default().into()
    }

    fn keys(&self) -> &'static [&'static str] {
        &[key::SESSION, key::KEYS, key::INDEX]
    }

    fn marks(&self) -> &'static [&'static str] {
        &[key::SESSION]
    }

    fn write(&self, data: &SessionData) -> Vec<Change> {
        let keys =
            json!({"secureKey": data.key(), "alias": data.text("alias"), "userId": data.text("userId")});
        vec![
            (key::SESSION, Some(StoredText(data.id().to_string()))),
            (key::KEYS, Some(StoredText(keys.to_string()))),
        ]
    }

    fn place(&self, next: u64, _: Option<&Place>) -> Change {
        (key::INDEX, Some(StoredText(next.to_string())))
    }

    fn read(&self, stored: &Stored) -> Option<SessionData> {
        let text = |key| stored.get(key).map(String::as_str).filter(|text| !text.is_empty());
        let session_id = text(key::SESSION)?.into();
        let Keys { secure_key, alias, user_id } = serde_json::from_str(text(key::KEYS)?).ok()?;
        Some(GmsSession { secure_key, session_id, alias, user_id }.into())
    }

    fn given(&self, given: &Value) -> Option<SessionData> {
        let member = |name: &str| given.get(name).and_then(Value::as_str).unwrap_or_default().into();
        let session = GmsSession {
            secure_key: member("secureKey"),
            session_id: member("sessionID"),
            alias: member("alias"),
            user_id: member("userId"),
        };
        let is_whole = !session.session_id.is_empty() && !session.secure_key.is_empty();
        is_whole.then(|| session.into())
    }

    fn kept(&self, data: &SessionData, _: Option<&Place>) -> Value {
        json!(data)
    }

    fn success(&self, ended: bool) -> Body {
        Body(Bytes::from_static(if ended {
            br#"{"statusCode":0,"chatEnded":true}"#
        } else {
            br#"{"statusCode":0}"#
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_session_all_fields_are_there_and_empty() {
        assert_eq!(
            json!(GmsForm.none()),
            json!({"secureKey": "", "sessionID": "", "alias": "", "userId": ""})
        );
    }
}
