//! What the handles of a chat and its driver have in common. It outlives a driver that nobody moves on any more.

use super::{
    Completion, clock,
    health::{self, Health},
    hub::Hub,
};
use crate::{
    Error,
    command::RequestId,
    event::{Envelope, Event, ResponseData},
};
use futures_util::{FutureExt, future::Shared};
use serde_json::json;
use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::oneshot;

/// Is over once a driver is gone. It can be waited for also while a process ends, when a thread has nothing of its own any more: what
/// takes turns by chance, as `watch` does, cannot.
pub(crate) type Running = Shared<oneshot::Receiver<()>>;

/// The number of the last chat.
static LAST: AtomicU64 = AtomicU64::new(0);

pub(crate) struct Ties {
    /// By which the log names the chat.
    pub(crate) number: u64,
    pub(crate) hub: Arc<Hub>,
    pub(crate) health: Arc<Health>,
    /// Of the commands under way; none once the ties are cut.
    completions: Mutex<Option<HashMap<RequestId, Completion>>>,
    /// Dropped when the driver is gone.
    alive: Mutex<Option<oneshot::Sender<()>>>,
}

impl Ties {
    /// The ties of a new chat, and what is over once its driver is gone.
    pub(crate) fn new(health: Arc<Health>) -> (Arc<Self>, Running) {
        let (alive, running) = oneshot::channel();
        let ties = Arc::new(Self {
            number: LAST.fetch_add(1, Ordering::Relaxed) + 1,
            hub: Arc::default(),
            health,
            completions: Mutex::new(Some(HashMap::new())),
            alive: Mutex::new(Some(alive)),
        });
        ties.hub.tie(&ties);
        ties.health.join(&ties);
        (ties, running.shared())
    }

    fn completions(&self) -> MutexGuard<'_, Option<HashMap<RequestId, Completion>>> {
        self.completions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a command's completion; where the ties are cut, it is told so.
    pub(crate) fn add(&self, id: RequestId, completion: Completion) {
        if let Some(completions) = self.completions().as_mut() {
            completions.insert(id, completion);
            return;
        }
        completion.complete(Err(health::broken()));
    }

    pub(crate) fn take(&self, id: RequestId) -> Option<Completion> {
        self.completions().as_mut()?.remove(&id)
    }

    /// All that are left.
    pub(super) fn take_all(&self) -> Vec<Completion> {
        let all = self.completions().as_mut().map(std::mem::take);
        all.unwrap_or_default().into_values().collect()
    }

    /// Looks whether the driver is still moved on, and ends the chat where it is not. Nothing may be locked.
    pub(crate) fn is_whole(&self) -> bool {
        let whole = self.health.is_whole();
        if !whole {
            self.cut();
        }
        whole
    }

    /// Ends a chat whose driver is not moved on any more.
    pub(super) fn cut(&self) {
        let Some(left) = self.completions().take() else { return };
        if catch_unwind(AssertUnwindSafe(|| self.end(left.into_values(), &health::broken()))).is_err() {
            log::error!(target: "webchat", "a listener panicked");
        }
        self.let_go();
    }

    /// Tells everybody that the chat has ended by `error`.
    pub(super) fn end(&self, left: impl IntoIterator<Item = Completion>, error: &Error) {
        let told = json!({"errorReason": "Internal", "message": error.message()});
        let event = Event::Error(ResponseData::Failure(told));
        self.hub.publish(Envelope { time: clock::unix_ms(), event });
        for completion in left {
            completion.complete(Err(error.clone()));
        }
        self.hub.close();
    }

    /// The driver is gone.
    pub(crate) fn let_go(&self) {
        drop(self.alive.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}
