//! `webchat_session`: the data of a chat session.

use crate::{
    boundary::growing,
    text::{Text, webchat_str},
};
use std::sync::OnceLock;
use webchat_core::model::SessionData;

/// What identifies a chat session towards the server (getSessionData). Without a session, id and key are empty. Whoever has these can take
/// part in the chat: keep them out of logs. The texts are valid as long as the event or outcome they were read from. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct webchat_session {
    /// The server's session id: GMS's sessionID, Nexus's sessionId.
    pub session_id: webchat_str,
    /// What every request of the session carries: GMS's secureKey, Nexus's token, which webchat_restore takes.
    pub key: webchat_str,
    /// All the data as a JSON object, in the names of the back end: of GMS secureKey, sessionID, alias and userId, which webchat_restore
    /// takes too; of Nexus sessionId, transportId, participantId and token, those that are known.
    pub json: webchat_str,
}

growing!(webchat_session { session_id, key, json });

/// The texts of session data, kept for the views.
#[derive(Default)]
pub(crate) struct SessionTexts(OnceLock<[Text; 3]>);

impl SessionTexts {
    pub(crate) fn view(&self, data: &SessionData) -> webchat_session {
        let texts = self.0.get_or_init(|| [Text::new(data.id()), Text::new(data.key()), Text::json(data)]);
        let [session_id, key, json] = texts.each_ref().map(Text::view);
        webchat_session { session_id, key, json }
    }
}
