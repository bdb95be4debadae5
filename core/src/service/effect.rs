//! What the service wants done.

use super::{
    note::Note,
    state::{BatchId, ExchangeId, StoreId},
};
use crate::{
    Error,
    command::{Preprocessor, PreviewInput, RequestId, Resolution},
    config::Config,
    event::Event,
    model::JsonObject,
    store::{Change, HostCall, Mark},
    transport::Request,
};

/// What the service wants done. Effects are to be carried out in order; those that have an answer hand it back as named.
#[derive(Debug)]
pub enum Effect {
    /// Make the transport and the store of this configuration; answer with [`Service::configured`](super::Service::configured).
    Configure(Box<Config>),
    /// Read the store, and with `kept` what the host keeps besides; answer with [`Service::loaded`](super::Service::loaded).
    Load {
        /// Whether the host's [`SessionKeeper`](crate::store::SessionKeeper) is to be asked.
        kept: bool,
    },
    /// Change the store.
    Store {
        /// What the store has to hold for it; without, it is changed in any case.
        mark: Option<Mark>,
        /// The changes.
        changes: Vec<Change>,
        /// Who waits for them; answer with [`Service::stored`](super::Service::stored).
        answer: Option<StoreId>,
    },
    /// Tell the host's [`SessionKeeper`](crate::store::SessionKeeper).
    TellKeeper(HostCall),
    /// Perform a request, asking `preview` first for the text being typed; answer with [`Service::replied`](super::Service::replied).
    Request {
        /// Names the request in the answer.
        id: ExchangeId,
        /// The request.
        request: Box<Request>,
        /// Where the preview text comes from.
        preview: Option<PreviewInput>,
    },
    /// Abandon a request; no answer is wanted any more.
    Abort(ExchangeId),
    /// There is no session, and none on its way: let go of what the transport keeps up for one.
    Release,
    /// Run every message of a batch through the preprocessors; answer with [`Service::preprocessed`](super::Service::preprocessed).
    Preprocess(BatchId, PrivateMessages, Vec<Preprocessor>),
    /// Tell the listeners.
    Publish(Event),
    /// Give a command its outcome.
    Complete(RequestId, Result<Resolution, Error>),
    /// Tell the log. No private text.
    Log(Note),
}

/// Messages as JSON. `Debug` shows how many.
pub struct PrivateMessages(pub Vec<JsonObject>);

impl std::fmt::Debug for PrivateMessages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<private, {} messages>", self.0.len())
    }
}
