//! Events as the application holds them. `kind` has their numbers, `read` the exported getters.

pub mod kind;
pub mod read;

use crate::{
    handle::{Object, Table},
    payload::{Carrier, Texts},
    text::Text,
};
use std::sync::{Arc, OnceLock};
use webchat_core::event::{Envelope, Payload};

/// Something that happened. Opaque: read it with the webchat_event_... functions, and what it
/// carries by webchat_event_payload. Since 0.1.
pub struct webchat_event {
    _opaque: (),
}

/// An event, and the texts that were asked for.
pub(crate) struct EventView {
    envelope: Arc<Envelope>,
    json: OnceLock<Text>,
    texts: Texts,
}

/// A handle to an event: the application's own, or lent for a callback.
pub(crate) struct EventHandle {
    pub(crate) view: Arc<EventView>,
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
        Self { envelope, json: OnceLock::default(), texts: Texts::default() }
    }

    fn json(&self) -> &Text {
        self.json.get_or_init(|| Text::json(&self.envelope.to_json()))
    }
}

impl Carrier for EventView {
    fn payload(&self) -> Payload<'_> {
        self.envelope.event.payload()
    }

    fn texts(&self) -> &Texts {
        &self.texts
    }
}
