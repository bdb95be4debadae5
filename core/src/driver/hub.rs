//! Events on their way to listeners, in order.
//!
//! A program cannot always listen before its chat begins: what a stored session brings can be there before the second listener is. So
//! everything is kept from the beginning until the program gives its first command, and each listener added until then gets all of it.
//! As long as that has been asked for by nobody, it waits (see `waiting`).
//!
//! Listeners are called with their list locked, so that none is called any more once it has been removed. What is kept has a lock of its
//! own, which is never held while a listener runs: listeners may give commands.

use super::{
    is_forked,
    ties::Ties,
    waiting::{BYTES, Delivery, EVENTS, Load},
};
use crate::event::{Envelope, Event};
use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

/// Identifies a listener of a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ListenerId(u64);

type Listener = Box<dyn Fn(&Delivery) + Send>;

/// The listeners of one service.
#[derive(Default)]
pub(crate) struct Hub {
    next: AtomicU64,
    listeners: Mutex<Listeners>,
    /// Locked after the listeners, where both are.
    past: Mutex<Past>,
    load: Arc<Load>,
    ties: OnceLock<Weak<Ties>>,
}

#[derive(Default)]
struct Listeners {
    all: Vec<(ListenerId, Listener)>,
    closed: bool,
}

/// What has been published.
#[derive(Default)]
struct Past {
    kept: VecDeque<Kept>,
    kept_bytes: usize,
    had_listener: bool,
    /// The program has given its first command, or too much has happened for all of it to be kept.
    under_way: bool,
    /// The sticky `ready`.
    ready: Option<Arc<Envelope>>,
    /// How many events that nobody had asked for were dropped.
    dropped: u64,
}

/// An event kept for listeners to come.
struct Kept {
    envelope: Arc<Envelope>,
    bytes: usize,
    /// As long as it waits for the first of them.
    waiting: Option<Delivery>,
}

impl Past {
    /// Whether a listener added now gets everything that is kept.
    fn keeps(&self) -> bool {
        !self.under_way || !self.had_listener
    }

    fn keep(&mut self, delivery: Delivery) {
        let waits = !self.had_listener && !self.under_way;
        let (envelope, bytes) = (delivery.clone().take(), delivery.bytes());
        self.kept.push_back(Kept { envelope, bytes, waiting: waits.then_some(delivery) });
        self.kept_bytes += bytes;
        if !waits {
            self.keep_within_bounds();
        }
    }

    fn keep_within_bounds(&mut self) {
        if self.kept.len() <= EVENTS && self.kept_bytes <= BYTES {
            return;
        }
        if self.had_listener {
            self.under_way = true;
            self.forget();
            log::warn!(target: "webchat::chat", "the events from the beginning are not kept any longer: who listens from now on gets what comes");
            return;
        }
        while self.kept.len() > EVENTS || self.kept_bytes > BYTES {
            let Some(oldest) = self.kept.pop_front() else { return };
            self.kept_bytes -= oldest.bytes;
            if self.dropped == 0 {
                log::warn!(target: "webchat::chat", "nobody has asked for events yet: the oldest are dropped");
            }
            self.dropped += 1;
        }
    }

    /// What a listener added now gets; the first of all is there.
    fn hand_over(&mut self) -> Vec<Arc<Envelope>> {
        let keeps = self.keeps();
        self.had_listener = true;
        if keeps {
            self.kept.iter().map(|kept| kept.envelope.clone()).collect()
        } else {
            self.ready.iter().cloned().collect()
        }
    }

    fn forget(&mut self) {
        self.kept = VecDeque::new();
        self.kept_bytes = 0;
    }

    /// What is kept waits for nobody any more.
    fn let_wait(&mut self) {
        for kept in &mut self.kept {
            kept.waiting = None;
        }
    }
}

impl Hub {
    fn listeners(&self) -> MutexGuard<'_, Listeners> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn past(&self) -> MutexGuard<'_, Past> {
        self.past.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The ties that this is one of.
    pub(crate) fn tie(&self, ties: &Arc<Ties>) {
        let _ = self.ties.set(Arc::downgrade(ties));
    }

    /// Before somebody waits for events: ends them if none can come any more.
    pub(crate) fn look_after(&self) {
        if let Some(ties) = self.ties.get().and_then(Weak::upgrade) {
            ties.is_whole();
        }
    }

    /// What waits for the application.
    pub(crate) fn load(&self) -> &Load {
        &self.load
    }

    pub(crate) fn publish(&self, envelope: Envelope) {
        let envelope = Arc::new(envelope);
        let listeners = self.listeners();
        if matches!(envelope.event, Event::Ready) {
            self.past().ready = Some(envelope.clone());
        }
        let delivery = Delivery::new(envelope, &self.load);
        listeners.all.iter().for_each(|(_, listener)| listener(&delivery));
        let mut past = self.past();
        if past.keeps() {
            past.keep(delivery);
        }
    }

    /// An id for [`Hub::listen`].
    pub(crate) fn next_listener(&self) -> ListenerId {
        if is_forked() {
            return ListenerId(0);
        }
        ListenerId(self.next.fetch_add(1, Ordering::Relaxed).wrapping_add(1))
    }

    /// Adds a listener under an id of its own. Until the program's first command it gets everything from the beginning, and so does the
    /// first of all; later ones get `ready` if it has been.
    pub(crate) fn listen(&self, id: ListenerId, listener: Listener) {
        if is_forked() {
            return;
        }
        let mut listeners = self.listeners();
        let handed_over = self.past().hand_over();
        for envelope in handed_over {
            listener(&Delivery::new(envelope, &self.load));
        }
        let mut past = self.past();
        past.let_wait();
        if !past.keeps() {
            past.forget();
        }
        drop(past);
        if !listeners.closed {
            listeners.all.push((id, listener));
        }
    }

    /// Adds one who only looks on: it gets everything that is kept so far and what comes, and whoever listens after it is none the later.
    pub(crate) fn look_on(&self, id: ListenerId, listener: Listener) {
        if is_forked() {
            return;
        }
        let mut listeners = self.listeners();
        let kept: Vec<_> = self.past().kept.iter().map(|kept| kept.envelope.clone()).collect();
        for envelope in kept {
            listener(&Delivery::new(envelope, &self.load));
        }
        if !listeners.closed {
            listeners.all.push((id, listener));
        }
    }

    /// The program gives a command: whoever listens from now on was late.
    pub(crate) fn get_under_way(&self) {
        let mut past = self.past();
        if std::mem::replace(&mut past.under_way, true) {
            return;
        }
        past.let_wait();
        if past.keeps() {
            past.keep_within_bounds();
        } else {
            past.forget();
        }
    }

    /// Removes a listener: when this returns it is not called any more.
    pub(crate) fn unlisten(&self, id: ListenerId) -> bool {
        if is_forked() {
            return false;
        }
        let mut listeners = self.listeners();
        let gone: Vec<_> = listeners.all.extract_if(.., |(listener, _)| *listener == id).collect();
        drop(listeners);
        !gone.is_empty()
    }

    /// Lets all listeners go; no event comes any more.
    pub(crate) fn close(&self) {
        let mut listeners = self.listeners();
        listeners.closed = true;
        let gone = std::mem::take(&mut listeners.all);
        drop(listeners);
        drop(gone);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::EventKind;
    use std::sync::mpsc::{Receiver, channel};

    fn listen(hub: &Hub) -> (ListenerId, Receiver<u64>) {
        let (sender, receiver) = channel();
        let id = hub.next_listener();
        hub.listen(id, Box::new(move |envelope| sender.send(envelope.time).unwrap_or_default()));
        (id, receiver)
    }

    fn publish(hub: &Hub, times: impl IntoIterator<Item = u64>) {
        for time in times {
            hub.publish(Envelope { time, event: Event::Reconnected });
        }
    }

    fn got(receiver: &Receiver<u64>) -> Vec<u64> {
        receiver.try_iter().collect()
    }

    #[test]
    fn every_listener_before_the_first_command_gets_everything_in_order() {
        let hub = Hub::default();
        publish(&hub, 0..3);
        let (_, first) = listen(&hub);
        publish(&hub, 3..5);
        let (_, second) = listen(&hub);
        publish(&hub, 5..6);
        hub.get_under_way();
        publish(&hub, 6..8);
        let all: Vec<_> = (0..8).collect();
        assert_eq!((got(&first), got(&second)), (all.clone(), all));
        let (_, late) = listen(&hub);
        publish(&hub, 8..9);
        assert_eq!(got(&late), [8]);
    }

    #[test]
    fn the_first_listener_gets_everything_however_late() {
        let hub = Hub::default();
        publish(&hub, 0..2);
        hub.get_under_way();
        publish(&hub, 2..4);
        let (_, first) = listen(&hub);
        let (_, second) = listen(&hub);
        publish(&hub, 4..5);
        assert_eq!((got(&first), got(&second)), (vec![0, 1, 2, 3, 4], vec![4]));
    }

    #[test]
    fn one_who_looks_on_makes_nobody_late() {
        let hub = Hub::default();
        publish(&hub, 0..2);
        let (sender, looker) = channel();
        hub.look_on(
            hub.next_listener(),
            Box::new(move |envelope| sender.send(envelope.time).unwrap_or_default()),
        );
        hub.get_under_way();
        publish(&hub, 2..4);
        let (_, first) = listen(&hub);
        assert_eq!((got(&looker), got(&first)), (vec![0, 1, 2, 3], vec![0, 1, 2, 3]));
    }

    #[test]
    fn a_listener_that_went_takes_nothing_with_it() {
        let hub = Hub::default();
        publish(&hub, 0..2);
        let (id, _gone) = listen(&hub);
        assert!(hub.unlisten(id) && !hub.unlisten(id));
        publish(&hub, 2..3);
        assert_eq!(got(&listen(&hub).1), [0, 1, 2]);
    }

    #[test]
    fn what_is_kept_has_a_bound_beyond_which_late_listeners_are_late() {
        let hub = Hub::default();
        let (_, first) = listen(&hub);
        let many = EVENTS as u64 + 1;
        publish(&hub, 0..many);
        let (_, late) = listen(&hub);
        publish(&hub, many..=many);
        assert_eq!(got(&first), (0..=many).collect::<Vec<_>>());
        assert_eq!(got(&late), [many]);
    }

    #[test]
    fn ready_comes_to_the_latest_listener_once() {
        let hub = Hub::default();
        hub.publish(Envelope { time: 0, event: Event::Ready });
        hub.get_under_way();
        let names = |hub: &Hub| {
            let (sender, receiver) = channel();
            hub.listen(hub.next_listener(), Box::new(move |it| sender.send(it.event.kind()).unwrap()));
            receiver.try_iter().collect::<Vec<_>>()
        };
        assert_eq!(names(&hub), [EventKind::Ready]);
        assert_eq!(names(&hub), [EventKind::Ready]);
    }

    /// A command given by a listener: in an event that comes to it, and in one that was kept for it.
    #[test]
    fn listeners_may_give_the_first_command() {
        for kept in [false, true] {
            let hub = Arc::new(Hub::default());
            if kept {
                publish(&hub, 0..2);
            }
            let (sender, receiver) = channel();
            let own = hub.clone();
            let commanding = move |envelope: &Delivery| {
                own.get_under_way();
                sender.send(envelope.time).unwrap_or_default();
            };
            // What hangs is noticed from outside.
            let (done, is_done) = channel();
            std::thread::spawn(move || {
                hub.listen(hub.next_listener(), Box::new(commanding));
                publish(&hub, 2..4);
                let (_, late) = listen(&hub);
                publish(&hub, 4..5);
                done.send(got(&late)).unwrap();
            });
            let late = is_done.recv_timeout(std::time::Duration::from_mins(1));
            assert_eq!(late.as_deref(), Ok(&[4][..]), "a listener that gives a command holds up everything");
            assert_eq!(got(&receiver), if kept { (0..5).collect::<Vec<_>>() } else { vec![2, 3, 4] });
        }
    }

    #[test]
    fn after_the_end_what_was_kept_can_still_be_had() {
        let hub = Hub::default();
        publish(&hub, 0..2);
        hub.close();
        let (_, listener) = listen(&hub);
        assert_eq!(listener.iter().collect::<Vec<_>>(), [0, 1]);
    }

    #[test]
    fn what_nobody_asked_for_waits_until_the_first_command() {
        let hub = Hub::default();
        let many = EVENTS as u64 + 10;
        publish(&hub, 0..many);
        assert!(hub.load().is_full());
        hub.get_under_way();
        assert!(hub.load().is_low());
        assert_eq!(got(&listen(&hub).1), (10..many).collect::<Vec<_>>(), "the oldest went");
    }

    #[test]
    fn what_nobody_asked_for_waits_for_the_first_listener() {
        let hub = Hub::default();
        let many = EVENTS as u64 + 10;
        publish(&hub, 0..many);
        assert_eq!(got(&listen(&hub).1), (0..many).collect::<Vec<_>>());
        assert!(hub.load().is_low());
    }

    #[test]
    fn the_slowest_listener_counts() {
        let hub = Hub::default();
        let _quick = listen(&hub);
        let (sender, slow) = channel();
        hub.listen(
            hub.next_listener(),
            Box::new(move |delivery| sender.send(delivery.clone()).unwrap_or_default()),
        );
        publish(&hub, 0..EVENTS as u64);
        assert!(hub.load().is_full());
        assert_eq!(slow.try_iter().count(), EVENTS);
        assert!(hub.load().is_low());
    }

    /// Listeners come from several threads while events are published: each gets every event once, in order.
    #[test]
    fn listeners_that_come_while_events_do_miss_none() {
        let hub = Hub::default();
        std::thread::scope(|scope| {
            let listeners: Vec<_> = (0..4).map(|_| scope.spawn(|| listen(&hub).1)).collect();
            publish(&hub, 0..500);
            let receivers: Vec<_> = listeners.into_iter().map(|it| it.join().unwrap()).collect();
            for receiver in receivers {
                assert_eq!(got(&receiver), (0..500).collect::<Vec<_>>());
            }
        });
    }
}
