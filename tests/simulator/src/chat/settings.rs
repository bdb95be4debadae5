//! What an operator of the chat server may set.

use std::time::Duration;

use super::files::FileLimits;
use super::idle::IdleSettings;
use super::text::TextChange;

/// Limits and timers of the chat server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// A customer of GMS v2 who makes no request for this long is dropped (gms-v2.md, 6); zero means never.
    pub client_timeout: Duration,
    /// Idle control, of GMS v2.
    pub idle: IdleSettings,
    /// File limits, of GMS v2.
    pub files: FileLimits,
    /// Longest message or typing preview, in characters.
    pub max_message_length: usize,
    /// How many chats may run at once; a further one is refused: with code 240 (GMS v2) or HTTP 503 (Nexus v3).
    pub max_chats: Option<usize>,
    /// How many ended chats stay readable through the library and the control API.
    pub kept_ended_chats: usize,
    /// Send the bot style as JSON text inside JSON (`"\"BOT\""`), as some servers do.
    pub quoted_bot_style: bool,
    /// A request with a wrong secure key ends the customer's session (gms-v2.md, 5.2).
    pub bad_key_ends_chat: bool,
    /// Secure keys are 16 hexadecimal digits, as in older releases of GMS (gms-v2.md, 1.2).
    pub short_keys: bool,
    /// What is done to the texts of events, in this order. [`Simulator::change_texts`](crate::Simulator::change_texts)
    /// sets it for one chat.
    pub text_changes: Vec<TextChange>,
    /// Operations on chats are carried out one after another and take this long each; their outcomes come in that
    /// order.
    pub slow: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            client_timeout: Duration::from_secs(45),
            idle: IdleSettings::default(),
            files: FileLimits::default(),
            max_message_length: 4096,
            max_chats: None,
            kept_ended_chats: 1000,
            quoted_bot_style: false,
            bad_key_ends_chat: true,
            short_keys: false,
            text_changes: Vec::new(),
            slow: Duration::ZERO,
        }
    }
}
