//! The option `outbox`: what becomes of messages when the link is down, or the process ends.

use super::{
    option::{Absent, Kind, OptionDef, bytes, count, options},
    reader::Webchat,
};

options! {
    /// How messages wait for their outcome.
    pub OUTBOX;
    /// Whether what has no outcome yet is kept in the session store, so that a process which restores the session settles it. A message
    /// leaves when it is stored; one that cannot be stored is sent all the same, which `error` tells.
    OUTBOX_KEEP = "outbox.keep", Kind::Flag, Absent::Flag(false);
    /// What becomes of a message that cannot be sent because the connection is lost: it is rejected, or waits until the connection is back,
    /// its command has no time left or is cancelled, or the chat ends.
    WHILE_DISCONNECTED = "outbox.whileDisconnected", Kind::OneOf(&["refuse", "queue"]), Absent::Text("refuse");
    /// How many messages may wait for their outcome. One more is rejected as `busy`.
    MAX_MESSAGES = "outbox.maxMessages", count(1, 10_000), Absent::Whole(1000);
    /// How many bytes their texts may have together. One that is too many is rejected as `busy`.
    MAX_BYTES = "outbox.maxBytes", bytes(), Absent::Whole(1_048_576);
}

/// How messages wait for their outcome. Option `outbox`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutboxConfig {
    /// Whether listeners are told of each message. True where the option is given.
    pub tells: bool,
    /// Whether messages are kept in the session store. Option `outbox.keep`.
    pub keep: bool,
    /// Whether messages wait while the connection is lost. Option `outbox.whileDisconnected`.
    pub queues: bool,
    /// How many messages may wait, and how many bytes; nothing without the option `outbox`. Options `outbox.maxMessages`, `outbox.maxBytes`.
    pub bound: Option<(usize, usize)>,
}

impl OutboxConfig {
    /// Reads `outbox`.
    pub(crate) fn read(webchat: &Webchat<'_>) -> Self {
        let size = |option: &OptionDef| {
            webchat.whole(option).map_or(usize::MAX, |size| usize::try_from(size).unwrap_or(usize::MAX))
        };
        let tells = webchat.get("outbox").is_some();
        Self {
            tells,
            keep: webchat.flag(&OUTBOX_KEEP),
            queues: webchat.one_of(&WHILE_DISCONNECTED) == "queue",
            bound: tells.then(|| (size(&MAX_MESSAGES), size(&MAX_BYTES))),
        }
    }
}
