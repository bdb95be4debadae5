//! Who takes part in a chat.

use serde::{Deserialize, Serialize};

/// Number of a participant within its chat: 1 is the customer, 0 the system.
pub type ParticipantId = u32;

/// What a participant is. GMS v2 has no word for a bot: there it is an `External` participant whose events
/// carry the bot style (gms-v2.md, 4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ParticipantKind {
    /// The customer.
    Client,
    /// A human agent.
    Agent,
    /// A supervisor the customer can see.
    Supervisor,
    /// A bot.
    Bot,
    /// The system or a routing strategy.
    External,
}

impl ParticipantKind {
    /// The value of `from.type` on the GMS v2 wire.
    pub const fn wire_type(self) -> &'static str {
        match self {
            Self::Client => "Client",
            Self::Agent => "Agent",
            Self::Supervisor => "Supervisor",
            Self::Bot | Self::External => "External",
        }
    }
}

/// A participant of a chat, present or gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ParticipantInfo {
    /// Number within the chat.
    pub id: ParticipantId,
    /// Shown name.
    pub nickname: String,
    /// What it is.
    pub kind: ParticipantKind,
    /// False once it has left.
    pub present: bool,
    /// True between its typing started and its typing stopped, message or leaving.
    pub typing: bool,
}
