//! `webchat_agent` and `webchat_stats`: the agents of a chat and its figures, with typed fields.

use crate::{
    boundary::{Failure, growing},
    status::WEBCHAT_ERR_NOT_FOUND,
    text::{Text, webchat_str},
};
use std::sync::OnceLock;
use webchat_core::model::{Agents, Stats};

/// An agent or supervisor who is or was in the chat. The texts are valid as long as the event or outcome it was read from. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct webchat_agent {
    /// The participant's id within the chat.
    pub id: webchat_str,
    /// The name shown to people.
    pub name: webchat_str,
    /// 1 while in the chat, 0 once gone.
    pub connected: i32,
    /// 1 for a supervisor, 0 for an agent.
    pub supervisor: i32,
    /// When the agent joined, in milliseconds since 1970 UTC.
    pub connected_time: u64,
    /// When the agent left; 0 while connected.
    pub disconnected_time: u64,
}

/// Figures of a chat session (getStats). Times are in milliseconds; 0 when not known. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct webchat_stats {
    /// Timestamp of the first message received, since 1970 UTC.
    pub start_time: u64,
    /// Timestamp of the last message received, since 1970 UTC.
    pub end_time: u64,
    /// The time between the two.
    pub duration: u64,
    /// How many agents and supervisors are or were in the chat; read them by webchat_payload_agent.
    pub agent_count: usize,
}

growing!(webchat_agent { id, name, connected, supervisor, connected_time, disconnected_time });
growing!(webchat_stats { start_time, end_time, duration, agent_count });

impl webchat_stats {
    pub(crate) fn of(stats: &Stats) -> Self {
        Self {
            start_time: stats.start_time.unwrap_or(0),
            end_time: stats.end_time.unwrap_or(0),
            duration: stats.duration().unwrap_or(0),
            agent_count: stats.agents.0.len(),
        }
    }
}

/// The texts of the agents, kept for the views.
#[derive(Default)]
pub(crate) struct AgentTexts(OnceLock<Vec<(Text, Text)>>);

impl AgentTexts {
    pub(crate) fn view(&self, agents: Option<&Agents>, index: usize) -> Result<webchat_agent, Failure> {
        let none = || Failure::bare(WEBCHAT_ERR_NOT_FOUND);
        let agents = agents.ok_or_else(none)?;
        let texts = self.0.get_or_init(|| {
            agents.0.iter().map(|(id, agent)| (Text::new(&id.to_string()), Text::new(&agent.name))).collect()
        });
        let agent = agents.0.values().nth(index).ok_or_else(none)?;
        let (id, name) = texts.get(index).ok_or_else(none)?;
        Ok(webchat_agent {
            id: id.view(),
            name: name.view(),
            connected: agent.connected().into(),
            supervisor: agent.supervisor.into(),
            connected_time: agent.connected_time,
            disconnected_time: agent.disconnected_time.unwrap_or(0),
        })
    }
}
