//! The numbers of the events: those of the core, under the names of the header.

use crate::boundary::guard_value;
use std::{
    ffi::{CString, c_char},
    sync::LazyLock,
};
use webchat_core::event::EventKind;

/// No event: what webchat_event_kind returns for an invalid handle.
pub const WEBCHAT_EVENT_NONE: u32 = 0;
// made from the tables: events
/// `ready`: The service accepts commands. Late listeners get it too.
pub const WEBCHAT_EVENT_READY: u32 = 1;
/// `restored`: A stored session was accepted; its messages follow.
pub const WEBCHAT_EVENT_RESTORED: u32 = 2;
/// `restoreTimeout`: The stored session is too old, or the server says it has ended.
pub const WEBCHAT_EVENT_RESTORE_TIMEOUT: u32 = 3;
/// `restoreFailed`: The stored session could not be restored; with the response that said so.
pub const WEBCHAT_EVENT_RESTORE_FAILED: u32 = 4;
/// `restoredOffline`: The session was restored while the chat server is offline.
pub const WEBCHAT_EVENT_RESTORED_OFFLINE: u32 = 5;
/// `messageReceived`: New messages, one event for each answer that has visible ones.
pub const WEBCHAT_EVENT_MESSAGE_RECEIVED: u32 = 6;
/// `error`: An error between client and server, with the server's response.
pub const WEBCHAT_EVENT_ERROR: u32 = 7;
/// `started`: The chat session has started.
pub const WEBCHAT_EVENT_STARTED: u32 = 8;
/// `ended`: The chat session has ended.
pub const WEBCHAT_EVENT_ENDED: u32 = 9;
/// `agentTypingStarted`: An agent or supervisor started typing.
pub const WEBCHAT_EVENT_AGENT_TYPING_STARTED: u32 = 10;
/// `agentTypingStopped`: An agent or supervisor stopped typing; with the notice, where a notice said so.
pub const WEBCHAT_EVENT_AGENT_TYPING_STOPPED: u32 = 11;
/// `pollingStarted`: Automatic polling has started.
pub const WEBCHAT_EVENT_POLLING_STARTED: u32 = 12;
/// `pollingStopped`: Automatic polling has stopped.
pub const WEBCHAT_EVENT_POLLING_STOPPED: u32 = 13;
/// `clientConnected`: The customer is in the chat.
pub const WEBCHAT_EVENT_CLIENT_CONNECTED: u32 = 14;
/// `clientDisconnected`: The customer has left the chat.
pub const WEBCHAT_EVENT_CLIENT_DISCONNECTED: u32 = 15;
/// `agentConnected`: An agent has joined.
pub const WEBCHAT_EVENT_AGENT_CONNECTED: u32 = 16;
/// `agentDisconnected`: An agent has left.
pub const WEBCHAT_EVENT_AGENT_DISCONNECTED: u32 = 17;
/// `supervisorConnected`: A supervisor has joined.
pub const WEBCHAT_EVENT_SUPERVISOR_CONNECTED: u32 = 18;
/// `supervisorDisconnected`: A supervisor has left.
pub const WEBCHAT_EVENT_SUPERVISOR_DISCONNECTED: u32 = 19;
/// `botConnected`: A bot has joined.
pub const WEBCHAT_EVENT_BOT_CONNECTED: u32 = 20;
/// `botDisconnected`: A bot has left.
pub const WEBCHAT_EVENT_BOT_DISCONNECTED: u32 = 21;
/// `clientTypingStarted`: The customer types, and the agent is told.
pub const WEBCHAT_EVENT_CLIENT_TYPING_STARTED: u32 = 22;
/// `clientTypingStopped`: The customer stopped typing.
pub const WEBCHAT_EVENT_CLIENT_TYPING_STOPPED: u32 = 23;
/// `disconnected`: The servers cannot be reached.
pub const WEBCHAT_EVENT_DISCONNECTED: u32 = 24;
/// `reconnected`: The servers can be reached again, after `disconnected`.
pub const WEBCHAT_EVENT_RECONNECTED: u32 = 25;
/// `chatServerWentOffline`: The chat server is offline; the session has not ended.
pub const WEBCHAT_EVENT_CHAT_SERVER_WENT_OFFLINE: u32 = 26;
/// `chatServerBackOnline`: The chat server is back.
pub const WEBCHAT_EVENT_CHAT_SERVER_BACK_ONLINE: u32 = 27;
/// `connectionPending`: The chat server did not answer; the service tries again.
pub const WEBCHAT_EVENT_CONNECTION_PENDING: u32 = 28;
/// `connectionRestored`: The connection to the chat server works again.
pub const WEBCHAT_EVENT_CONNECTION_RESTORED: u32 = 29;
/// `outbox`: A message has got further on its way; without its text.
pub const WEBCHAT_EVENT_OUTBOX: u32 = 30;
// until here: events

static NAMES: LazyLock<Vec<CString>> = LazyLock::new(|| {
    EventKind::ALL.iter().map(|kind| CString::new(kind.name()).unwrap_or_default()).collect()
});

/// The specification's name as static text.
pub(super) fn name(kind: EventKind) -> *const c_char {
    (kind as usize)
        .checked_sub(1)
        .and_then(|position| NAMES.get(position))
        .map_or(c"".as_ptr(), |name| name.as_ptr())
}

/// The specification's name of an event number ("messageReceived"); "" for any other number. Static text; never NULL. Any thread.
/// Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn webchat_event_kind_name(kind: u32) -> *const c_char {
    guard_value(c"".as_ptr(), || {
        EventKind::ALL.iter().find(|known| **known as u32 == kind).map_or(c"".as_ptr(), |kind| name(*kind))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeMap, ffi::CStr};

    #[test]
    fn every_event_has_its_constant() {
        let constants: BTreeMap<String, u32> = include_str!("kind.rs")
            .lines()
            .filter_map(|line| line.strip_prefix("pub const WEBCHAT_EVENT_"))
            .map(|line| {
                let (name, number) = line.split_once(": u32 = ").unwrap();
                (name.replace('_', "").to_lowercase(), number.trim_end_matches(';').parse().unwrap())
            })
            .collect();
        for kind in EventKind::ALL {
            assert_eq!(constants.get(&kind.name().to_lowercase()), Some(&(*kind as u32)), "{}", kind.name());
            // SAFETY: static text.
            let name = unsafe { CStr::from_ptr(webchat_event_kind_name(*kind as u32)) };
            assert_eq!(name.to_str().unwrap(), kind.name());
        }
        assert_eq!(constants.len(), EventKind::ALL.len() + 1);
        // SAFETY: static text.
        assert!(unsafe { CStr::from_ptr(webchat_event_kind_name(0)) }.is_empty());
    }
}
