//! The newest events of a chat, for those who wait for a certain one. They are looked through again and again, so nothing is lost by
//! looking, and they hold the chat back as little as events that have arrived. `kept` is what is remembered.

mod kept;

use super::{
    hub::{Hub, ListenerId},
    is_forked,
    waiting::Delivery,
};
use crate::event::Envelope;
use kept::{Kept, Place};
use std::{
    fmt, mem,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
};
use tokio::sync::Notify;

/// The newest events of a chat: 1,024, or 1 MiB of messages. Clones are the same log; it ends with the last, and with the chat, which it
/// does not keep open.
///
/// Who waits for what a command brings takes the [`mark`](Self::mark) before it is given, and [`look`](Self::look)s from there: however
/// fast it came, it is not missed.
#[derive(Clone)]
pub struct Recent(Arc<Listening>);

struct Listening {
    hub: Arc<Hub>,
    listener: ListenerId,
    log: Arc<Log>,
}

#[derive(Default)]
struct Log {
    kept: Mutex<Kept>,
    changed: Notify,
}

impl Log {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Kept)) {
        change(&mut self.kept());
        self.changed.notify_waiters();
    }
}

/// Tells those who look of the end, when the chat lets its listeners go.
struct Feed(Arc<Log>);

impl Drop for Feed {
    fn drop(&mut self) {
        self.0.change(Kept::close);
    }
}

impl Recent {
    pub(crate) fn of(hub: &Arc<Hub>) -> Self {
        let (log, listener) = (Arc::new(Log::default()), hub.next_listener());
        let feed = Feed(log.clone());
        let remember = move |delivery: &Delivery| {
            feed.0.change(|kept| kept.push(Arc::clone(delivery), delivery.bytes()));
        };
        hub.look_on(listener, Box::new(remember));
        Self(Arc::new(Listening { hub: hub.clone(), listener, log }))
    }

    /// Where the next event will stand; the first of a chat stands at 0.
    pub fn mark(&self) -> u64 {
        if is_forked() { 0 } else { self.0.log.kept().end() }
    }

    /// Begins to look through the events from `mark` on; without it through `ready`, if that has been, and what comes from now on.
    pub fn look(&self, mark: Option<u64>) -> Look {
        self.begin(mark, None)
    }

    /// The same, for who is told rather than waits: `on_change` is called when there is something to be had again, event or end, after
    /// [`Look::poll_next`] has found nothing; once for each time, and not any more once the look is dropped. It runs on a thread of the
    /// library, must not block, and must not use this log.
    pub fn look_and_tell(&self, mark: Option<u64>, on_change: impl Fn() + Send + 'static) -> Look {
        self.begin(mark, Some(Box::new(on_change)))
    }

    fn begin(&self, mark: Option<u64>, on_change: Option<kept::OnChange>) -> Look {
        // A lock could be that of a thread which has stayed in the parent.
        let place = if is_forked() { Place::default() } else { self.0.log.kept().begin(mark, on_change) };
        Look { recent: self.clone(), place: Mutex::new(place) }
    }
}

impl fmt::Debug for Recent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recent").field("listener", &self.0.listener).finish_non_exhaustive()
    }
}

impl Drop for Recent {
    fn drop(&mut self) {
        if is_forked() {
            // What it listens to is the parent's: it is never let go here.
            mem::forget(self.0.clone());
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.hub.unlisten(self.listener);
    }
}

/// A look through the events of a [`Recent`], in order. It takes nothing from others.
pub struct Look {
    recent: Recent,
    place: Mutex<Place>,
}

impl Look {
    fn log(&self) -> &Log {
        &self.recent.0.log
    }

    fn place(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next event that is remembered, or nothing once the chat is closed and all were seen; pending while there is neither.
    pub fn poll_next(&self) -> Poll<Option<Arc<Envelope>>> {
        if is_forked() {
            return Poll::Ready(None);
        }
        self.recent.0.hub.look_after();
        let mut place = self.place();
        self.log().kept().see(&mut place)
    }

    /// The same, waited for. Safe to abandon and to call again.
    pub async fn next(&self) -> Option<Arc<Envelope>> {
        loop {
            let mut changed = pin!(self.log().changed.notified());
            // From here on no change is missed.
            changed.as_mut().enable();
            match self.poll_next() {
                Poll::Ready(next) => return next,
                Poll::Pending => changed.await,
            }
        }
    }

    /// Where the event after the one that came last stands.
    pub fn mark(&self) -> u64 {
        self.place().next
    }

    /// Whether the session had ended when the look began, and no other had begun: then an event that comes in a session only comes no
    /// more, unless it is here already.
    pub fn was_over(&self) -> bool {
        self.place().was_over
    }
}

impl fmt::Debug for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Look").field("mark", &self.mark()).finish_non_exhaustive()
    }
}

impl Drop for Look {
    fn drop(&mut self) {
        if !is_forked() {
            let place = self.place();
            let gone = self.log().kept().forget(&place);
            drop(gone);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, EventKind};
    use std::sync::mpsc::channel;

    fn publish(hub: &Hub, event: Event) {
        hub.publish(Envelope { time: 0, event });
    }

    fn kind(next: Option<Arc<Envelope>>) -> Option<EventKind> {
        next.map(|envelope| envelope.event.kind())
    }

    #[tokio::test]
    async fn what_comes_between_the_mark_and_the_wait_is_not_missed() {
        let hub = Arc::new(Hub::default());
        publish(&hub, Event::Ready);
        let recent = Recent::of(&hub);
        assert_eq!(recent.mark(), 1, "what was before the log counts");
        let mark = recent.mark();
        publish(&hub, Event::Reconnected);
        let look = recent.look(Some(mark));
        assert_eq!(kind(look.next().await), Some(EventKind::Reconnected));
        assert_eq!(look.mark(), 2);
        // Others see it as well.
        assert_eq!(kind(recent.look(Some(mark)).next().await), Some(EventKind::Reconnected));
    }

    #[tokio::test]
    async fn all_who_wait_get_each_event_and_the_end() {
        let hub = Arc::new(Hub::default());
        let recent = Recent::of(&hub);
        let waiters: Vec<_> = (0..3)
            .map(|_| {
                let look = recent.look(None);
                tokio::spawn(async move { (kind(look.next().await), kind(look.next().await)) })
            })
            .collect();
        tokio::task::yield_now().await;
        publish(&hub, Event::Disconnected);
        hub.close();
        for waiter in waiters {
            assert_eq!(waiter.await.unwrap(), (Some(EventKind::Disconnected), None));
        }
    }

    #[test]
    fn who_found_nothing_is_told_once_and_not_after_the_look() {
        let hub = Arc::new(Hub::default());
        let recent = Recent::of(&hub);
        let (sender, told) = channel();
        let look = recent.look_and_tell(None, move || sender.send(()).unwrap());
        publish(&hub, Event::Disconnected);
        assert!(told.try_recv().is_err());
        assert!(look.poll_next().is_ready() && look.poll_next().is_pending());
        publish(&hub, Event::Reconnected);
        publish(&hub, Event::Disconnected);
        assert_eq!(told.try_iter().count(), 1);
        assert!(look.poll_next().is_ready() && look.poll_next().is_ready() && look.poll_next().is_pending());
        drop(look);
        hub.close();
        assert!(told.recv().is_err(), "it is neither called nor kept");
    }

    #[test]
    fn the_log_makes_nobody_late_holds_nothing_up_and_ends_with_its_last_clone() {
        let hub = Arc::new(Hub::default());
        let recent = Recent::of(&hub);
        publish(&hub, Event::Ready);
        hub.get_under_way();
        let (sender, first) = channel();
        hub.listen(hub.next_listener(), Box::new(move |it| sender.send(it.event.kind()).unwrap()));
        assert_eq!(first.try_iter().collect::<Vec<_>>(), [EventKind::Ready]);
        (0..10_000).for_each(|_| publish(&hub, Event::Reconnected));
        assert!(hub.load().is_low());
        let listener = recent.0.listener;
        let look = recent.look(Some(recent.mark()));
        drop(recent);
        publish(&hub, Event::Disconnected);
        assert_eq!(look.poll_next().map(kind), Poll::Ready(Some(EventKind::Disconnected)));
        drop(look);
        assert!(!hub.unlisten(listener));
    }
}
