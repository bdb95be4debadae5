//! What identifies a chat session towards the server (behaviour reference, section 7).

use crate::private::Private;
use serde::Serialize;

/// The active session's data, as `getSessionData` returns them. All fields are empty without a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SessionData {
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

/// What an answer says of the session's data; an absent or empty value leaves the known one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionUpdate {
    /// See [`SessionData::secure_key`].
    pub secure_key: Option<Private>,
    /// See [`SessionData::session_id`].
    pub session_id: Option<Private>,
    /// See [`SessionData::alias`].
    pub alias: Option<Private>,
    /// See [`SessionData::user_id`].
    pub user_id: Option<Private>,
}

impl SessionData {
    /// Takes over what `update` has, and says whether anything changed.
    pub(crate) fn apply(&mut self, update: SessionUpdate) -> bool {
        let before = self.clone();
        for (known, new) in [
            (&mut self.secure_key, update.secure_key),
            (&mut self.session_id, update.session_id),
            (&mut self.alias, update.alias),
            (&mut self.user_id, update.user_id),
        ] {
            if let Some(new) = new.filter(|new| !new.is_empty()) {
                *known = new;
            }
        }
        *self != before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_values_leave_the_known_ones() {
        let mut data = SessionData { alias: "1".into(), ..SessionData::default() };
        assert!(!data.apply(SessionUpdate { alias: Some("".into()), ..SessionUpdate::default() }));
        assert!(data.apply(SessionUpdate { alias: Some("2".into()), ..SessionUpdate::default() }));
        assert_eq!(data.alias, "2");
    }
}
