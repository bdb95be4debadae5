//! Events for those who ask for them.

use super::{
    backlog::Backlog,
    hub::{Hub, ListenerId},
    is_forked,
    waiting::Delivery,
};
use crate::event::Envelope;
use std::{
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
};
use tokio::sync::Notify;

/// A chat's events as a stream: in order, each to one caller, until the chat is closed.
///
/// Events wait in memory until they are taken; take them, or drop the stream. While 1,024 wait, or 16 MiB, the chat fetches no more.
pub struct Events {
    hub: Arc<Hub>,
    listener: ListenerId,
    queue: Arc<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    changed: Notify,
}

#[derive(Default)]
struct Waiting {
    backlog: Backlog,
    /// Called when there is something to be had again, after somebody has found nothing.
    on_change: Option<Box<dyn Fn() + Send>>,
    found_empty: bool,
}

impl Waiting {
    fn tell(&mut self) {
        if std::mem::take(&mut self.found_empty)
            && let Some(function) = &self.on_change
        {
            function();
        }
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, delivery: Delivery) {
        let mut waiting = self.lock();
        waiting.backlog.push(delivery);
        waiting.tell();
        drop(waiting);
        self.changed.notify_one();
    }

    fn end(&self) {
        let mut waiting = self.lock();
        waiting.backlog.end();
        waiting.tell();
        drop(waiting);
        self.changed.notify_waiters();
    }

    /// The next event, or the end; pending while there is neither.
    fn take(&self) -> Poll<Option<Arc<Envelope>>> {
        let mut waiting = self.lock();
        let next = waiting.backlog.take();
        waiting.found_empty |= next.is_pending();
        next
    }
}

/// Ends the queue when the chat lets its listeners go.
struct Feed(Arc<Queue>);

impl Drop for Feed {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Events {
    pub(crate) fn of(hub: &Arc<Hub>) -> Self {
        let (queue, listener) = (Arc::new(Queue::default()), hub.next_listener());
        let feed = Feed(queue.clone());
        hub.listen(listener, Box::new(move |delivery| feed.0.push(delivery.clone())));
        Self { hub: hub.clone(), listener, queue }
    }

    /// The next event; nothing once the chat is closed. Safe to abandon and to call again, also while another call waits: each event goes
    /// to one of them.
    pub async fn next(&self) -> Option<Arc<Envelope>> {
        while !is_forked() {
            self.hub.look_after();
            let mut changed = pin!(self.queue.changed.notified());
            // From here on no change is missed.
            changed.as_mut().enable();
            match self.queue.take() {
                Poll::Ready(next) => return next,
                Poll::Pending => changed.await,
            }
        }
        None
    }

    /// The next event that is here already.
    pub fn try_next(&self) -> Option<Arc<Envelope>> {
        match self.poll_next() {
            Poll::Ready(next) => next,
            Poll::Pending => None,
        }
    }

    /// The next event if it is here already, or nothing once the chat is closed; pending while there is neither.
    pub fn poll_next(&self) -> Poll<Option<Arc<Envelope>>> {
        if is_forked() {
            return Poll::Ready(None);
        }
        self.hub.look_after();
        self.queue.take()
    }

    /// Has `function` called when there is something to be had again, event or end, after somebody asked and found nothing: once for
    /// each time. It runs on a thread of the library, must not block, and must not use this stream.
    pub fn on_change(&self, function: impl Fn() + Send + 'static) {
        if !is_forked() {
            self.queue.lock().on_change = Some(Box::new(function));
        }
    }
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").field("listener", &self.listener).finish_non_exhaustive()
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        if is_forked() {
            // What it listens to is the parent's: it is never let go here.
            std::mem::forget((self.hub.clone(), self.queue.clone()));
        }
        self.hub.unlisten(self.listener);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;
    use std::sync::mpsc::channel;

    fn publish(hub: &Hub, time: u64) {
        hub.publish(Envelope { time, event: Event::Reconnected });
    }

    #[tokio::test]
    async fn each_event_goes_to_one_of_those_who_wait() {
        let hub = Arc::new(Hub::default());
        let events = Arc::new(Events::of(&hub));
        let waiters: Vec<_> = (0..3)
            .map(|_| {
                let events = events.clone();
                tokio::spawn(async move { events.next().await.map(|envelope| envelope.time) })
            })
            .collect();
        tokio::task::yield_now().await;
        (0..3).for_each(|time| publish(&hub, time));
        let mut got = Vec::new();
        for waiter in waiters {
            got.extend(waiter.await.unwrap());
        }
        got.sort_unstable();
        assert_eq!(got, [0, 1, 2]);
    }

    /// A wait that is polled no more, as under a signal handler that waits as well, keeps nothing from the one that is.
    #[tokio::test]
    async fn a_wait_that_rests_stands_in_nobodys_way() {
        let hub = Arc::new(Hub::default());
        let events = Events::of(&hub);
        let mut resting = pin!(events.next());
        assert!(futures_util::poll!(resting.as_mut()).is_pending());
        let mut second = pin!(events.next());
        assert!(futures_util::poll!(second.as_mut()).is_pending());
        publish(&hub, 1);
        publish(&hub, 2);
        assert_eq!(second.await.unwrap().time, 1);
        assert_eq!(resting.await.unwrap().time, 2);
    }

    #[tokio::test]
    async fn the_end_comes_to_all_behind_the_last_event() {
        let hub = Arc::new(Hub::default());
        let events = Events::of(&hub);
        publish(&hub, 1);
        hub.close();
        assert_eq!(events.next().await.unwrap().time, 1);
        assert!(events.next().await.is_none() && events.next().await.is_none());
    }

    #[test]
    fn a_change_is_told_once_to_who_found_nothing() {
        let hub = Arc::new(Hub::default());
        let events = Events::of(&hub);
        let (sender, told) = channel();
        events.on_change(move || sender.send(()).unwrap());
        publish(&hub, 1);
        assert!(told.try_recv().is_err());
        assert!(events.try_next().is_some() && events.try_next().is_none());
        publish(&hub, 2);
        publish(&hub, 3);
        assert_eq!(told.try_iter().count(), 1);
        assert!(events.try_next().is_some() && events.try_next().is_some() && events.try_next().is_none());
        hub.close();
        assert_eq!(told.try_iter().count(), 1);
        assert_eq!(events.poll_next().map(|it| it.is_none()), Poll::Ready(true));
    }

    #[test]
    fn a_stream_that_is_dropped_listens_no_more() {
        let hub = Arc::new(Hub::default());
        let events = Events::of(&hub);
        let listener = events.listener;
        drop(events);
        assert!(!hub.unlisten(listener));
    }
}
