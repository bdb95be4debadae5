//! What an application is told: the events of the specification. `payload` has what they carry.

mod entry;
mod payload;

pub use entry::{Carries, Entry, Field, Session};
pub use payload::{MessageReceived, Messages, ParticipantChange, Payload, ResponseData, Restored, Started};

use crate::{
    command::Ability,
    model::{Message, OutboxChange, Received, weight::of_value},
};
use payload::Carried;
use serde_json::{Value, json};

/// The publisher in every envelope.
pub const PUBLISHER: &str = "WebChatService";

/// The name of a command or an event without the publisher's before it, as on the widget bus.
pub fn plain_name(name: &str) -> &str {
    name.strip_prefix(PUBLISHER).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name)
}

macro_rules! events {
    ($($(#[doc = $words:literal])* $name:ident $(($payload:ty))? = $code:literal, $text:literal $(needs $ability:ident)?
        $(session $session:ident)?, $when:literal;)*) => {
        /// An event (specification, "API events"). The numbers are those of the C ABI and never change.
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        #[repr(u32)]
        pub enum Event { $($(#[doc = $words])* $name $(($payload))? = $code,)* }

        /// An event's identity without its payload.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u32)]
        pub enum EventKind { $($(#[doc = $words])* $name = $code,)* }

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

        /// All entries, in the order of the numbers.
        static ENTRIES: &[Entry] = &[$(Entry {
            kind: EventKind::$name,
            words: concat!($($words, "\n"),*),
            when: $when,
            needs: &[$(Ability {
                name: stringify!($ability),
                has: |abilities| abilities.$ability,
            })?],
            session: session!($($session)?),
            carries: carries!($($payload)?),
        },)*];
    };
}

/// The form of what a variant holds.
macro_rules! carries {
    () => {
        Carries { form: "Nothing", words: "", fields: &[] }
    };
    ($payload:ty) => {
        <$payload as Carried>::CARRIES
    };
}

/// What an event has to do with a session.
macro_rules! session {
    () => {
        None
    };
    ($session:ident) => {
        Some(Session::$session)
    };
}

events! {
    /// The service accepts commands. Late listeners get it too.
    Ready = 1, "ready",
        "When a chat has its configuration; after a stored session has been looked for.";
    /// A stored session was accepted; its messages follow.
    Restored(Restored) = 2, "restored" session Begins,
        "When the server takes a stored session up again (at the first configuration, or by `restore`).";
    /// The stored session is too old, or the server says it has ended.
    RestoreTimeout = 3, "restoreTimeout",
        "Instead of `restored`, where the session is older than the configuration allows, or has ended at the server.";
    /// The stored session could not be restored; with the response that said so.
    RestoreFailed(ResponseData) = 4, "restoreFailed",
        "Instead of `restored`, where the server could not be asked, or refused.";
    /// The session was restored while the chat server is offline.
    RestoredOffline = 5, "restoredOffline" needs server_outage,
        "After `restored`.";
    /// New messages, one event for each answer that has visible ones.
    MessageReceived(MessageReceived) = 6, "messageReceived" session Within,
        "When an answer, a push, a page of history or a replay has messages that no filter hides.";
    /// An error between client and server, with the server's response.
    Error(ResponseData) = 7, "error",
        "When an answer of the server is an error that no command has asked for, or ends the chat.";
    /// The chat session has started.
    Started(Started) = 8, "started" session Begins,
        "When `startChat` has succeeded, and where a resumption has opened another session.";
    /// The chat session has ended.
    Ended = 9, "ended" session Ends,
        "When the session is over, by `endChat` or by the server; once.";
    /// An agent or supervisor started typing.
    AgentTypingStarted(Message) = 10, "agentTypingStarted" session Within,
        "When the server tells it.";
    /// An agent or supervisor stopped typing; with the notice, where a notice said so.
    AgentTypingStopped(Option<Message>) = 11, "agentTypingStopped" session Within,
        "When the server tells it, or the one who typed has spoken or left, or the chat ends.";
    /// Automatic polling has started.
    PollingStarted = 12, "pollingStarted" needs polling,
        "When a session begins or is restored, and by `startPoll`.";
    /// Automatic polling has stopped.
    PollingStopped = 13, "pollingStopped" needs polling,
        "After `ended`; by `endChat` before it, and by `stopPoll`.";
    /// The customer is in the chat.
    ClientConnected(ParticipantChange) = 14, "clientConnected" session Within,
        "When the transcript shows the customer's join, or the first word of one whose join was not seen.";
    /// The customer has left the chat.
    ClientDisconnected(ParticipantChange) = 15, "clientDisconnected" session Within,
        "When the transcript shows the leave, and before `ended` by `endChat`.";
    /// An agent has joined.
    AgentConnected(ParticipantChange) = 16, "agentConnected" session Within,
        "When the transcript shows the join, or the first word of one whose join was not seen.";
    /// An agent has left.
    AgentDisconnected(ParticipantChange) = 17, "agentDisconnected" session Within,
        "When the transcript shows the leave, and once before `ended` by `endChat` where one is there.";
    /// A supervisor has joined.
    SupervisorConnected(ParticipantChange) = 18, "supervisorConnected" session Within,
        "As `agentConnected`.";
    /// A supervisor has left.
    SupervisorDisconnected(ParticipantChange) = 19, "supervisorDisconnected" session Within,
        "As `agentDisconnected`.";
    /// A bot has joined.
    BotConnected(ParticipantChange) = 20, "botConnected" needs bot_events session Within,
        "As `agentConnected`.";
    /// A bot has left.
    BotDisconnected(ParticipantChange) = 21, "botDisconnected" needs bot_events session Within,
        "When the transcript shows the leave.";
    /// The customer types, and the agent is told.
    ClientTypingStarted = 22, "clientTypingStarted",
        "When `sendTyping` has something to tell.";
    /// The customer stopped typing.
    ClientTypingStopped = 23, "clientTypingStopped",
        "When `sendTyping` was last given some time ago, a message has been sent, or the session is over.";
    /// The servers cannot be reached.
    Disconnected = 24, "disconnected",
        "When a request, or the link, finds no server; once until `reconnected`.";
    /// The servers can be reached again, after `disconnected`.
    Reconnected = 25, "reconnected",
        "At the first answer, or with the link, after `disconnected`.";
    /// The chat server is offline; the session has not ended.
    ChatServerWentOffline = 26, "chatServerWentOffline" needs server_outage,
        "When more answers in a row than `pollExceptionLimit` say that the chat server is away.";
    /// The chat server is back.
    ChatServerBackOnline = 27, "chatServerBackOnline" needs server_outage,
        "After `chatServerWentOffline`, with the first answer of the chat server.";
    /// The chat server did not answer; the service tries again.
    ConnectionPending = 28, "connectionPending" needs server_outage,
        "With the first answer which says that the chat server is away.";
    /// The connection to the chat server works again.
    ConnectionRestored = 29, "connectionRestored" needs server_outage,
        "After `connectionPending`, with the first answer of the chat server.";
    /// A message has got further on its way; without its text.
    Outbox(OutboxChange) = 30, "outbox",
        "Where the configuration has `outbox`, with each step of a message; and for those of a session that is restored, or is not.";
}

impl EventKind {
    /// What it has to do with a session; nothing where it is published with one and without.
    pub fn session(self) -> Option<Session> {
        ENTRIES.get(self as usize - 1).and_then(|entry| entry.session)
    }

    /// What the table has of all events, in the order of the numbers.
    pub fn entries() -> &'static [Entry] {
        ENTRIES
    }
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
    use crate::{
        model::Agents,
        transport::{NoSessions, SessionForm},
    };

    #[test]
    fn names_are_the_variants_in_camel_case() {
        for (position, kind) in EventKind::ALL.iter().enumerate() {
            let variant = format!("{kind:?}");
            let (first, rest) = variant.split_at(1);
            assert_eq!(kind.name(), first.to_lowercase() + rest);
            assert_eq!(*kind as usize, position + 1, "numbers are dense");
            assert_eq!(kind.session(), EventKind::entries()[position].session);
        }
        assert!(EventKind::entries().iter().map(|entry| entry.kind).eq(EventKind::ALL.iter().copied()));
    }

    /// The keys of an event's data.
    fn keys(event: &Event) -> Vec<String> {
        event.data().as_object().map(|data| data.keys().cloned().collect()).unwrap_or_default()
    }

    #[test]
    fn what_is_carried_is_what_the_table_says() {
        let change = || ParticipantChange {
            message: Some(Message::default()),
            agents: Some(Agents::default()),
            num_agents_connected: 1,
            inferred: false,
        };
        let received = MessageReceived {
            received: vec![],
            restoring: false,
            old_messages: true,
            session_data: NoSessions.none(),
            idle_time_count_down: Some(json!(5)),
        };
        for event in [
            Event::MessageReceived(received),
            Event::AgentConnected(change()),
            Event::BotDisconnected(change()),
            Event::Restored(Restored { asynchronous: Some(true) }),
            Event::Ended,
        ] {
            let entry = EventKind::entries().iter().find(|entry| entry.kind == event.kind()).unwrap();
            let mut told: Vec<_> = entry.carries.fields.iter().map(|field| field.name.to_owned()).collect();
            let mut seen = keys(&event);
            told.sort();
            seen.sort();
            assert_eq!(seen, told, "{}", event.name());
        }
        let bare = keys(&Event::AgentConnected(ParticipantChange::default()));
        let fields = <ParticipantChange as Carried>::CARRIES.fields;
        let needed: Vec<_> = fields.iter().filter(|field| !field.optional).map(|field| field.name).collect();
        assert_eq!(bare, needed);
    }

    #[test]
    fn an_event_without_payload_has_an_empty_object() {
        let envelope = Envelope { time: 7, event: Event::Ended };
        let expected = json!({"time": 7, "publisher": "WebChatService", "event": "ended", "data": {}});
        assert_eq!(envelope.to_json(), expected);
    }
}
