//! Who is in the chat, and since when (behaviour reference, section 6.3).

use super::Service;
use crate::{
    event::{Event, ParticipantChange},
    model::{Agent, Agents, Message, ParticipantRole, Stats},
};
use std::sync::Arc;

/// The agents of the session and the times of its messages.
#[derive(Debug, Default)]
pub(super) struct Roster {
    agents: Agents,
    first: Option<u64>,
    last: Option<u64>,
}

impl Roster {
    pub(super) fn agents(&self) -> Agents {
        self.agents.clone()
    }

    pub(super) fn stats(&self) -> Stats {
        Stats { agents: self.agents(), start_time: self.first, end_time: self.last }
    }

    pub(super) fn note_time(&mut self, timestamp: u64) {
        self.first.get_or_insert(timestamp);
        self.last = Some(timestamp);
    }

    /// How many supervisors and how many agents are in the chat now.
    pub(super) fn connected(&self) -> (usize, usize) {
        let connected = self.agents.0.values().filter(|agent| agent.connected());
        let (supervisors, agents): (Vec<_>, Vec<_>) = connected.partition(|agent| agent.supervisor);
        (supervisors.len(), agents.len())
    }

    fn join(&mut self, message: &Message) {
        let agent = Agent {
            name: message.from.name.clone(),
            supervisor: message.from.role == ParticipantRole::Supervisor,
            connected_time: message.timestamp,
            disconnected_time: None,
        };
        Arc::make_mut(&mut self.agents.0).insert(message.from.id.clone(), agent);
    }

    fn leave(&mut self, message: &Message) {
        if let Some(agent) = Arc::make_mut(&mut self.agents.0).get_mut(&message.from.id) {
            agent.disconnected_time = Some(message.timestamp);
        }
    }

    fn change(&self, message: &Message) -> ParticipantChange {
        ParticipantChange {
            message: Some(message.clone()),
            agents: Some(self.agents()),
            num_agents_connected: self.agents.connected(),
        }
    }
}

impl Service {
    /// Publishes that somebody joined. Participants of other types are messages only.
    pub(super) fn joined(&mut self, message: &Message) {
        if message.from.role.is_agent() {
            self.roster.join(message);
        }
        let change = self.roster.change(message);
        match message.from.role {
            ParticipantRole::Client => self.publish(Event::ClientConnected(change)),
            ParticipantRole::Agent => self.publish(Event::AgentConnected(change)),
            ParticipantRole::Supervisor => self.publish(Event::SupervisorConnected(change)),
            ParticipantRole::Bot if self.capabilities.bot_events => self.publish(Event::BotConnected(change)),
            ParticipantRole::Bot | ParticipantRole::External | ParticipantRole::Other(_) => {}
        }
    }

    /// Publishes that somebody left; whoever leaves has stopped typing.
    pub(super) fn left(&mut self, message: &Message) {
        if message.from.role.is_agent() {
            self.roster.leave(message);
            self.publish(Event::AgentTypingStopped(None));
        }
        let change = self.roster.change(message);
        match message.from.role {
            ParticipantRole::Client => self.publish(Event::ClientDisconnected(change)),
            ParticipantRole::Agent => self.publish(Event::AgentDisconnected(change)),
            ParticipantRole::Supervisor => self.publish(Event::SupervisorDisconnected(change)),
            ParticipantRole::Bot if self.capabilities.bot_events => {
                self.publish(Event::BotDisconnected(change));
            }
            ParticipantRole::Bot | ParticipantRole::External | ParticipantRole::Other(_) => {}
        }
    }
}
