//! The agents of a chat, and its figures (webchatservice.md, 6.3).

use super::ParticipantId;
use crate::private::Private;
use serde::{Serialize, Serializer, ser::SerializeStruct};
use std::{collections::BTreeMap, sync::Arc};

/// An agent or supervisor who is or was in the chat.
#[derive(Clone, Debug, PartialEq)]
pub struct Agent {
    /// The name shown to people.
    pub name: Private,
    /// Whether it is a supervisor.
    pub supervisor: bool,
    /// When the agent joined, in milliseconds since 1970 UTC.
    pub connected_time: u64,
    /// When the agent left; nothing while connected.
    pub disconnected_time: Option<u64>,
}

impl Agent {
    /// Whether the agent is in the chat now.
    pub fn connected(&self) -> bool {
        self.disconnected_time.is_none()
    }
}

impl Serialize for Agent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut agent = serializer.serialize_struct("Agent", 5)?;
        agent.serialize_field("name", &self.name)?;
        agent.serialize_field("connected", &self.connected())?;
        agent.serialize_field("supervisor", &self.supervisor)?;
        agent.serialize_field("connectedTime", &self.connected_time)?;
        agent.serialize_field("disconnectedTime", &OrFalse(self.disconnected_time))?;
        agent.end()
    }
}

/// A snapshot of the chat's agents by participant id. Those who left stay in it, not connected.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Agents(pub Arc<BTreeMap<ParticipantId, Agent>>);

impl Agents {
    /// How many agents and supervisors are in the chat now.
    pub fn connected(&self) -> usize {
        self.0.values().filter(|agent| agent.connected()).count()
    }
}

impl Serialize for Agents {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(id, agent)| (id.to_string(), agent)))
    }
}

/// Figures of the chat session (`getStats`). A time is `false` in JSON while it is not known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    /// The agents.
    pub agents: Agents,
    /// Timestamp of the first message received, in milliseconds since 1970 UTC.
    pub start_time: Option<u64>,
    /// Timestamp of the last message received.
    pub end_time: Option<u64>,
}

impl Stats {
    /// The time between the first and the last message, in milliseconds.
    pub fn duration(&self) -> Option<u64> {
        Some(self.end_time?.saturating_sub(self.start_time?))
    }
}

impl Serialize for Stats {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut stats = serializer.serialize_struct("Stats", 4)?;
        stats.serialize_field("agents", &self.agents)?;
        stats.serialize_field("startTime", &OrFalse(self.start_time))?;
        stats.serialize_field("endTime", &OrFalse(self.end_time))?;
        stats.serialize_field("duration", &OrFalse(self.duration()))?;
        stats.end()
    }
}

/// A time that is `false` while there is none.
struct OrFalse(Option<u64>);

impl Serialize for OrFalse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(time) => serializer.serialize_u64(time),
            None => serializer.serialize_bool(false),
        }
    }
}
