//! The work behind the effects, as futures that the driver polls.

use super::Driver;
use crate::{
    Error, ErrorKind, blocking,
    carrier::http::local_failure,
    command::{Preprocessor, PreviewInput},
    config::{Config, ServiceConfig},
    driver::Runtime,
    model::JsonObject,
    service::{BatchId, ExchangeId},
    store::{self, SessionStore},
    transport::{Applied, Capabilities, Failure, Operation, Reply, Request, Transport},
};
use futures_util::{
    FutureExt,
    future::{AbortHandle, Abortable, ready},
};
use std::{panic::AssertUnwindSafe, sync::Arc};

/// What came of an effect.
pub(super) enum Done {
    Replied(ExchangeId, Box<Result<Reply, Failure>>),
    Preprocessed(BatchId, Vec<JsonObject>),
    Configured(Box<Result<(Made, ServiceConfig), Error>>),
    Aborted,
}

/// What a configuration asks for.
pub(crate) struct Made {
    pub(super) transport: Arc<dyn Transport>,
    pub(super) store: Arc<dyn SessionStore>,
}

impl Made {
    pub(crate) fn capabilities(&self) -> Capabilities {
        self.transport.capabilities()
    }
}

/// Makes what `config` asks for, or says what of it cannot be had here; reads certificate files and opens the store, so it blocks.
pub(crate) fn make(
    config: &Config,
    host_store: Option<Arc<dyn SessionStore>>,
    runtime: &Runtime,
) -> Result<Made, Error> {
    let transport = config.connect(runtime.http())?;
    let store = host_store.map_or_else(|| store::open(&config.store), Ok)?;
    Ok(Made { transport, store })
}

impl Driver {
    /// Makes what the configuration asks for on a thread that may block, unless it is made already.
    pub(super) fn configure(&mut self, config: Box<Config>) {
        self.journal.configured(config.back_end(), &config.unknown_keys);
        if let Some(made) = self.made.take() {
            let done = Done::Configured(Box::new(Ok((made, config.service))));
            self.work.push(Box::pin(ready(done)));
            return;
        }
        let (host_store, runtime) = (self.host_store.clone(), self.runtime.clone());
        let making = blocking::FILES
            .run(move || make(&config, host_store, &runtime).map(|made| (made, config.service)));
        self.work.push(Box::pin(making.map(|made| Done::Configured(Box::new(made.and_then(|made| made))))));
    }

    pub(super) fn request(&mut self, id: ExchangeId, request: Request, preview: Option<PreviewInput>) {
        let Some(transport) = self.transport.clone() else { return };
        self.journal.asked(id, &request);
        let transfer = matches!(request.operation, Operation::Upload(_) | Operation::Download(_));
        let filled = self.runtime.of_host(|| Box::pin(fill_preview(request, preview)));
        let work = replied(id, async move { transport.perform(filled.await).await });
        if transfer {
            let (handle, registration) = AbortHandle::new_pair();
            self.transfers.insert(id, handle);
            self.work
                .push(Box::pin(Abortable::new(work, registration).map(|done| done.unwrap_or(Done::Aborted))));
        } else {
            self.work.push(Box::pin(work));
        }
    }
}

/// What comes of the work for a request.
pub(super) async fn replied(
    id: ExchangeId,
    work: impl Future<Output = Result<Reply, Failure>> + Send + 'static,
) -> Done {
    let outcome = AssertUnwindSafe(work).catch_unwind().await;
    Done::Replied(id, Box::new(outcome.unwrap_or_else(|_| Err(panicked()))))
}

/// What becomes of a request whose work panicked: it may have left.
fn panicked() -> Failure {
    let failure = local_failure(ErrorKind::Internal, "a fault in the library broke the request off".into());
    Failure { applied: Applied::Unknown, ..failure }
}

/// Asks the preview input for the text being typed. One that panics has no text.
async fn fill_preview(mut request: Request, input: Option<PreviewInput>) -> Request {
    let Some(input) = input else { return request };
    let asked = AssertUnwindSafe(async move { (input.0)().await }).catch_unwind().await;
    if let Operation::Poll { preview, .. } | Operation::Typing { preview, .. } = &mut request.operation {
        *preview = asked.unwrap_or_else(|_| {
            log::warn!(target: "webchat::chat", "the typing preview input panicked");
            None
        });
    }
    request
}

/// Runs every message through every preprocessor, in order. One that panics leaves the message as it was.
pub(super) async fn preprocess(
    id: BatchId,
    mut messages: Vec<JsonObject>,
    preprocessors: Vec<Preprocessor>,
) -> Done {
    for message in &mut messages {
        for preprocessor in &preprocessors {
            let input = message.clone();
            let run = AssertUnwindSafe(async { (preprocessor.0)(input).await }).catch_unwind().await;
            match run {
                Ok(Some(changed)) => *message = changed,
                Ok(None) => {}
                Err(_) => {
                    log::warn!(target: "webchat::chat", "a preprocessor panicked; the message stays as it was");
                }
            }
        }
    }
    Done::Preprocessed(id, messages)
}
