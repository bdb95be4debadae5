//! Who is in the chat, and since when (webchatservice.md, 4 (fetchHistory), and 6.3).
//!
//! Whoever joins is on the roster until they leave. An agent or supervisor whose join was never seen is there from the first sign of
//! life on. What is older than that which is known of somebody changes nothing but the time of a join: so connects and disconnects of
//! one participant alternate, in whatever order pages of the transcript come.

use super::{Service, state::Entry};
use crate::{
    event::Event,
    model::{Message, MessageType, ParticipantRole},
};

impl Service {
    /// Publishes the participant and typing events of one message. Of an `old` one, from a page of history, typing is none any more.
    pub(super) fn publish_message(&mut self, entry: &Entry, old: bool) {
        let message = &entry.received.message;
        self.roster.note_time(message);
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
