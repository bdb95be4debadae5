//! Which participants of the chat are this service's customer (gms-v2.md, 4.5; nexus-v3.md, 4.4).

use crate::{
    Private,
    model::{MessageType, ParticipantId, ParticipantRole, Received, SessionData},
};

/// The customer's own participants: more than one, where a server admits the customer anew under another id after a restoration.
#[derive(Debug, Default)]
pub(crate) struct Customer {
    ids: Vec<ParticipantId>,
    nickname: Option<Private>,
}

impl Customer {
    /// What the session data tell, where they tell any.
    pub(crate) fn of(data: &SessionData) -> Self {
        let mut own = Self::default();
        own.admit(data);
        own
    }

    /// Takes note of the participant that new session data name.
    pub(crate) fn admit(&mut self, data: &SessionData) {
        if let Some(id) = data.own_participant() {
            self.add(id);
        }
    }

    /// Takes note of a customer's joining: the first is the own one, as is everyone of the same name.
    pub(crate) fn note(&mut self, received: &Received) {
        let message = &received.message;
        if message.kind != MessageType::ParticipantJoined || message.from.role != ParticipantRole::Client {
            return;
        }
        let known = self.ids.contains(&message.from.id);
        let namesake = self.nickname.as_ref().is_some_and(|own| *own == message.from.name);
        if known || namesake || self.ids.is_empty() {
            self.add(message.from.id.clone());
            self.nickname.get_or_insert_with(|| message.from.name.clone());
        }
    }

    /// Whether the customer wrote this. While nobody is known, every customer is taken for the own one.
    pub(crate) fn wrote(&self, received: &Received) -> bool {
        let from = &received.message.from;
        from.role == ParticipantRole::Client && (self.ids.is_empty() || self.ids.contains(&from.id))
    }

    /// Their ids, as far as they are known.
    pub(crate) fn ids(&self) -> &[ParticipantId] {
        &self.ids
    }

    fn add(&mut self, id: ParticipantId) {
        if !self.ids.contains(&id) {
            self.ids.push(id);
        }
    }
}
