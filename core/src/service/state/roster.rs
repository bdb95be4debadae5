//! The participants of the session, and since when they are there.

use crate::{
    event::ParticipantChange,
    model::{Agent, Agents, Message, ParticipantId, ParticipantRole, Stats},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The participants of the session and the times of its messages.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    agents: Agents,
    known: BTreeMap<ParticipantId, Known>,
    pub(crate) typing: BTreeSet<ParticipantId>,
    /// Bots that are inferred to be there.
    bots: BTreeSet<ParticipantId>,
    /// The newest place of a message.
    newest: u64,
    earliest: Option<u64>,
    latest: Option<u64>,
}

/// What is known of a participant.
#[derive(Debug)]
struct Known {
    /// Where in the transcript the newest join or leave stands, or the first sign of life.
    newest: u64,
    /// Where the join stands, once it was seen.
    joined: Option<u64>,
    there: bool,
}

impl Roster {
    pub(crate) fn agents(&self) -> Agents {
        self.agents.clone()
    }

    pub(crate) fn stats(&self) -> Stats {
        Stats { agents: self.agents(), start_time: self.earliest, end_time: self.latest }
    }

    /// Takes note of a message's time and place. Times of a server may run backwards, and history comes late.
    pub(crate) fn note_time(&mut self, message: &Message) {
        let timestamp = message.timestamp;
        self.newest = message.index.order().unwrap_or_default().max(self.newest);
        self.earliest = Some(self.earliest.map_or(timestamp, |earliest| earliest.min(timestamp)));
        self.latest = self.latest.max(Some(timestamp));
    }

    /// Where a message stands. What has no place counts as new.
    pub(crate) fn place(&self, message: &Message) -> u64 {
        message.index.order().unwrap_or(self.newest)
    }

    /// How many supervisors and how many agents are in the chat now.
    pub(crate) fn connected(&self) -> (usize, usize) {
        let connected = self.agents.0.values().filter(|agent| agent.connected());
        let (supervisors, agents): (Vec<_>, Vec<_>) = connected.partition(|agent| agent.supervisor);
        (supervisors.len(), agents.len())
    }

    pub(crate) fn is_somebody_typing(&self) -> bool {
        !self.typing.is_empty()
    }

    /// Whether all of these who were seen are known to have left.
    pub(crate) fn have_left(&self, ids: &[ParticipantId]) -> bool {
        let mut seen = ids.iter().filter_map(|id| self.known.get(id)).peekable();
        seen.peek().is_some() && seen.all(|known| !known.there)
    }

    /// Somebody joins; false when that is no news.
    pub(crate) fn join(&mut self, message: &Message) -> bool {
        let order = self.place(message);
        let known = self.known.get_mut(&message.from.id).filter(|_| is_named(message));
        let is_news = match known {
            Some(known) if order < known.newest => {
                if known.joined.is_none_or(|joined| joined < order) {
                    known.joined = Some(order);
                    if let Some(agent) = Arc::make_mut(&mut self.agents.0).get_mut(&message.from.id) {
                        agent.connected_time = message.timestamp;
                    }
                }
                return false;
            }
            known => known.is_none_or(|known| !known.there),
        };
        self.admit(message, Some(order));
        is_news
    }

    /// Somebody whose join was not seen is there; false when that is no news.
    pub(crate) fn sign_of_life(&mut self, message: &Message) -> bool {
        let is_news = is_named(message) && !self.known.contains_key(&message.from.id);
        if is_news {
            self.admit(message, None);
        }
        is_news
    }

    fn admit(&mut self, message: &Message, joined: Option<u64>) {
        self.note(message, joined);
        if message.from.role.is_agent() {
            let agent = Agent {
                name: message.from.name.clone(),
                supervisor: message.from.role == ParticipantRole::Supervisor,
                connected_time: message.timestamp,
                disconnected_time: None,
            };
            Arc::make_mut(&mut self.agents.0).insert(message.from.id.clone(), agent);
        }
    }

    /// Takes note that somebody is there.
    pub(crate) fn note(&mut self, message: &Message, joined: Option<u64>) {
        let known = Known { newest: self.place(message), joined, there: true };
        self.known.insert(message.from.id.clone(), known);
    }

    /// Somebody says something, of whom nobody has told whether they are there; false when that is no news.
    pub(crate) fn appear(&mut self, message: &Message) -> bool {
        let order = self.place(message);
        let known = self.known.get(&message.from.id);
        let is_news = known.is_none_or(|known| !known.there && known.newest <= order);
        if is_news {
            self.admit(message, None);
            if !message.from.role.is_agent() {
                self.bots.insert(message.from.id.clone());
            }
        }
        is_news
    }

    /// Whether bots are there, as far as can be inferred.
    pub(crate) fn has_bots(&self) -> bool {
        !self.bots.is_empty()
    }

    /// All bots leave; false when there are none.
    pub(crate) fn bots_leave(&mut self, message: &Message) -> bool {
        let order = self.place(message);
        let bots = std::mem::take(&mut self.bots);
        for id in &bots {
            if let Some(known) = self.known.get_mut(id) {
                (known.newest, known.there) = (order, false);
            }
        }
        !bots.is_empty()
    }

    /// All agents leave; false when there are none.
    pub(crate) fn agents_leave(&mut self, message: &Message) -> bool {
        let order = self.place(message);
        let agents = Arc::make_mut(&mut self.agents.0).iter_mut().filter(|(_, agent)| agent.connected());
        let mut some = false;
        for (id, agent) in agents {
            some = true;
            agent.disconnected_time = Some(message.timestamp);
            self.typing.remove(id);
            if let Some(known) = self.known.get_mut(id) {
                (known.newest, known.there) = (order, false);
            }
        }
        some
    }

    /// Somebody leaves; false when that is no news. Of an agent whom nobody knew to be there it is none.
    pub(crate) fn leave(&mut self, message: &Message) -> bool {
        let (id, newest) = (&message.from.id, self.place(message));
        self.typing.remove(id);
        let is_news = match self.known.get_mut(id).filter(|_| is_named(message)) {
            Some(known) if newest < known.newest => return false,
            Some(known) => {
                known.newest = newest;
                std::mem::replace(&mut known.there, false)
            }
            None => {
                self.known.insert(id.clone(), Known { newest, joined: None, there: false });
                !message.from.role.is_agent()
            }
        };
        if let Some(agent) = Arc::make_mut(&mut self.agents.0).get_mut(id) {
            agent.disconnected_time = Some(message.timestamp);
        }
        is_news
    }

    pub(crate) fn rename(&mut self, message: &Message) {
        if let Some(agent) = Arc::make_mut(&mut self.agents.0).get_mut(&message.from.id) {
            agent.name = message.from.name.clone();
        }
    }

    pub(crate) fn change(&self, message: &Message) -> ParticipantChange {
        ParticipantChange {
            message: Some(message.clone()),
            agents: Some(self.agents()),
            num_agents_connected: self.agents.connected(),
            inferred: false,
        }
    }
}

/// Whether the message says who wrote it.
fn is_named(message: &Message) -> bool {
    message.from.id != ParticipantId::default() && message.from.id != ParticipantId::Text("".into())
}
