//! Who takes part in a chat.

use super::known::known_names;
use crate::private::Private;
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::SerializeMap};
use std::fmt;

/// A participant's identifier: a number on GMS, text on Nexus, and where participants have nothing else the name that they go by. `Debug`
/// therefore shows no text.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ParticipantId {
    /// There is none.
    #[default]
    Missing,
    /// The number of a GMS participant.
    Number(u64),
    /// Any other identifier.
    Text(Box<str>),
}

impl fmt::Debug for ParticipantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("Missing"),
            Self::Number(number) => f.debug_tuple("Number").field(number).finish(),
            Self::Text(text) => f.debug_tuple("Text").field(&Private::from(&**text)).finish(),
        }
    }
}

impl fmt::Display for ParticipantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => Ok(()),
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl From<&str> for ParticipantId {
    /// Numeric text is a number: servers write participant 3 both as `3` and as `"3"`.
    fn from(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Text(text.into()), Self::Number)
    }
}

impl Serialize for ParticipantId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Missing => serializer.serialize_unit(),
            Self::Number(number) => serializer.serialize_u64(*number),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for ParticipantId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = ParticipantId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a participant id (number or text)")
            }

            fn visit_u64<E>(self, number: u64) -> Result<ParticipantId, E> {
                Ok(ParticipantId::Number(number))
            }

            fn visit_i64<E>(self, number: i64) -> Result<ParticipantId, E> {
                Ok(ParticipantId::from(number.to_string().as_str()))
            }

            fn visit_str<E>(self, text: &str) -> Result<ParticipantId, E> {
                Ok(ParticipantId::from(text))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

known_names! {
    /// What a participant is (`from.type`).
    ParticipantRole, else External;
    /// The customer: the user of this library.
    Client,
    /// A human agent.
    Agent,
    /// A supervisor whom the customer can see.
    Supervisor,
    /// A bot, as the server marks it.
    Bot,
    /// The system, a routing strategy, or an unmarked bot.
    External,
}

impl ParticipantRole {
    /// Whether it counts as one of the chat's agents: agents and supervisors do, bots do not.
    pub fn is_agent(&self) -> bool {
        matches!(self, Self::Agent | Self::Supervisor)
    }
}

/// The sender of a message (`from`; webchatservice.md, 6.2).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Participant {
    /// The identifier within the chat.
    pub id: ParticipantId,
    /// What the participant is.
    pub role: ParticipantRole,
    /// The name shown to people.
    pub name: Private,
}

/// An identifier that is text is there as `participantId` as well, as v3 calls it.
impl Serialize for Participant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if self.id != ParticipantId::Missing {
            map.serialize_entry("id", &self.id)?;
        }
        if let ParticipantId::Text(id) = &self.id {
            map.serialize_entry("participantId", id)?;
        }
        map.serialize_entry("type", &self.role)?;
        map.serialize_entry("name", &self.name)?;
        map.end()
    }
}
