//! Whether anything comes at all. A path that swallows what is sent tells nobody: the held connect is not missed before its time, and a
//! WebSocket stays open.
//!
//! A publish is answered at once. Where none of it is heard, nor of anything else, the link is taken for lost: over a WebSocket after a
//! ping has asked for a sign of life, which a server gives however busy it is. A WebSocket on which nothing comes for a while is asked as well.
//!
//! A connect is held back for as long as the server has announced, and may be late for twice the time of an answer: nothing else tells that
//! the path of a customer who does nothing has died.
//!
//! With long-polling each request has a connection of its own, as far as anybody knows: publishes can get through while the connection of the
//! held connect is dead. Where what has to follow a publish does not come, the connect is made anew.

use super::{
    Carrier, Engine, Output, Purpose,
    state::{Outage, State},
};
use crate::{carrier::bayeux::failure, transport::Applied};
use std::time::Duration;

/// A WebSocket on which nothing came for so long is asked for a sign of life.
const IDLE: Duration = Duration::from_secs(15);

/// A connect is doubted no more often than this: a server may be one that tells nothing of what it was sent.
const DOUBTS: Duration = Duration::from_secs(30);

/// Signs of life.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Signs {
    /// When something came last.
    heard: Duration,
    /// When a sign was asked for; nothing, once something has come.
    asked: Option<Duration>,
    /// When a connect was made anew for want of them.
    doubted: Option<Duration>,
}

impl Signs {
    pub(super) fn heard(&mut self, now: Duration) {
        *self = Self { heard: now, asked: None, ..*self };
    }

    /// Whether something came after `since`.
    pub(super) fn since(&self, since: Duration) -> bool {
        self.heard > since
    }
}

impl Engine {
    /// When a WebSocket is to be asked for a sign of life, or is taken for dead.
    pub(super) fn silence_deadline(&self) -> Option<Duration> {
        if self.carrier != Carrier::WebSocket || !self.state.is_up() {
            return None;
        }
        let Signs { heard, asked, .. } = self.signs;
        Some(match asked {
            Some(asked) => asked + self.settings.timing.answer,
            None => self.publishes.doubtful_at(heard).unwrap_or(Duration::MAX).min(heard + IDLE),
        })
    }

    pub(super) fn silence_due(&mut self) {
        if self.silence_deadline().is_none_or(|at| at > self.now) {
            return;
        }
        if self.signs.asked.is_none() {
            self.signs.asked = Some(self.now);
            return self.outputs.push_back(Output::Ping);
        }
        self.lose_in_silence("the WebSocket gave no sign of life", self.settings.timing.answer);
    }

    /// A publish that went out at `since` was not answered within `limit`: if nothing else was either, the link is lost.
    pub(super) fn missed(&mut self, since: Duration, limit: Duration) {
        if self.state.is_up() && !self.signs.since(since) {
            self.lose_in_silence("nothing came after a publish", limit);
        }
    }

    /// What has to follow a publish that the server has taken does not come.
    pub(crate) fn doubt(&mut self, now: Duration) {
        self.now = now;
        let State::Connected { id, .. } = self.state else { return };
        let lately = self.signs.doubted.is_some_and(|doubted| now.saturating_sub(doubted) < DOUBTS);
        let held = self.exchanges.iter().find(|(_, exchange)| exchange.purpose == Purpose::Connect(id));
        let (Some(held), false) = (held.map(|(exchange, _)| *exchange), lately) else { return };
        self.signs.doubted = Some(now);
        self.exchanges.remove(&held);
        self.outputs.push_back(Output::Abandon(held));
        self.gap |= self.session.as_ref().is_some_and(|session| !session.acks.enabled());
        let answer = self.settings.timing.answer;
        let failure = failure::silence(Applied::Unknown, "a connect was not answered", answer);
        self.outage = Outage::Quiet { until: now + answer, failure };
        self.join(true);
    }

    /// Nothing came of what was waited for: connections that are kept are not to be trusted either.
    pub(super) fn lose_in_silence(&mut self, what: &str, limit: Duration) {
        let silent = self.now.saturating_sub(self.signs.heard);
        self.outputs.push_back(Output::Silent(silent));
        self.lose_carrier(&failure::silence(Applied::Unknown, what, limit));
    }
}
