//! How far the link is, and what is believed and asked of it.

use crate::{
    carrier::bayeux::{
        failure,
        message::{Advice, Message, Reconnect},
    },
    transport::Failure,
};
use std::time::Duration;

/// How far the link is.
#[derive(Debug)]
pub(super) enum State {
    /// Not started, or stopped.
    Idle,
    /// Between two attempts.
    Pausing { until: Duration },
    /// The WebSocket is being opened.
    Opening { deadline: Duration },
    /// The handshake with this id is under way.
    Shaking { id: u64, deadline: Duration },
    /// The connect with this id, the first on this connection, is under way.
    Joining { id: u64, deadline: Duration, resuming: bool },
    /// Up, the next connect due.
    Resting { until: Duration },
    /// Up, the connect with this id held back by the server.
    Connected { id: u64, deadline: Duration },
    /// The session is being ended; after that the link is wanted `again`, or not.
    Ending { deadline: Duration, again: bool },
}

impl State {
    pub(super) fn deadline(&self) -> Option<Duration> {
        match self {
            Self::Idle => None,
            Self::Pausing { until } | Self::Resting { until } => Some(*until),
            Self::Opening { deadline }
            | Self::Shaking { deadline, .. }
            | Self::Joining { deadline, .. }
            | Self::Connected { deadline, .. }
            | Self::Ending { deadline, .. } => Some(*deadline),
        }
    }

    pub(super) fn is_up(&self) -> bool {
        matches!(self, Self::Resting { .. } | Self::Connected { .. })
    }
}

/// What the owner believes.
#[derive(Debug)]
pub(super) enum Outage {
    /// The link is up.
    Up,
    /// The link is lost, which is nobody's business until then.
    Quiet { until: Duration, failure: Failure },
    /// The link is down.
    Down,
}

impl Outage {
    pub(super) fn deadline(&self) -> Option<Duration> {
        if let Self::Quiet { until, .. } = self { Some(*until) } else { None }
    }
}

/// What the server wants after a failure.
#[derive(Debug)]
pub(super) enum Asked {
    /// The session again, on a new connection.
    Retry(Failure),
    /// Another session.
    Handshake(Failure),
    /// Nothing any more.
    Stop(Failure),
}

impl Asked {
    /// What advice, or a lack of it, says about a refusal.
    pub(super) fn after(what: &str, reply: &Message) -> Self {
        let failure = failure::refused(what, reply);
        let advised = reply.advice.as_ref().and_then(Advice::reconnect);
        match advised {
            Some(Reconnect::None) => Self::Stop(failure),
            Some(Reconnect::Handshake) => Self::Handshake(failure),
            None if (400..500).contains(&failure.status) => Self::Handshake(failure),
            Some(Reconnect::Retry) | None => Self::Retry(failure),
        }
    }
}
