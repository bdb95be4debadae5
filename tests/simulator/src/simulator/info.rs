//! What is known about a chat.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::api::{Api, ApiInfo};
use crate::chat::{Chat, EndCause, ParticipantInfo};
use crate::state::State;

/// A chat as it is at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatInfo {
    /// Its id; with Nexus v3 that of the session.
    pub id: String,
    /// What its customer speaks.
    pub api: Api,
    /// The customer's name.
    pub nickname: String,
    /// Subject of the request.
    pub subject: Option<String>,
    /// E-mail address of the request.
    pub email_address: Option<String>,
    /// Attached data, with later updates.
    pub user_data: BTreeMap<String, String>,
    /// Why it is over; `None` while it runs.
    pub ended: Option<EndCause>,
    /// Everybody who is or was in it, the customer first.
    pub participants: Vec<ParticipantInfo>,
    /// The position after the last event of the transcript.
    pub next_position: u64,
    /// What the customer is typing, if it was told.
    pub preview: Option<String>,
    /// The position up to which the customer says to have read.
    pub read_position: Option<u64>,
    /// Start, in milliseconds since 1970 UTC.
    pub started_utc_ms: u64,
    /// What each API alone has of it; also of a chat that began over one and goes on over another.
    #[serde(flatten)]
    pub own: ApiInfo,
}

impl ChatInfo {
    pub(crate) fn of(state: &State, chat: &Chat) -> Self {
        Self {
            id: chat.id.clone(),
            api: chat.api,
            nickname: chat.client().nickname,
            subject: chat.subject.clone(),
            email_address: chat.email_address.clone(),
            user_data: chat.user_data.clone(),
            ended: chat.ended,
            participants: chat.participants().to_vec(),
            next_position: chat.next_position(),
            preview: chat.preview.clone(),
            read_position: chat.read_position,
            started_utc_ms: chat.started_utc_ms,
            own: state.apis.info(chat),
        }
    }
}
