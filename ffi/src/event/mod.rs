//! Events as the application holds them. `kind` has their numbers, `read` the exported getters.

pub mod kind;
pub mod read;

use crate::{
    agent::AgentTexts,
    handle::{Object, Table},
    message::{MessageTexts, Messages},
    session::SessionTexts,
    text::Text,
};
use std::sync::{Arc, OnceLock};
use webchat_core::{
    event::{Envelope, Event, ParticipantChange},
    model::{Agents, SessionData},
};

/// Something that happened. Opaque: read it with the webchat_event_... functions. Since 0.1.
pub struct webchat_event {
    _opaque: (),
}

/// An event, and the texts that were asked for.
pub(crate) struct EventView {
    envelope: Arc<Envelope>,
    json: OnceLock<Text>,
    data: OnceLock<Text>,
    messages: MessageTexts,
    agents: AgentTexts,
    session: SessionTexts,
}

/// A handle to an event: the application's own, or lent for a callback.
pub(crate) struct EventHandle {
    view: Arc<EventView>,
    lent: bool,
}

static EVENTS: Table<EventHandle> = Table::new();

impl Object for EventHandle {
    type Opaque = webchat_event;
    const KIND: usize = 3;
    fn table() -> &'static Table<Self> {
        &EVENTS
    }
}

impl EventHandle {
    pub(crate) fn own(envelope: Arc<Envelope>) -> Self {
        Self { view: Arc::new(EventView::new(envelope)), lent: false }
    }

    pub(crate) fn lent(envelope: Arc<Envelope>) -> Self {
        Self { view: Arc::new(EventView::new(envelope)), lent: true }
    }
}

impl EventView {
    fn new(envelope: Arc<Envelope>) -> Self {
        Self {
            envelope,
            json: OnceLock::default(),
            data: OnceLock::default(),
            messages: MessageTexts::default(),
            agents: AgentTexts::default(),
            session: SessionTexts::default(),
        }
    }

    fn json(&self) -> &Text {
        self.json.get_or_init(|| Text::json(&self.envelope.to_json()))
    }

    fn data(&self) -> &Text {
        self.data.get_or_init(|| Text::json(&self.envelope.event.data()))
    }

    fn messages(&self) -> Messages<'_> {
        match &self.envelope.event {
            Event::MessageReceived(payload) => Messages::Many(&payload.received),
            Event::AgentTypingStarted(message) | Event::AgentTypingStopped(Some(message)) => {
                Messages::One(message)
            }
            _ => {
                self.change().and_then(|change| change.message.as_ref()).map_or(Messages::None, Messages::One)
            }
        }
    }

    fn change(&self) -> Option<&ParticipantChange> {
        match &self.envelope.event {
            Event::ClientConnected(change)
            | Event::ClientDisconnected(change)
            | Event::AgentConnected(change)
            | Event::AgentDisconnected(change)
            | Event::SupervisorConnected(change)
            | Event::SupervisorDisconnected(change)
            | Event::BotConnected(change)
            | Event::BotDisconnected(change) => Some(change),
            _ => None,
        }
    }

    fn agents(&self) -> Option<&Agents> {
        self.change().and_then(|change| change.agents.as_ref())
    }

    fn session_data(&self) -> Option<&SessionData> {
        match &self.envelope.event {
            Event::Started(started) => Some(&started.session),
            Event::MessageReceived(payload) => Some(&payload.session_data),
            _ => None,
        }
    }

    fn asynchronous(&self) -> Option<bool> {
        match &self.envelope.event {
            Event::Restored(restored) => restored.asynchronous,
            _ => None,
        }
    }

    fn restoring(&self) -> bool {
        matches!(&self.envelope.event, Event::MessageReceived(payload) if payload.restoring)
    }

    fn old_messages(&self) -> bool {
        matches!(&self.envelope.event, Event::MessageReceived(payload) if payload.old_messages)
    }
}
