//! What events and outcomes carry, and the one way to look at it.

use super::entry::{Carries, Field};
use crate::{
    command::Resolution,
    model::{
        Agents, Message, OriginalMessage, OutboxChange, Received, SessionData, transcript::serialize_both,
    },
    private::debug_only,
    transport::Body,
};
use serde::{Serialize, Serializer, ser::SerializeStruct};
use serde_json::{Value, json};

/// Payload of `restored`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// Whether the chat is asynchronous; absent where the transport does not know the difference.
    #[serde(rename = "async", skip_serializing_if = "Option::is_none")]
    pub asynchronous: Option<bool>,
}

/// Payload of `started`.
#[derive(Clone, PartialEq)]
pub struct Started {
    /// The session's data.
    pub session: SessionData,
    /// The same as listeners get it, in its back end's form.
    pub told: Value,
}

debug_only!(Started { session });

/// Payload of `messageReceived` (webchatservice.md, 6.1).
#[derive(Clone)]
pub struct MessageReceived {
    /// The new visible messages in both their shapes, in order.
    pub received: Vec<Received>,
    /// True for the replay after a restore.
    pub restoring: bool,
    /// True for older messages fetched by `fetchHistory`.
    pub old_messages: bool,
    /// The session's data.
    pub session_data: SessionData,
    /// The server's idle countdown, as sent.
    pub idle_time_count_down: Option<Value>,
}

debug_only!(MessageReceived { received, restoring, old_messages, session_data });

impl Serialize for MessageReceived {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut payload = serializer.serialize_struct("MessageReceived", 6)?;
        serialize_both(&self.received, &mut payload)?;
        payload.serialize_field("restoring", &self.restoring)?;
        payload.serialize_field("oldMessages", &self.old_messages)?;
        payload.serialize_field("sessionData", &self.session_data)?;
        if let Some(countdown) = &self.idle_time_count_down {
            payload.serialize_field("idleTimeCountDown", countdown)?;
        }
        payload.end()
    }
}

/// Payload of the `...Connected` and `...Disconnected` events.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ParticipantChange {
    /// The join or leave notice; absent when `endChat` itself publishes the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
    /// The agents after the change; absent when `endChat` itself publishes the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agents: Option<Agents>,
    /// How many agents and supervisors are in the chat after the change.
    pub num_agents_connected: usize,
    /// True where the server does not tell who comes and goes, and this follows from what was said; else absent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub inferred: bool,
}

/// The server's response behind an `error` or `restoreFailed` event. It can hold private text: `Debug` does not show it.
#[derive(Clone)]
pub enum ResponseData {
    /// An answer of the back end.
    Body(Body),
    /// An HTTP failure in the form of webchatservice.md, 3.
    Failure(Value),
}

impl ResponseData {
    /// The response as JSON.
    pub fn json(&self) -> Value {
        match self {
            Self::Body(body) => body.json(),
            Self::Failure(response) => response.clone(),
        }
    }
}

impl std::fmt::Debug for ResponseData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ResponseData(<private>)")
    }
}

/// What an event or an outcome carries, to be read without knowing which of them it is.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Payload<'a> {
    /// An event that carries nothing.
    Nothing,
    /// The server's response.
    Response(&'a ResponseData),
    /// Of `restored`.
    Restored(&'a Restored),
    /// Of `started`.
    Started(&'a Started),
    /// Of `messageReceived`.
    Received(&'a MessageReceived),
    /// A notice alone.
    Notice(&'a Message),
    /// Of `...Connected` and `...Disconnected`.
    Change(&'a ParticipantChange),
    /// Of `outbox`.
    Progress(&'a OutboxChange),
    /// What a command resolved with.
    Resolved(&'a Resolution),
    /// An outcome that is a rejection.
    Rejected,
}

/// The messages that an event or an outcome carries.
#[derive(Clone, Copy, Debug)]
pub enum Messages<'a> {
    /// None.
    None,
    /// A notice alone.
    One(&'a Message),
    /// Any number, with what the server sent.
    Many(&'a [Received]),
}

impl<'a> Messages<'a> {
    /// How many there are.
    pub fn count(self) -> usize {
        match self {
            Self::None => 0,
            Self::One(_) => 1,
            Self::Many(received) => received.len(),
        }
    }

    /// The message at a place counted from 0, and what the server sent where that is known.
    pub fn get(self, place: usize) -> Option<(&'a Message, Option<&'a OriginalMessage>)> {
        match self {
            Self::None => None,
            Self::One(message) => (place == 0).then_some((message, None)),
            Self::Many(received) => received.get(place).map(|entry| (&entry.message, Some(&*entry.original))),
        }
    }
}

/// In the shape of [`Payload::json`].
impl Serialize for Payload<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nothing => serializer.collect_map(std::iter::empty::<((), ())>()),
            Self::Response(response) => response.json().serialize(serializer),
            Self::Restored(restored) => restored.serialize(serializer),
            Self::Started(started) => started.told.serialize(serializer),
            Self::Received(received) => received.serialize(serializer),
            Self::Notice(message) => message.serialize(serializer),
            Self::Change(change) => change.serialize(serializer),
            Self::Progress(change) => change.serialize(serializer),
            Self::Resolved(resolution) => resolution.serialize(serializer),
            Self::Rejected => serializer.serialize_unit(),
        }
    }
}

impl<'a> Payload<'a> {
    /// It as JSON: an event's `data`, or what a JavaScript caller would find in `done`.
    pub fn json(self) -> Value {
        match self {
            Self::Response(response) => response.json(),
            Self::Started(started) => started.told.clone(),
            Self::Resolved(resolution) => resolution.to_json(),
            other => json!(other),
        }
    }

    /// The messages in it.
    pub fn messages(self) -> Messages<'a> {
        match self {
            Self::Received(received) => Messages::Many(&received.received),
            Self::Resolved(Resolution::Transcript(transcript)) => Messages::Many(&transcript.received),
            Self::Notice(message) | Self::Change(ParticipantChange { message: Some(message), .. }) => {
                Messages::One(message)
            }
            _ => Messages::None,
        }
    }

    /// The agents in it.
    pub fn agents(self) -> Option<&'a Agents> {
        match self {
            Self::Change(change) => change.agents.as_ref(),
            Self::Resolved(Resolution::Agents(agents)) => Some(agents),
            Self::Resolved(Resolution::Stats(stats)) => Some(&stats.agents),
            _ => None,
        }
    }

    /// How many agents and supervisors are in the chat after a change.
    pub fn agents_connected(self) -> Option<usize> {
        match self {
            Self::Change(change) => Some(change.num_agents_connected),
            _ => None,
        }
    }

    /// The session's data in it.
    pub fn session(self) -> Option<&'a SessionData> {
        match self {
            Self::Started(started) => Some(&started.session),
            Self::Received(received) => Some(&received.session_data),
            Self::Resolved(Resolution::SessionData(data)) => Some(data),
            _ => None,
        }
    }

    /// What a command resolved with.
    pub fn resolution(self) -> Option<&'a Resolution> {
        match self {
            Self::Resolved(resolution) => Some(resolution),
            _ => None,
        }
    }
}

/// What an event's variant holds.
pub(super) trait Carried {
    const CARRIES: Carries;
    fn payload(&self) -> Payload<'_>;
}

macro_rules! carried {
    ($($carried:ty => $form:ident, $words:literal {$(
        $field:literal $($optional:ident)?: $kind:literal, $field_words:literal;
    )*})*) => {
        $(impl Carried for $carried {
            const CARRIES: Carries = Carries {
                form: stringify!($form),
                words: $words,
                fields: &[$(Field {
                    name: $field,
                    kind: $kind,
                    optional: carried!(@ $($optional)?),
                    words: $field_words,
                }),*],
            };

            fn payload(&self) -> Payload<'_> {
                Payload::$form(self)
            }
        })*
    };
    (@) => { false };
    (@ optional) => { true };
}

carried! {
    ResponseData => Response, "The server's response, as it came; of an HTTP failure what stands for it." {}
    Restored => Restored, "What is known of the session." {
        "async" optional: "true or false", "Whether the chat is asynchronous. Absent where the back end does not know the difference.";
    }
    Started => Started, "The session's data, in the names of the back end." {}
    MessageReceived => Received, "Messages, with the session that they are of." {
        "messages": "an array of messages", "The new visible messages, as preprocessors have left them, in order.";
        "originalMessages": "an array", "The same, as the server sent them.";
        "restoring": "true or false", "Whether it is the replay after a restore.";
        "oldMessages": "true or false", "Whether they are older ones, fetched by `fetchHistory`.";
        "sessionData": "an object", "The session's data, in the names of the back end.";
        "idleTimeCountDown" optional: "any value", "The server's idle countdown, as it sent it.";
    }
    OutboxChange => Progress, "How far which message is." {
        "localID": "a number", "The message's local id: it counts the messages of the session from 1, also where several processes sent them.";
        "state": "a string", "`queued`, `sending`, `sent`, `rejected` or `unknown`; `sent` may follow `unknown`.";
        "restored": "true or false", "Whether it was given to a process before this one.";
        "requestID" optional: "a number", "The request id of the command that gave it, where this process did.";
        "reason" optional: "a string", "Why it was rejected, or is unknown.";
    }
    Message => Notice, "The notice: a message." {}
    ParticipantChange => Change, "Who came or went, and who is there then." {
        "message" optional: "a message", "The notice. Absent where `endChat` publishes the event by itself.";
        "agents" optional: "an object", "The agents by their ids, those who left included. Absent where `message` is.";
        "numAgentsConnected": "a number", "How many agents and supervisors are in the chat after it.";
    }
}

impl Carried for Option<Message> {
    const CARRIES: Carries = Carries {
        form: "Notice",
        words: "The notice, a message, where a notice said so; else nothing.",
        fields: &[],
    };

    fn payload(&self) -> Payload<'_> {
        self.as_ref().map_or(Payload::Nothing, Payload::Notice)
    }
}
