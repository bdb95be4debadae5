//! `webchat_session`: the data of a chat session with typed fields.

use crate::{
    boundary::Growing,
    text::{Text, webchat_str},
};
use std::sync::OnceLock;
use webchat_core::model::SessionData;

/// What identifies a chat session towards the server (getSessionData). All empty without a session. Whoever has these can take part
/// in the chat: keep them out of logs. The texts are valid as long as the event or outcome they were read from. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct webchat_session {
    /// The key that every request of the session carries.
    pub secure_key: webchat_str,
    /// The server's chat id.
    pub session_id: webchat_str,
    /// The chat server instance; it may change during a session.
    pub alias: webchat_str,
    /// The customer's user id on the server.
    pub user_id: webchat_str,
}

// SAFETY: numbers and pointers.
unsafe impl Growing for webchat_session {}

/// The texts of session data, kept for the views.
#[derive(Default)]
pub(crate) struct SessionTexts(OnceLock<[Text; 4]>);

impl SessionTexts {
    pub(crate) fn view(&self, data: &SessionData) -> webchat_session {
        let [secure_key, session_id, alias, user_id] = self.0.get_or_init(|| {
            [&data.secure_key, &data.session_id, &data.alias, &data.user_id].map(|text| Text::new(text))
        });
        webchat_session {
            secure_key: secure_key.view(),
            session_id: session_id.view(),
            alias: alias.view(),
            user_id: user_id.view(),
        }
    }
}
