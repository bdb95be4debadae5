//! A session's data as they are stored (webchatservice.md, 7).

use super::{Mark, Stored, StoredText, key};
use crate::{
    model::{GmsSession, Index, NexusSession, SessionData, SessionForm},
    private::Private,
};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Keys {
    secure_key: Private,
    #[serde(default)]
    alias: Private,
    #[serde(default)]
    user_id: Private,
}

/// The stored session, when there is a complete one.
pub(crate) fn read(form: SessionForm, stored: &Stored) -> Option<SessionData> {
    let text = |key| stored.get(key).map(String::as_str).filter(|text| !text.is_empty());
    match form {
        SessionForm::Gms => {
            let session_id = text(key::SESSION)?.into();
            let Keys { secure_key, alias, user_id } = serde_json::from_str(text(key::KEYS)?).ok()?;
            Some(SessionData::Gms(GmsSession { secure_key, session_id, alias, user_id }))
        }
        SessionForm::Nexus => Some(SessionData::Nexus(NexusSession {
            token: text(key::NEXUS_KEYS)?.into(),
            session_id: text(key::NEXUS_SESSION).unwrap_or_default().into(),
            ..NexusSession::default()
        })),
    }
}

/// What is to be stored of a session.
pub(crate) fn write(data: &SessionData) -> Vec<(&'static str, Option<String>)> {
    let (session, keys) = match data {
        SessionData::Gms(data) => {
            let keys = json!({"secureKey": data.secure_key, "alias": data.alias, "userId": data.user_id})
                .to_string();
            ((key::SESSION, &data.session_id), (key::KEYS, keys))
        }
        SessionData::Nexus(data) => {
            ((key::NEXUS_SESSION, &data.session_id), (key::NEXUS_KEYS, data.token.to_string()))
        }
    };
    vec![(session.0, Some(session.1.to_string())), (keys.0, Some(keys.1))]
}

/// What marks a store that holds this session. A session that has no id yet is known by its key.
pub(crate) fn mark(data: &SessionData) -> Option<Mark> {
    let (id, token) = match data {
        SessionData::Gms(data) => ((key::SESSION, &data.session_id), None),
        SessionData::Nexus(data) => {
            ((key::NEXUS_SESSION, &data.session_id), Some((key::NEXUS_KEYS, &data.token)))
        }
    };
    let found = [Some(id), token].into_iter().flatten().find(|(_, text)| !text.is_empty());
    found.map(|(key, text)| Mark { key, text: StoredText(text.to_string()) })
}

/// What marks the session that is stored.
pub(crate) fn mark_in(form: SessionForm, stored: &Stored) -> Option<Mark> {
    let keys: &[&'static str] = match form {
        SessionForm::Gms => &[key::SESSION],
        SessionForm::Nexus => &[key::NEXUS_SESSION, key::NEXUS_KEYS],
    };
    let found = keys.iter().find_map(|key| Some((*key, stored.get(*key).filter(|text| !text.is_empty())?)));
    found.map(|(key, text)| Mark { key, text: StoredText(text.clone()) })
}

/// What is to be stored of the place in the transcript: the next one, or the newest entry's where the server writes places as text.
pub(crate) fn place(
    form: SessionForm,
    next: u64,
    newest: Option<&Index>,
) -> Vec<(&'static str, Option<String>)> {
    vec![match form {
        SessionForm::Gms => (key::INDEX, Some(next.to_string())),
        SessionForm::Nexus => {
            (key::NEXUS_INDEX, newest.and_then(|index| index.text.as_deref()).map(str::to_owned))
        }
    }]
}

/// The session that an application gives: a token, an object that holds one, or such an object as JSON text
/// (webchatservice.md, 7 (setSessionData)). Nothing when it names none.
pub(crate) fn given(form: SessionForm, given: &Value) -> Option<SessionData> {
    let parsed;
    let given = match given {
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(object @ Value::Object(_)) => {
                parsed = object;
                &parsed
            }
            _ => given,
        },
        other => other,
    };
    let member = |name: &str| given.get(name).and_then(Value::as_str).unwrap_or_default();
    match form {
        SessionForm::Gms => {
            let data = GmsSession {
                secure_key: member("secureKey").into(),
                session_id: member("sessionID").into(),
                alias: member("alias").into(),
                user_id: member("userId").into(),
            };
            Some(SessionData::Gms(data)).filter(|data| !data.id().is_empty() && !data.key().is_empty())
        }
        SessionForm::Nexus => {
            let token = given.as_str().unwrap_or_else(|| member("token")).trim();
            let usable = !matches!(token, "" | "undefined" | "null");
            usable
                .then(|| SessionData::Nexus(NexusSession { token: token.into(), ..NexusSession::default() }))
        }
    }
}
