//! The events of a service that wait to be asked for.

use super::outcomes::Outcomes;
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
    driver::{Backlog, Delivery},
    event::Envelope,
};

/// A time that is never over.
pub(crate) const FOREVER: u32 = u32::MAX;

/// The events that wait to be asked for.
#[derive(Default)]
pub(crate) struct Queue {
    backlog: Mutex<Backlog>,
    changed: Condvar,
    /// What waits as well, and has the descriptor for both.
    outcomes: Arc<Outcomes>,
}

impl Queue {
    /// A queue that listens from now on.
    pub(crate) fn listening(chat: &Chat, outcomes: &Arc<Outcomes>) -> Arc<Self> {
        let queue = Arc::new(Self { outcomes: outcomes.clone(), ..Self::default() });
        let feed = Feed(queue.clone());
        chat.listen(move |delivery| feed.0.push(delivery.clone()));
        queue
    }

    fn lock(&self) -> MutexGuard<'_, Backlog> {
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, delivery: Delivery) {
        let mut backlog = self.lock();
        backlog.push(delivery);
        self.show(&backlog);
        drop(backlog);
        self.changed.notify_one();
    }

    /// No event comes any more.
    pub(crate) fn end(&self) {
        let mut backlog = self.lock();
        backlog.end();
        self.show(&backlog);
        drop(backlog);
        self.changed.notify_all();
    }

    /// The next event, within the time given (`FOREVER`: however long that takes).
    pub(crate) fn take(&self, timeout_ms: u32) -> Result<Arc<Envelope>, Failure> {
        let nothing = |backlog: &mut Backlog| !backlog.is_ready();
        let backlog = self.lock();
        let mut backlog = match timeout_ms {
            0 => backlog,
            FOREVER => self.changed.wait_while(backlog, nothing).unwrap_or_else(PoisonError::into_inner),
            limit => {
                let limit = Duration::from_millis(limit.into());
                let waited = self.changed.wait_timeout_while(backlog, limit, nothing);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        let next = backlog.take();
        self.show(&backlog);
        drop(backlog);
        match next {
            Poll::Ready(Some(envelope)) => Ok(envelope),
            Poll::Ready(None) => Err(Failure::bare(WEBCHAT_END_OF_EVENTS)),
            Poll::Pending => Err(Failure::bare(WEBCHAT_ERR_TIMEOUT)),
        }
    }

    /// Tells the descriptor whether there is something to be had: an event, or the end.
    fn show(&self, backlog: &Backlog) {
        self.outcomes.signal.show(|shown| shown.event = backlog.is_ready());
    }

    /// Readable while there is something to take.
    pub(crate) fn descriptor(&self, chat: &Chat) -> Result<c_int, Failure> {
        self.outcomes.signal.descriptor(chat)
    }
}

/// Ends the queue when the service lets its listeners go.
struct Feed(Arc<Queue>);

impl Drop for Feed {
    fn drop(&mut self) {
        self.0.end();
    }
}
