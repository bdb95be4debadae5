//! Events on their way to listeners, in order.

use crate::event::{Envelope, Event};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::mpsc;

/// How many events wait for the first listener; with more, the oldest are dropped.
const BACKLOG: usize = 1_024;

/// Identifies a listener of a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ListenerId(u64);

type Listener = Box<dyn Fn(&Arc<Envelope>) + Send>;

/// The listeners of one service.
#[derive(Default)]
pub(crate) struct Hub(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    next: u64,
    listeners: Vec<(ListenerId, Listener)>,
    /// Events published before there was any listener.
    backlog: VecDeque<Arc<Envelope>>,
    had_listener: bool,
    /// The sticky `ready`.
    ready: Option<Arc<Envelope>>,
    closed: bool,
}

impl Hub {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn publish(&self, envelope: Envelope) {
        let envelope = Arc::new(envelope);
        let mut inner = self.lock();
        if matches!(envelope.event, Event::Ready) {
            inner.ready = Some(envelope.clone());
        }
        if inner.had_listener {
            inner.listeners.iter().for_each(|(_, listener)| listener(&envelope));
        } else {
            if inner.backlog.len() == BACKLOG {
                inner.backlog.pop_front();
            }
            inner.backlog.push_back(envelope);
        }
    }

    /// Adds a listener. The first one gets everything published before it; later ones get `ready` if it has been.
    pub(crate) fn listen(&self, listener: Listener) -> ListenerId {
        let mut inner = self.lock();
        inner.next += 1;
        let id = ListenerId(inner.next);
        if inner.had_listener {
            inner.ready.iter().for_each(&listener);
        } else {
            inner.had_listener = true;
            std::mem::take(&mut inner.backlog).iter().for_each(&listener);
        }
        if !inner.closed {
            inner.listeners.push((id, listener));
        }
        id
    }

    /// Removes a listener: when this returns it is not called any more.
    pub(crate) fn unlisten(&self, id: ListenerId) -> bool {
        let mut inner = self.lock();
        let before = inner.listeners.len();
        let gone: Vec<_> = inner.listeners.extract_if(.., |(listener, _)| *listener == id).collect();
        let found = inner.listeners.len() < before;
        drop(inner);
        drop(gone);
        found
    }

    /// Lets all listeners go; no event comes any more.
    pub(crate) fn close(&self) {
        let mut inner = self.lock();
        inner.closed = true;
        let gone = std::mem::take(&mut inner.listeners);
        drop(inner);
        drop(gone);
    }
}

/// A chat's events as a stream: in order, each once, until the chat is closed.
///
/// Events wait in memory until they are taken; take them, or drop the stream.
#[derive(Debug)]
pub struct Events(mpsc::UnboundedReceiver<Arc<Envelope>>);

impl Events {
    pub(crate) fn of(hub: &Hub) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        hub.listen(Box::new(move |envelope| drop(sender.send(envelope.clone()))));
        Self(receiver)
    }

    /// The next event; nothing once the chat is closed. Safe to abandon and to call again.
    pub async fn next(&mut self) -> Option<Arc<Envelope>> {
        self.0.recv().await
    }

    /// The next event that is here already.
    pub fn try_next(&mut self) -> Option<Arc<Envelope>> {
        self.0.try_recv().ok()
    }
}
