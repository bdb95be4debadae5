//! Whether there is a chat session, and everything that lives only as long as one.

use super::{
    customer::Customer, last_words::Farewell, outage::Outage, outbox::Outbox, pace::Pace, seen::Entries,
    unshown::Unshown,
};
use crate::{
    Private,
    command::RequestId,
    model::{Place, Received, SessionData},
    transport::{Cursor, Places, Reply},
};
use serde_json::Value;
use std::{collections::VecDeque, sync::Arc, time::Duration};

/// The chat session of a service.
#[derive(Debug)]
pub(crate) enum Session {
    /// There is none.
    Idle,
    /// The command has asked the server for one.
    Starting(RequestId),
    /// A stored one is being restored; for the command, where one asked for it.
    Restoring(Arc<SessionData>, Option<RequestId>),
    /// There is one.
    Live(Box<Live>),
}

/// A session that the server knows.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) data: Arc<SessionData>,
    /// The place in the transcript to fetch from next.
    pub(crate) position: u64,
    /// The newest and the oldest entry received.
    pub(crate) newest: Option<Place>,
    pub(crate) oldest: Option<Place>,
    /// The server may have delivered messages that never arrived here.
    pub(crate) resync: bool,
    /// What the host keeps of it, and the newest entry that it has been told of.
    pub(crate) kept: Kept,
    pub(crate) kept_place: Option<Place>,
    /// Commands that want a page of older messages; the first one's is being fetched.
    pub(crate) history: VecDeque<RequestId>,
    pub(crate) seen: Entries,
    /// Which participants are the customer.
    pub(crate) own: Customer,
    pub(crate) pace: Pace,
    /// Looks at the transcript in a row that were not up to date.
    pub(crate) fruitless: u32,
    /// The server gives no more of its transcript for now: what is pushed is told, and what is missing comes later.
    pub(crate) tells_meanwhile: bool,
    /// How long the latest answer to a look at the transcript took.
    pub(crate) slowness: Duration,
    pub(crate) outage: Outage,
    /// Since when the connection is lost, until the next answer.
    pub(crate) disconnected: Option<Duration>,
    /// The HTTP status of the failed polls that an `error` event told of, until one succeeds.
    pub(crate) told_status: Option<u16>,
    /// What the server has accepted and not shown yet.
    pub(crate) unshown: Unshown,
    /// The server showed the last message that it accepted only to who asked.
    pub(crate) hides_own: bool,
    /// The typing countdown, while it runs.
    pub(crate) typing: Option<Typing>,
    pub(crate) outbox: Outbox,
    pub(crate) ending: Option<Ending>,
    /// It is over; its last words are still to be told.
    pub(crate) farewell: Option<Farewell>,
}

/// The customer types.
#[derive(Debug)]
pub(crate) struct Typing {
    /// When that counts as stopped.
    pub(crate) until: Duration,
    /// The text with which it began, where the command gave one.
    pub(crate) text: Option<Private>,
}

/// A session that `endChat` is ending.
#[derive(Debug)]
pub(crate) struct Ending {
    pub(crate) command: RequestId,
    /// Until when messages on their way are waited for.
    pub(crate) wait_until: Duration,
    /// Whether the server has been asked to end it.
    pub(crate) asked: bool,
    /// Whether the server has shown all that there was to the end meanwhile.
    pub(crate) heard: bool,
}

/// What the host keeps of a session: a key is in it.
#[derive(Default, PartialEq)]
pub(crate) struct Kept(pub(crate) Value);

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept(<private>)")
    }
}

impl Live {
    /// Takes note of where new entries, in order, stand, and of the place that the server names as the next; true when the place to fetch
    /// from moves.
    pub(crate) fn note_places(&mut self, messages: &[Received], next: Option<u64>) -> bool {
        let known = || messages.iter().filter_map(|received| received.message.index.place());
        if let Some(first) = known().next()
            && self.oldest.as_ref().is_none_or(|oldest| first < oldest)
        {
            self.oldest = Some(first.clone());
        }
        let last = known().next_back();
        let newer = last.filter(|last| self.newest.as_ref().is_none_or(|newest| newest < *last));
        if let Some(newer) = newer {
            self.newest = Some(newer.clone());
        }
        let next = last.map_or(0, |last| last.order.saturating_add(1)).max(next.unwrap_or(0));
        let moved = newer.is_some() || next > self.position;
        self.position = self.position.max(next);
        moved
    }

    /// The least number that an entry can have which is newer than all known: where places are not counted, that of the newest.
    pub(crate) fn least_new(&self, places: Places) -> u64 {
        match (places, &self.newest) {
            (Places::Opaque, Some(newest)) => newest.order,
            _ => self.position,
        }
    }

    /// From where on to fetch messages.
    pub(crate) fn from(&self) -> Cursor {
        Cursor { next: self.position, after: self.newest.clone(), resync: self.resync }
    }

    pub(crate) fn new(data: Arc<SessionData>) -> Self {
        Self {
            own: Customer::of(&data),
            data,
            position: 1,
            newest: None,
            oldest: None,
            resync: false,
            kept: Kept::default(),
            kept_place: None,
            history: VecDeque::new(),
            seen: Entries::default(),
            pace: Pace::default(),
            fruitless: 0,
            tells_meanwhile: false,
            slowness: Duration::ZERO,
            outage: Outage::default(),
            disconnected: None,
            told_status: None,
            unshown: Unshown::default(),
            hides_own: false,
            typing: None,
            outbox: Outbox::default(),
            ending: None,
            farewell: None,
        }
    }
}

impl Session {
    /// The session, also while it is being ended.
    pub(crate) fn live(&self) -> Option<&Live> {
        match self {
            Self::Live(live) => Some(live),
            _ => None,
        }
    }

    pub(crate) fn live_mut(&mut self) -> Option<&mut Live> {
        match self {
            Self::Live(live) => Some(live),
            _ => None,
        }
    }

    /// The session as applications see it: no longer there once it is being ended, or is over.
    pub(crate) fn active(&mut self) -> Option<&mut Live> {
        self.live_mut().filter(|live| live.ending.is_none() && live.farewell.is_none())
    }

    /// Whether it is open yet what comes of a stored session.
    pub(crate) fn is_restoring(&self) -> bool {
        match self {
            Self::Restoring(..) => true,
            Self::Live(live) => live.farewell.as_ref().is_some_and(Farewell::is_of_a_restoration),
            Self::Idle | Self::Starting(_) => false,
        }
    }
}

impl Live {
    /// Whether these messages, whose places are counted, close up to what is known, without a gap before or among them.
    pub(crate) fn is_next(&self, reply: &Reply) -> bool {
        let mut places: Vec<_> =
            reply.messages.iter().filter_map(|received| received.message.index.order()).collect();
        places.sort_unstable();
        let mut next = self.position;
        places.into_iter().all(|place| {
            let closes_up = place <= next;
            next = next.max(place.saturating_add(1));
            closes_up
        })
    }
}
