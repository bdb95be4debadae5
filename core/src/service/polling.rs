//! When to poll, and what an answer to a poll means (webchatservice.md, 9.1).

use super::{
    Service,
    push::RETRY,
    state::{ExchangeId, Kind, LONGEST_PAUSE, Live, Over, Purpose, Session, Slack},
};
use crate::{
    Error, ErrorKind, Retry,
    command::{RequestId, Resolution, texts},
    event::Event,
    transport::{Body, Failure, Operation, Places, Reply, Verdict},
};
use std::time::Duration;

/// The HTTP status of an answer in the server's own terms.
const OK: u16 = 200;

impl Service {
    pub(super) fn start_polling(&mut self) {
        let now = self.time.now;
        if self.is_pushed() {
            self.catch_up();
            if self.is_congested() {
                self.look_besides();
            }
            return;
        }
        let Some(live) = self.session.active() else { return };
        if live.pace.start(now, &self.config.polling) {
            self.publish(Event::PollingStarted);
        }
        self.poll_due();
    }

    pub(super) fn stop_polling(&mut self) {
        if self.session.live_mut().is_some_and(|live| live.pace.stop()) && self.capabilities.polling {
            self.publish(Event::PollingStopped);
        }
    }

    pub(super) fn quicken_polling(&mut self) {
        let now = self.time.now;
        if let Some(live) = self.session.live_mut() {
            live.pace.quicken(now, &self.config.polling);
        }
    }

    /// Polls at once, where polling is on.
    pub(super) fn poll_now(&mut self) {
        let now = self.time.now;
        if let Some(due) = self.session.live_mut().and_then(|live| live.pace.due.as_mut()) {
            *due = (*due).min(now);
        }
        self.poll_due();
    }

    /// When the next poll is due; nothing while one is under way: there are never two. As long as the program leaves its events waiting,
    /// it is a sign of life, which a link that is kept up gives by itself.
    pub(super) fn poll_timeout(&self) -> Option<Duration> {
        let busy = self.holds_polls() || self.exchanges.is_fetching();
        let due = self.session.live().filter(|live| !busy && live.farewell.is_none())?.pace.due?;
        match self.is_congested() {
            false => Some(due),
            true if !self.is_pushed() => Some(due.max(self.congestion.sign_of_life_at())),
            true => None,
        }
    }

    pub(super) fn poll_due(&mut self) {
        if self.poll_timeout().is_none_or(|due| due > self.time.now) {
            return;
        }
        if self.is_pushed()
            && let Some(live) = self.session.live_mut()
        {
            live.pace.stop();
        }
        self.fetch(None);
    }

    /// Asks for new messages. As long as the program leaves its events waiting, none of them is published.
    fn fetch(&mut self, command: Option<RequestId>) {
        let Some(from) = self.session.live().map(Live::from) else { return };
        self.store_own(vec![self.sign_of_life()]);
        let congested = self.is_congested();
        self.request(
            if congested { Purpose::Settle(command) } else { Purpose::Poll(command) },
            Operation::Poll { from, preview: None },
        );
    }

    /// The command `poll`: one poll, whether or not there are automatic ones. There are never two at once.
    pub(super) fn poll(&mut self, id: RequestId) {
        if self.holds_polls() || self.exchanges.is_fetching() {
            return self.reject(id, ErrorKind::Busy, texts::UNFINISHED);
        }
        self.fetch(Some(id));
    }

    /// Resolves the command that polled, where one did.
    pub(super) fn resolve_poll(&mut self, command: Option<RequestId>, body: Body) {
        if let Some(id) = command {
            self.resolve(id, Resolution::Response(body));
        }
    }

    /// Rejects the command that polled, where the answer is a rejection.
    pub(super) fn reject_poll(&mut self, purpose: &Purpose, rejection: Option<Error>) {
        if let (Purpose::Poll(Some(id)) | Purpose::Settle(Some(id)), Some(error)) = (purpose, rejection) {
            self.complete(*id, Err(error));
        }
    }

    /// Takes the answer to the poll `id`, which went out at `started`, for the command that asked for it.
    pub(super) fn polled(
        &mut self,
        id: ExchangeId,
        started: Duration,
        command: Option<RequestId>,
        outcome: Result<Reply, Failure>,
    ) {
        let now = self.time.now;
        match outcome {
            Ok(reply) if reply.verdict == Verdict::Refused => self.poll_refused(reply),
            Ok(reply) => {
                if let Some(live) = self.session.live_mut() {
                    live.told_status = None;
                    live.resync = false;
                    live.pace.failures = 0;
                    live.slowness = now.saturating_sub(started);
                }
                if reply.verdict == Verdict::Done {
                    return self.looked_at_transcript(id, started, command, reply);
                }
                self.receive_untrusted(reply);
                self.poll_exception();
                self.reconnected();
                self.poll_again(Duration::ZERO);
            }
            Err(failure) => self.poll_failed(started, &failure),
        }
    }

    /// Takes what the look `id` at the transcript brings. A stale answer is that to a look from before: it proves nothing.
    fn looked_at_transcript(
        &mut self,
        id: ExchangeId,
        started: Duration,
        command: Option<RequestId>,
        reply: Reply,
    ) {
        if reply.stale {
            self.receive(Kind::Polled { started: Duration::ZERO, command }, reply);
            return self.looked_in_vain();
        }
        if let Some(live) = self.session.live_mut() {
            live.fruitless = 0;
            live.tells_meanwhile = false;
            live.unshown.looked(started);
        }
        self.receive(Kind::Polled { started, command }, reply);
        self.take_held(Some(id));
    }

    /// A refused poll ends the chat where it says so; a look over a link unless it says otherwise. A poll that is refused without that
    /// goes on in silence (webchatservice.md, 9.4).
    fn poll_refused(&mut self, reply: Reply) {
        let over = reply.ended == Some(true) || self.is_pushed() && reply.ended.is_none();
        let error = self.refusal_news(&reply);
        let response = reply.body.refusal();
        self.receive_untrusted(reply);
        self.release_held();
        if over {
            self.session_over(Over { error, lost: Some(response), kept: false, shown: true });
            return self.reconnected();
        }
        if let Some(error) = error.filter(|_| self.is_news(OK)) {
            self.publish(Event::Error(error));
        }
        self.reconnected();
        self.poll_again(Duration::ZERO);
    }

    /// A failed poll, which went out at `started`: the session is gone, or polling goes on, more slowly where the configuration says so. What the lost answer held may
    /// have been delivered in the server's eyes.
    fn poll_failed(&mut self, started: Duration, failure: &Failure) {
        if failure.ended {
            return self.release_held();
        }
        if failure.kind == ErrorKind::RateLimited
            && self.is_pushed()
            && self.delivery.places == Places::Opaque
        {
            self.tell_meanwhile();
        }
        self.poll_exception_by(failure);
        if let Some(live) = self.session.live_mut() {
            live.resync = true;
            if failure.kind != ErrorKind::RateLimited {
                live.pace.failures = live.pace.failures.saturating_add(1);
            }
        }
        let wait = match failure.retry {
            Retry::After(wait) => wait.min(LONGEST_PAUSE),
            Retry::Never | Retry::WithBackoff => Duration::ZERO,
        };
        self.poll_later(wait, self.time.now.saturating_sub(started));
    }

    /// After a poll that brought messages: the next one, where messages are polled for.
    pub(super) fn next_poll(&mut self) {
        if !self.is_pushed() {
            self.poll_again(Duration::ZERO);
        }
    }

    /// After a poll, puts the next one off.
    pub(super) fn poll_again(&mut self, at_least: Duration) {
        let answered_in = self.session.live().map_or(Duration::ZERO, |live| live.slowness);
        self.poll_later(at_least, answered_in);
    }

    /// The same after a poll that took `answered_in`.
    fn poll_later(&mut self, at_least: Duration, answered_in: Duration) {
        let (now, pushed) = (self.time.now, self.is_pushed());
        let Session::Live(live) = &mut self.session else { return };
        if pushed {
            live.pace.want(now.saturating_add(RETRY.max(at_least)));
        } else {
            let polling = &self.config.polling;
            let answered_in = if polling.held { Duration::ZERO } else { answered_in };
            let lost_for = live.disconnected.map_or(Duration::ZERO, |since| now.saturating_sub(since));
            live.pace.advance(now, polling, Slack { at_least, answered_in, lost_for }, &mut self.chance);
        }
    }
}
