//! The events that are remembered, by their numbers, how far each look has come, and who is to be told of more.

use crate::event::{Envelope, Event, Session};
use std::{collections::VecDeque, mem, sync::Arc, task::Poll};

/// How many events are remembered.
const EVENTS: usize = 1_024;

/// How large they may be together.
const BYTES: usize = 1 << 20;

#[derive(Default)]
pub(super) struct Kept {
    events: VecDeque<Remembered>,
    bytes: usize,
    /// The number of the first of `events`.
    first: u64,
    /// Whether the session had ended before the first of `events`.
    was_over: bool,
    ready: Option<Arc<Envelope>>,
    closed: bool,
    told: Vec<Told>,
    last_look: u64,
}

struct Remembered {
    envelope: Arc<Envelope>,
    bytes: usize,
    /// Whether the session has ended by then, and no other has begun.
    is_over: bool,
}

/// A look that wants to be told.
pub(super) struct Told {
    look: u64,
    on_change: OnChange,
    found_nothing: bool,
}

pub(super) type OnChange = Box<dyn Fn() + Send>;

/// How far a look has come.
#[derive(Default)]
pub(super) struct Place {
    /// What is to be seen before anything else.
    first: Option<Arc<Envelope>>,
    pub(super) next: u64,
    look: u64,
    /// Whether the session had ended when the look began.
    pub(super) was_over: bool,
}

impl Kept {
    /// The number that the next event will have.
    pub(super) fn end(&self) -> u64 {
        self.first + self.events.len() as u64
    }

    fn event(&self, number: u64) -> Option<&Remembered> {
        self.events.get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    fn is_over_before(&self, number: u64) -> bool {
        let before = number.checked_sub(1).and_then(|before| self.event(before));
        before.map_or(self.was_over, |before| before.is_over)
    }

    pub(super) fn push(&mut self, envelope: Arc<Envelope>, bytes: usize) {
        let is_over = match envelope.event.kind().session() {
            Some(Session::Begins) => false,
            Some(Session::Ends) => true,
            _ => self.is_over_before(self.end()),
        };
        if matches!(envelope.event, Event::Ready) {
            self.ready = Some(envelope.clone());
        }
        self.events.push_back(Remembered { envelope, bytes, is_over });
        self.bytes += bytes;
        while self.events.len() > EVENTS || (self.bytes > BYTES && self.events.len() > 1) {
            let Some(oldest) = self.events.pop_front() else { break };
            self.bytes -= oldest.bytes;
            self.was_over = oldest.is_over;
            self.first += 1;
        }
        self.tell();
    }

    /// No event comes any more.
    pub(super) fn close(&mut self) {
        self.closed = true;
        self.tell();
    }

    fn tell(&mut self) {
        for told in &mut self.told {
            if mem::take(&mut told.found_nothing) {
                (told.on_change)();
            }
        }
    }

    /// Where a look from `mark` on begins.
    pub(super) fn begin(&mut self, mark: Option<u64>, on_change: Option<OnChange>) -> Place {
        self.last_look += 1;
        let look = self.last_look;
        self.told.extend(on_change.map(|on_change| Told { look, on_change, found_nothing: false }));
        let next = mark.unwrap_or(self.end());
        let first = if mark.is_none() { self.ready.clone() } else { None };
        Place { first, next, look, was_over: self.is_over_before(next.max(self.first)) }
    }

    /// What a look sees next.
    pub(super) fn see(&mut self, place: &mut Place) -> Poll<Option<Arc<Envelope>>> {
        if let Some(first) = place.first.take() {
            return Poll::Ready(Some(first));
        }
        let number = place.next.max(self.first);
        if let Some(event) = self.event(number) {
            place.next = number + 1;
            return Poll::Ready(Some(event.envelope.clone()));
        }
        if self.closed {
            return Poll::Ready(None);
        }
        if let Some(told) = self.told.iter_mut().find(|told| told.look == place.look) {
            told.found_nothing = true;
        }
        Poll::Pending
    }

    /// A look is over. What it wanted called is not to be dropped while this is locked.
    pub(super) fn forget(&mut self, place: &Place) -> Option<Told> {
        let position = self.told.iter().position(|told| told.look == place.look)?;
        Some(self.told.swap_remove(position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        event::{EventKind, Started},
        transport::{NoSessions, SessionForm},
    };
    use serde_json::Value;

    fn push(kept: &mut Kept, event: Event) {
        kept.push(Arc::new(Envelope { time: 0, event }), 1);
    }

    fn started() -> Event {
        Event::Started(Started { session: NoSessions.none(), told: Value::Null })
    }

    fn all(kept: &mut Kept, mark: Option<u64>) -> Vec<EventKind> {
        let mut place = kept.begin(mark, None);
        let mut seen = Vec::new();
        while let Poll::Ready(Some(envelope)) = kept.see(&mut place) {
            seen.push(envelope.event.kind());
        }
        seen
    }

    #[test]
    fn a_look_begins_at_its_mark_or_with_ready_and_what_comes() {
        let mut kept = Kept::default();
        push(&mut kept, Event::Ready);
        push(&mut kept, started());
        let mark = kept.end();
        push(&mut kept, Event::PollingStarted);
        assert_eq!(
            all(&mut kept, Some(0)),
            [EventKind::Ready, EventKind::Started, EventKind::PollingStarted]
        );
        assert_eq!(all(&mut kept, Some(mark)), [EventKind::PollingStarted]);
        assert_eq!(all(&mut kept, None), [EventKind::Ready]);
        let mut place = kept.begin(None, None);
        push(&mut kept, Event::Reconnected);
        let mut next = || kept.see(&mut place).map(|seen| seen.map(|it| it.event.kind()));
        assert_eq!(next(), Poll::Ready(Some(EventKind::Ready)), "it had been");
        assert_eq!(next(), Poll::Ready(Some(EventKind::Reconnected)));
        assert_eq!(next(), Poll::Pending);
    }

    #[test]
    fn the_oldest_events_are_forgotten_by_number_and_by_size() {
        let mut kept = Kept::default();
        push(&mut kept, Event::Ready);
        (0..EVENTS).for_each(|_| push(&mut kept, Event::Reconnected));
        assert_eq!(all(&mut kept, Some(0)), vec![EventKind::Reconnected; EVENTS]);
        let envelope = || Arc::new(Envelope { time: 0, event: Event::Disconnected });
        kept.push(envelope(), BYTES / 2 + 1);
        assert_eq!(all(&mut kept, Some(0)).len(), EVENTS);
        kept.push(envelope(), BYTES / 2);
        assert_eq!(all(&mut kept, Some(0)).len(), 1, "two halves and a byte are too much");
        // One alone may be as large as it is.
        kept.push(envelope(), 2 * BYTES);
        assert_eq!(all(&mut kept, Some(0)), [EventKind::Disconnected]);
    }

    #[test]
    fn a_look_knows_whether_the_session_had_ended_where_it_begins() {
        let mut kept = Kept::default();
        let is_over = |kept: &mut Kept, mark| kept.begin(mark, None).was_over;
        push(&mut kept, Event::Ready);
        assert!(!is_over(&mut kept, None));
        push(&mut kept, started());
        push(&mut kept, Event::Ended);
        push(&mut kept, Event::PollingStopped);
        assert!(is_over(&mut kept, None) && is_over(&mut kept, Some(4)) && is_over(&mut kept, Some(3)));
        assert!(!is_over(&mut kept, Some(2)) && !is_over(&mut kept, Some(0)));
        // Also when that is not remembered any more.
        (0..EVENTS).for_each(|_| push(&mut kept, Event::Reconnected));
        assert!(is_over(&mut kept, Some(0)) && is_over(&mut kept, None));
        push(&mut kept, started());
        assert!(!is_over(&mut kept, None));
    }

    #[test]
    fn behind_the_last_event_comes_the_end() {
        let mut kept = Kept::default();
        push(&mut kept, Event::Ended);
        kept.close();
        let mut place = kept.begin(Some(0), None);
        assert!(matches!(kept.see(&mut place), Poll::Ready(Some(_))));
        assert!(matches!(kept.see(&mut place), Poll::Ready(None)));
        assert!(matches!(kept.see(&mut place), Poll::Ready(None)));
    }
}
