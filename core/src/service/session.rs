//! Whether there is a chat session, and everything that lives only as long as one.

use super::{outage::Outage, outbox::Outbox, polling::Pace, seen::Seen};
use crate::{
    command::RequestId,
    model::{ParticipantId, SessionData},
};
use std::{sync::Arc, time::Duration};

/// The chat session of a service.
#[derive(Debug)]
pub(super) enum Session {
    /// There is none.
    Idle,
    /// The command has asked the server for one.
    Starting(RequestId),
    /// A stored one is being restored.
    Restoring(Arc<SessionData>),
    /// There is one.
    Live(Box<Live>),
}

/// A session that the server knows.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) data: Arc<SessionData>,
    /// The transcript position to fetch from next.
    pub(super) position: u64,
    pub(super) seen: Seen,
    /// Our own participant, once known.
    pub(super) own_id: Option<ParticipantId>,
    pub(super) pace: Pace,
    pub(super) outage: Outage,
    /// True from a lost connection until the next answer.
    pub(super) disconnected: bool,
    /// The HTTP status of the failed polls that an `error` event told of, until one succeeds.
    pub(super) told_status: Option<u16>,
    /// When the typing countdown ends, while it runs.
    pub(super) typing_until: Option<Duration>,
    pub(super) outbox: Outbox,
    pub(super) ending: Option<Ending>,
}

/// A session that `endChat` is ending.
#[derive(Debug)]
pub(super) struct Ending {
    pub(super) command: RequestId,
    /// Until when messages on their way are waited for.
    pub(super) wait_until: Duration,
    /// Whether the server has been asked to end it.
    pub(super) asked: bool,
}

impl Live {
    pub(super) fn new(data: Arc<SessionData>) -> Self {
        Self {
            data,
            position: 1,
            seen: Seen::default(),
            own_id: None,
            pace: Pace::default(),
            outage: Outage::default(),
            disconnected: false,
            told_status: None,
            typing_until: None,
            outbox: Outbox::default(),
            ending: None,
        }
    }
}

impl Session {
    /// The session, also while it is being ended.
    pub(super) fn live(&self) -> Option<&Live> {
        match self {
            Self::Live(live) => Some(live),
            _ => None,
        }
    }

    pub(super) fn live_mut(&mut self) -> Option<&mut Live> {
        match self {
            Self::Live(live) => Some(live),
            _ => None,
        }
    }

    /// The session as applications see it: no longer there once it is being ended.
    pub(super) fn active(&mut self) -> Option<&mut Live> {
        self.live_mut().filter(|live| live.ending.is_none())
    }
}
