//! Who is in the chat, and since when (webchatservice.md, 4 (fetchHistory), and 6.3).
//!
//! Whoever joins is on the roster until they leave. An agent or supervisor whose join was never seen is there from the first sign of
//! life on. What is older than that which is known of somebody changes nothing but the time of a join: so connects and disconnects of
//! one participant alternate, in whatever order pages of the transcript come.

use super::{Service, state::Entry};
use crate::{
    event::{Event, ParticipantChange},
    model::{Message, MessageType, ParticipantRole},
};

impl Service {
    /// Publishes the participant and typing events of one message. Of an `old` one, from a page of history, typing is none any more.
    pub(super) fn publish_message(&mut self, entry: &Entry, old: bool) {
        let message = &entry.received.message;
        self.roster.note_time(message);
        if self.capabilities.infers_participants && self.infer(message, old) {
            return;
        }
        match &message.kind {
            MessageType::ParticipantJoined => self.joined(message),
            MessageType::ParticipantLeft => self.left(message, old),
            // A preprocessor has made something else of the join: the participant is there without a word.
            _ if entry.joins => self.roster.note(message, Some(self.roster.place(message))),
            kind if message.from.role.is_agent() => {
                if self.roster.sign_of_life(message) {
                    self.publish_connected(message);
                }
                if !old {
                    if *kind == MessageType::NicknameUpdated {
                        self.roster.rename(message);
                    }
                    self.publish_typing(message);
                }
            }
            _ => {}
        }
    }

    /// What a message tells of who is there where the server does not say it; true when there is nothing more to tell of it. The customer
    /// is there as long as the session.
    fn infer(&mut self, message: &Message, old: bool) -> bool {
        match (&message.kind, &message.from.role) {
            (MessageType::ParticipantJoined | MessageType::ParticipantLeft, ParticipantRole::Client) => true,
            _ if old => true,
            (MessageType::ParticipantLeft, _) => {
                self.tell_bots_leave(message);
                if self.roster.agents_leave(message) {
                    let change = self.inferred(message);
                    self.publish(Event::AgentDisconnected(ParticipantChange { inferred: false, ..change }));
                    self.publish(Event::AgentTypingStopped(None));
                }
                true
            }
            (_, ParticipantRole::Agent) => {
                self.tell_bots_leave(message);
                if self.roster.appear(message) {
                    let change = self.inferred(message);
                    self.publish(Event::AgentConnected(change));
                }
                false
            }
            (_, ParticipantRole::Bot) => {
                if self.roster.appear(message) {
                    let change = self.inferred(message);
                    self.publish(Event::BotConnected(change));
                }
                false
            }
            _ => false,
        }
    }

    /// A person has taken over, or everybody has left.
    fn tell_bots_leave(&mut self, message: &Message) {
        if self.roster.bots_leave(message) {
            let change = self.inferred(message);
            self.publish(Event::BotDisconnected(change));
        }
    }

    fn inferred(&self, message: &Message) -> ParticipantChange {
        ParticipantChange { inferred: true, ..self.roster.change(message) }
    }

    /// Tells that the customer is there, of a session that has begun or goes on, where the server does not say it.
    pub(super) fn tell_own_presence(&mut self) {
        if self.capabilities.infers_participants {
            self.publish(Event::ClientConnected(ParticipantChange {
                inferred: true,
                ..ParticipantChange::default()
            }));
        }
    }

    /// Whatever an agent says ends the typing, whether there was any or not.
    fn publish_typing(&mut self, message: &Message) {
        let id = &message.from.id;
        match &message.kind {
            MessageType::TypingStarted => {
                self.roster.typing.insert(id.clone());
                self.publish(Event::AgentTypingStarted(message.clone()));
            }
            MessageType::TypingStopped => {
                self.roster.typing.remove(id);
                self.publish(Event::AgentTypingStopped(Some(message.clone())));
            }
            MessageType::Message | MessageType::PushUrl | MessageType::Notice => {
                self.roster.typing.remove(id);
                self.publish(Event::AgentTypingStopped(None));
            }
            _ => {}
        }
    }

    fn joined(&mut self, message: &Message) {
        if self.roster.join(message) {
            self.publish_connected(message);
        }
    }

    /// Participants of other types are messages only.
    fn publish_connected(&mut self, message: &Message) {
        let change = self.roster.change(message);
        match message.from.role {
            ParticipantRole::Client => self.publish(Event::ClientConnected(change)),
            ParticipantRole::Agent => self.publish(Event::AgentConnected(change)),
            ParticipantRole::Supervisor => self.publish(Event::SupervisorConnected(change)),
            ParticipantRole::Bot if self.capabilities.bot_events => self.publish(Event::BotConnected(change)),
            ParticipantRole::Bot | ParticipantRole::External | ParticipantRole::Other(_) => {}
        }
    }

    /// Publishes that somebody left; an agent who leaves has stopped typing.
    fn left(&mut self, message: &Message, old: bool) {
        if !self.roster.leave(message) {
            return;
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
        if message.from.role.is_agent() && !old {
            self.publish(Event::AgentTypingStopped(None));
        }
    }
}
