//! What an application is told: the events of the specification. `payload` has what they carry.

mod payload;

pub use payload::{MessageReceived, Messages, ParticipantChange, Payload, ResponseData, Restored, Started};

use crate::model::{Message, Received, weight::of_value};
use payload::Carried;
use serde_json::{Value, json};

/// The publisher in every envelope.
pub const PUBLISHER: &str = "WebChatService";

/// The name of a command or an event without the publisher's before it, as on the widget bus.
pub fn plain_name(name: &str) -> &str {
    name.strip_prefix(PUBLISHER).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name)
}

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident $(($payload:ty))? = $code:literal, $text:literal;)*) => {
        /// An event (specification, "API events"). The numbers are those of the C ABI and never change.
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        #[repr(u32)]
        pub enum Event { $($(#[$doc])* $name $(($payload))? = $code,)* }

        /// An event's identity without its payload.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u32)]
        pub enum EventKind { $($(#[$doc])* $name = $code,)* }

        impl EventKind {
            /// Every kind, in the order of the numbers.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The specification's name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }

        impl Event {
            /// What kind of event it is.
            pub const fn kind(&self) -> EventKind {
                match self { $(Self::$name { .. } => EventKind::$name,)* }
            }

            /// What it carries.
            pub fn payload(&self) -> Payload<'_> {
                $($(if let Self::$name(carried) = self {
                    return <$payload as Carried>::payload(carried);
                })?)*
                Payload::Nothing
            }
        }
    };
}

events! {
    /// The service accepts commands. Late listeners get it too.
    Ready = 1, "ready";
    /// A stored session was accepted; its messages follow.
    Restored(Restored) = 2, "restored";
    /// The stored session is too old, or the server says it has ended.
    RestoreTimeout = 3, "restoreTimeout";
    /// The stored session could not be restored; with the response that said so.
    RestoreFailed(ResponseData) = 4, "restoreFailed";
    /// The session was restored while the chat server is offline.
    RestoredOffline = 5, "restoredOffline";
    /// New messages, one event for each answer that has visible ones.
    MessageReceived(MessageReceived) = 6, "messageReceived";
    /// An error between client and server, with the server's response.
    Error(ResponseData) = 7, "error";
    /// The chat session has started.
    Started(Started) = 8, "started";
    /// The chat session has ended.
    Ended = 9, "ended";
    /// An agent or supervisor started typing.
    AgentTypingStarted(Message) = 10, "agentTypingStarted";
    /// An agent or supervisor stopped typing; with the notice, where a notice said so.
    AgentTypingStopped(Option<Message>) = 11, "agentTypingStopped";
    /// Automatic polling has started.
    PollingStarted = 12, "pollingStarted";
    /// Automatic polling has stopped.
    PollingStopped = 13, "pollingStopped";
    /// The customer is in the chat.
    ClientConnected(ParticipantChange) = 14, "clientConnected";
    /// The customer has left the chat.
    ClientDisconnected(ParticipantChange) = 15, "clientDisconnected";
    /// An agent has joined.
    AgentConnected(ParticipantChange) = 16, "agentConnected";
    /// An agent has left.
    AgentDisconnected(ParticipantChange) = 17, "agentDisconnected";
    /// A supervisor has joined.
    SupervisorConnected(ParticipantChange) = 18, "supervisorConnected";
    /// A supervisor has left.
    SupervisorDisconnected(ParticipantChange) = 19, "supervisorDisconnected";
    /// A bot has joined.
    BotConnected(ParticipantChange) = 20, "botConnected";
    /// A bot has left.
    BotDisconnected(ParticipantChange) = 21, "botDisconnected";
    /// The customer types, and the agent is told.
    ClientTypingStarted = 22, "clientTypingStarted";
    /// The customer stopped typing.
    ClientTypingStopped = 23, "clientTypingStopped";
    /// The servers cannot be reached.
    Disconnected = 24, "disconnected";
    /// The servers can be reached again, after [`Event::Disconnected`].
    Reconnected = 25, "reconnected";
    /// The chat server is offline; the session has not ended.
    ChatServerWentOffline = 26, "chatServerWentOffline";
    /// The chat server is back.
    ChatServerBackOnline = 27, "chatServerBackOnline";
    /// The chat server did not answer; the service tries again.
    ConnectionPending = 28, "connectionPending";
    /// The connection to the chat server works again.
    ConnectionRestored = 29, "connectionRestored";
}

impl Event {
    /// The specification's name.
    pub const fn name(&self) -> &'static str {
        self.kind().name()
    }

    /// Roughly the bytes that it takes.
    pub(crate) fn weight(&self) -> usize {
        let payload = match self {
            Self::MessageReceived(payload) => payload.received.iter().map(Received::weight).sum(),
            Self::Error(ResponseData::Body(body)) => body.0.len(),
            Self::Error(ResponseData::Failure(response)) => of_value(response),
            _ => 0,
        };
        size_of::<Envelope>() + payload
    }

    /// The payload as JSON; an empty object when the specification has none.
    pub fn data(&self) -> Value {
        self.payload().json()
    }
}

/// An event on its way to listeners: what was published, and when.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// When it was published, in milliseconds since 1970 UTC.
    pub time: u64,
    /// The event.
    pub event: Event,
}

impl Envelope {
    /// `{time, publisher, event, data}`, as subscribers of the widget bus get it.
    pub fn to_json(&self) -> Value {
        json!({"time": self.time, "publisher": PUBLISHER, "event": self.event.name(), "data": self.event.data()})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_variants_in_camel_case() {
        for (position, kind) in EventKind::ALL.iter().enumerate() {
            let variant = format!("{kind:?}");
            let (first, rest) = variant.split_at(1);
            assert_eq!(kind.name(), first.to_lowercase() + rest);
            assert_eq!(*kind as usize, position + 1, "numbers are dense");
        }
    }

    #[test]
    fn an_event_without_payload_has_an_empty_object() {
        let envelope = Envelope { time: 7, event: Event::Ended };
        let expected = json!({"time": 7, "publisher": "WebChatService", "event": "ended", "data": {}});
        assert_eq!(envelope.to_json(), expected);
    }
}
