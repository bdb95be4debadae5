//! What identifies a chat session towards the server (webchatservice.md, 7).

use super::ParticipantId;
use crate::private::Private;
use serde::Serialize;

/// Which of the forms of session data a back end uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SessionForm {
    /// [`GmsSession`].
    #[default]
    Gms,
    /// [`NexusSession`].
    Nexus,
}

/// The active session's data, as `getSessionData` returns them. All fields are empty without a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum SessionData {
    /// Of a GMS v2 session.
    Gms(GmsSession),
    /// Of a Nexus v3 session.
    Nexus(NexusSession),
}

/// What every request of a GMS v2 session carries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GmsSession {
    /// The key that every request of the session carries; opaque.
    #[serde(rename = "secureKey")]
    pub secure_key: Private,
    /// The server's chat id.
    #[serde(rename = "sessionID")]
    pub session_id: Private,
    /// The chat server instance; it may change during a session.
    pub alias: Private,
    /// The customer's user id on the server.
    #[serde(rename = "userId")]
    pub user_id: Private,
}

/// The token of a Nexus v3 session, and what it says (nexus-v3.md, 3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NexusSession {
    /// The server's session id.
    #[serde(skip_serializing_if = "is_empty")]
    pub session_id: Private,
    /// This attachment to the session.
    #[serde(skip_serializing_if = "is_empty")]
    pub transport_id: Private,
    /// The customer's own participant.
    #[serde(skip_serializing_if = "is_empty")]
    pub participant_id: Private,
    /// The key that every request of the session carries; a JWT.
    #[serde(skip_serializing_if = "is_empty")]
    pub token: Private,
}

impl Default for SessionData {
    fn default() -> Self {
        Self::none(SessionForm::Gms)
    }
}

impl SessionData {
    /// The data of no session.
    pub fn none(form: SessionForm) -> Self {
        match form {
            SessionForm::Gms => Self::Gms(GmsSession::default()),
            SessionForm::Nexus => Self::Nexus(NexusSession::default()),
        }
    }

    /// The server's id of the session: `sessionID` or `sessionId`.
    pub fn id(&self) -> &Private {
        match self {
            Self::Gms(data) => &data.session_id,
            Self::Nexus(data) => &data.session_id,
        }
    }

    /// The key that every request of the session carries: `secureKey` or `token`.
    pub fn key(&self) -> &Private {
        match self {
            Self::Gms(data) => &data.secure_key,
            Self::Nexus(data) => &data.token,
        }
    }

    /// The customer's own participant, where the data say it.
    pub fn own_participant(&self) -> Option<ParticipantId> {
        match self {
            Self::Gms(_) => None,
            Self::Nexus(data) => Some(&data.participant_id)
                .filter(|id| !id.is_empty())
                .map(|id| ParticipantId::from(id.as_str())),
        }
    }

    /// Takes over what `update` has, and says whether anything changed. An empty value leaves the known one.
    pub(crate) fn apply(&mut self, update: Self) -> bool {
        let before = self.clone();
        match (&mut *self, update) {
            (Self::Gms(known), Self::Gms(new)) => {
                replace(&mut known.secure_key, new.secure_key);
                replace(&mut known.session_id, new.session_id);
                replace(&mut known.alias, new.alias);
                replace(&mut known.user_id, new.user_id);
            }
            (Self::Nexus(known), Self::Nexus(new)) => {
                replace(&mut known.session_id, new.session_id);
                replace(&mut known.transport_id, new.transport_id);
                replace(&mut known.participant_id, new.participant_id);
                replace(&mut known.token, new.token);
            }
            (known, new) => *known = new,
        }
        *self != before
    }
}

fn is_empty(value: &Private) -> bool {
    value.is_empty()
}

fn replace(known: &mut Private, new: Private) {
    if !new.is_empty() {
        *known = new;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn empty_values_leave_the_known_ones() {
        let gms = |alias: &str| SessionData::Gms(GmsSession { alias: alias.into(), ..GmsSession::default() });
        let mut data = gms("1");
        assert!(!data.apply(gms("")));
        assert!(data.apply(gms("2")));
        assert_eq!(data, gms("2"));
    }

    #[test]
    fn without_a_session_gms_has_empty_fields_and_nexus_has_none() {
        let none = |form| serde_json::to_value(SessionData::none(form)).unwrap();
        let gms = json!({"secureKey": "", "sessionID": "", "alias": "", "userId": ""});
        assert_eq!((none(SessionForm::Gms), none(SessionForm::Nexus)), (gms, json!({})));
    }
}
