//! What waits for the application, and from when on it is too much. Nothing is dropped at these bounds: the service fetches no more
//! until the application has taken some, and at the last of them it takes no further commands.

use super::is_forked;
use crate::{
    Error, ErrorKind, Retry,
    command::{Command, RequestId, Resolution},
    event::Envelope,
    model::weight::of_value,
};
use std::{
    fmt,
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};
use tokio::sync::Notify;

/// How many events may wait before the service fetches no more.
pub(crate) const EVENTS: usize = 1_024;

/// How large they may be together.
pub(crate) const BYTES: usize = 16 << 20;

/// How much more than that may come of commands, whose events are not fetched.
const OF_COMMANDS: usize = 16;

/// How many commands may be under way.
const COMMANDS: usize = 10_000;

/// How large their options may be together.
const COMMAND_BYTES: usize = 64 << 20;

/// The events of one service that the application has not taken.
#[derive(Default)]
pub(crate) struct Load {
    events: AtomicUsize,
    bytes: AtomicUsize,
    relieved: Notify,
}

impl Load {
    fn is_within(&self, events: usize, bytes: usize) -> bool {
        self.events.load(Ordering::SeqCst) < events && self.bytes.load(Ordering::SeqCst) < bytes
    }

    /// Whether the service is to fetch no more.
    pub(crate) fn is_full(&self) -> bool {
        !self.is_within(EVENTS, BYTES)
    }

    /// Whether it is to take no further commands either.
    pub(crate) fn is_overfull(&self) -> bool {
        !self.is_within(EVENTS * OF_COMMANDS, BYTES * OF_COMMANDS)
    }

    /// Whether it may fetch again.
    pub(crate) fn is_low(&self) -> bool {
        self.is_within(EVENTS / 2, BYTES / 2)
    }

    /// Ready when it may fetch again.
    pub(crate) async fn low(&self) {
        while !self.is_low() {
            self.relieved.notified().await;
        }
    }

    fn remove(&self, bytes: usize) {
        let was_low = self.is_low();
        self.events.fetch_sub(1, Ordering::SeqCst);
        self.bytes.fetch_sub(bytes, Ordering::SeqCst);
        if !was_low && self.is_low() {
            self.relieved.notify_one();
        }
    }
}

/// An event on its way to the application. It counts as waiting until the last clone of this is gone: drop it, or take the event out,
/// when the application has it.
#[derive(Clone)]
pub struct Delivery(Arc<Counted>);

struct Counted {
    envelope: Arc<Envelope>,
    bytes: usize,
    load: Arc<Load>,
}

impl Drop for Counted {
    fn drop(&mut self) {
        // In a forked process a lock could be that of a thread which is not there.
        if !is_forked() {
            self.load.remove(self.bytes);
        }
    }
}

impl Delivery {
    pub(crate) fn new(envelope: Arc<Envelope>, load: &Arc<Load>) -> Self {
        let bytes = envelope.event.weight();
        load.events.fetch_add(1, Ordering::SeqCst);
        load.bytes.fetch_add(bytes, Ordering::SeqCst);
        Self(Arc::new(Counted { envelope, bytes, load: load.clone() }))
    }

    /// Roughly how large it is.
    pub fn bytes(&self) -> usize {
        self.0.bytes
    }

    /// The event, which has arrived.
    pub fn take(self) -> Arc<Envelope> {
        self.0.envelope.clone()
    }
}

impl Deref for Delivery {
    type Target = Arc<Envelope>;

    fn deref(&self) -> &Arc<Envelope> {
        &self.0.envelope
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Delivery").field(&self.0.envelope).finish()
    }
}

/// The commands of one service that the application has no outcome of.
#[derive(Default)]
pub(crate) struct UnderWay {
    last: AtomicU64,
    commands: AtomicUsize,
    bytes: AtomicUsize,
}

/// A command's place among those under way. It is free again when this is dropped, which is when the application has the outcome.
pub struct Place {
    id: RequestId,
    bytes: usize,
    of: Arc<UnderWay>,
}

impl UnderWay {
    pub(crate) fn next_id(&self) -> RequestId {
        RequestId(self.last.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// A place for one more command, under an id of its own, where there is one.
    pub(crate) fn place(self: &Arc<Self>) -> Result<Place, Error> {
        let before = self.commands.fetch_add(1, Ordering::SeqCst);
        let place = Place { id: self.next_id(), bytes: 0, of: self.clone() };
        if before >= COMMANDS || self.bytes.load(Ordering::SeqCst) >= COMMAND_BYTES {
            let text = format!(
                "too much is under way: {COMMANDS} commands, or {} MiB of them, have no outcome yet, or one that nobody has taken",
                COMMAND_BYTES >> 20
            );
            return Err(Error::new(ErrorKind::Busy, text).with_retry(Retry::WithBackoff));
        }
        Ok(place)
    }
}

impl Place {
    /// The id of the command.
    pub fn id(&self) -> RequestId {
        self.id
    }

    pub(crate) fn weigh(&mut self, command: &Command) {
        self.add(command.weight());
    }

    /// Counts what an outcome takes that waits for the application.
    pub fn keep(&mut self, outcome: &Result<Resolution, Error>) {
        self.add(match outcome {
            Ok(resolution) => resolution.weight(),
            Err(error) => error.response().map_or(0, of_value),
        });
    }

    fn add(&mut self, bytes: usize) {
        self.bytes += bytes;
        self.of.bytes.fetch_add(bytes, Ordering::SeqCst);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.of.bytes.fetch_sub(self.bytes, Ordering::SeqCst);
        self.of.commands.fetch_sub(1, Ordering::SeqCst);
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Private,
        command::SendMessage,
        event::{Event, MessageReceived},
        model::{Message, Received, Whose},
        transport::{Body, NoSessions, SessionForm},
    };

    fn delivery(load: &Arc<Load>) -> Delivery {
        Delivery::new(Arc::new(Envelope { time: 0, event: Event::Reconnected }), load)
    }

    #[test]
    fn an_event_waits_until_the_last_clone_is_gone() {
        let load = Arc::new(Load::default());
        let all: Vec<_> = (0..EVENTS).map(|_| delivery(&load)).collect();
        assert!(load.is_full() && !load.is_low());
        let clones = all.clone();
        drop(all);
        assert!(load.is_full());
        let events: Vec<_> = clones.into_iter().map(Delivery::take).collect();
        assert!(!load.is_full() && load.is_low() && events.len() == EVENTS);
        assert_eq!(load.bytes.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn large_events_fill_it_sooner() {
        let load = Arc::new(Load::default());
        let message = Message { text: Some(Private::new("x".repeat(BYTES))), ..Message::default() };
        let received = vec![Received { message, original: Arc::default(), whose: Whose::Untold }];
        let event = Event::MessageReceived(MessageReceived {
            received,
            restoring: false,
            old_messages: false,
            session_data: NoSessions.none(),
            idle_time_count_down: None,
        });
        let large = Delivery::new(Arc::new(Envelope { time: 0, event }), &load);
        assert!(load.is_full() && !load.is_overfull());
        drop(large);
        assert!(load.is_low());
    }

    #[tokio::test]
    async fn whoever_waits_for_relief_is_told_when_half_is_taken() {
        let load = Arc::new(Load::default());
        let mut all: Vec<_> = (0..EVENTS).map(|_| delivery(&load)).collect();
        let mut low = Box::pin(load.low());
        all.truncate(EVENTS / 2);
        assert!(futures_util::poll!(low.as_mut()).is_pending());
        all.pop();
        low.await;
    }

    #[test]
    fn commands_have_as_many_places_as_there_are() {
        let under_way = Arc::new(UnderWay::default());
        let mut places: Vec<_> = (0..COMMANDS).map(|_| under_way.place().unwrap()).collect();
        let error = under_way.place().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy);
        assert!(error.message().contains("10000 commands"));
        places.pop();
        let place = under_way.place().unwrap();
        assert!(place.id().0 > places.len() as u64);
    }

    #[test]
    fn large_commands_have_fewer() {
        let under_way = Arc::new(UnderWay::default());
        let text = Private::new("x".repeat(COMMAND_BYTES));
        let command = Command::SendMessage(SendMessage { message: Some(text), ..SendMessage::default() });
        let mut place = under_way.place().unwrap();
        place.weigh(&command);
        assert_eq!(under_way.place().unwrap_err().kind(), ErrorKind::Busy);
        drop(place);
        let mut place = under_way.place().unwrap();
        place.keep(&Ok(Resolution::Response(Body(vec![0; COMMAND_BYTES].into()))));
        assert_eq!(under_way.place().unwrap_err().kind(), ErrorKind::Busy, "an outcome that nobody takes");
        drop(place);
        assert!(under_way.place().is_ok());
    }
}
