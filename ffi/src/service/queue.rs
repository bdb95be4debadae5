//! The events of a service that wait to be asked for.

use crate::{
    boundary::Failure,
    status::{WEBCHAT_END_OF_EVENTS, WEBCHAT_ERR_TIMEOUT},
};
use std::{
    ffi::c_int,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::Poll,
    time::Duration,
};
use webchat_core::{
    Chat,
    driver::{Backlog, Delivery, Readiness},
    event::Envelope,
};

/// A time that is never over.
pub(crate) const FOREVER: u32 = u32::MAX;

/// The events that wait to be asked for.
#[derive(Default)]
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    backlog: Backlog,
    signal: Option<Readiness>,
}

impl Waiting {
    /// The descriptor is readable while there is something to be had: an event, or the end.
    fn show(&mut self) {
        if let Some(signal) = &mut self.signal {
            signal.set(self.backlog.is_ready());
        }
    }
}

impl Queue {
    /// A queue that listens from now on.
    pub(crate) fn listening(chat: &Chat) -> Arc<Self> {
        let queue = Arc::new(Self::default());
        let feed = Feed(queue.clone());
        chat.listen(move |delivery| feed.0.push(delivery.clone()));
        queue
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, delivery: Delivery) {
        let mut waiting = self.lock();
        waiting.backlog.push(delivery);
        waiting.show();
        drop(waiting);
        self.changed.notify_one();
    }

    /// No event comes any more.
    pub(crate) fn end(&self) {
        let mut waiting = self.lock();
        waiting.backlog.end();
        waiting.show();
        drop(waiting);
        self.changed.notify_all();
    }

    /// The next event, within the time given (`FOREVER`: however long that takes).
    pub(crate) fn take(&self, timeout_ms: u32) -> Result<Arc<Envelope>, Failure> {
        let nothing = |waiting: &mut Waiting| !waiting.backlog.is_ready();
        let waiting = self.lock();
        let mut waiting = match timeout_ms {
            0 => waiting,
            FOREVER => self.changed.wait_while(waiting, nothing).unwrap_or_else(PoisonError::into_inner),
            limit => {
                let limit = Duration::from_millis(limit.into());
                let waited = self.changed.wait_timeout_while(waiting, limit, nothing);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        let next = waiting.backlog.take();
        waiting.show();
        match next {
            Poll::Ready(Some(envelope)) => Ok(envelope),
            Poll::Ready(None) => Err(Failure::bare(WEBCHAT_END_OF_EVENTS)),
            Poll::Pending => Err(Failure::bare(WEBCHAT_ERR_TIMEOUT)),
        }
    }

    /// Readable while there is something to take.
    pub(crate) fn descriptor(&self, chat: &Chat) -> Result<c_int, Failure> {
        let mut waiting = self.lock();
        if waiting.signal.is_none() {
            waiting.signal = Some(Readiness::watched(chat.health())?);
            waiting.show();
        }
        Ok(waiting.signal.as_ref().map_or(-1, Readiness::descriptor))
    }
}

/// Ends the queue when the service lets its listeners go.
struct Feed(Arc<Queue>);

impl Drop for Feed {
    fn drop(&mut self) {
        self.0.end();
    }
}
