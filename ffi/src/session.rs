//! `webchat_session`: the data of a chat session with typed fields.

use crate::{
    boundary::growing,
    text::{Text, webchat_str},
};
use std::sync::OnceLock;
use webchat_core::model::SessionData;

/// What identifies a chat session towards the server (getSessionData). Each back end has fields of its own; the others are empty, and all
/// are without a session. Whoever has these can take part in the chat: keep them out of logs. The texts are valid as long as the event or
/// outcome they were read from. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct webchat_session {
    /// The server's session id: GMS's sessionID, Nexus's sessionId.
    pub session_id: webchat_str,
    /// GMS: the key that every request of the session carries.
    pub secure_key: webchat_str,
    /// GMS: the chat server instance; it may change during a session.
    pub alias: webchat_str,
    /// GMS: the customer's user id on the server.
    pub user_id: webchat_str,
    /// Nexus: the key that every request of the session carries, a JWT. webchat_restore takes it.
    pub token: webchat_str,
    /// Nexus: this attachment to the session.
    pub transport_id: webchat_str,
    /// Nexus: the customer's own participant, as in from_id of webchat_message.
    pub participant_id: webchat_str,
}

growing!(webchat_session { session_id, secure_key, alias, user_id, token, transport_id, participant_id });

/// The texts of session data, kept for the views.
#[derive(Default)]
pub(crate) struct SessionTexts(OnceLock<[Text; 4]>);

impl SessionTexts {
    pub(crate) fn view(&self, data: &SessionData) -> webchat_session {
        let texts = self.0.get_or_init(|| {
            match data {
                SessionData::Gms(data) => [&data.session_id, &data.secure_key, &data.alias, &data.user_id],
                SessionData::Nexus(data) => {
                    [&data.session_id, &data.token, &data.transport_id, &data.participant_id]
                }
            }
            .map(|text| Text::new(text))
        });
        let [session_id, first, second, third] = texts.each_ref().map(Text::view);
        match data {
            SessionData::Gms(_) => webchat_session {
                session_id,
                secure_key: first,
                alias: second,
                user_id: third,
                ..webchat_session::default()
            },
            SessionData::Nexus(_) => webchat_session {
                session_id,
                token: first,
                transport_id: second,
                participant_id: third,
                ..webchat_session::default()
            },
        }
    }
}
