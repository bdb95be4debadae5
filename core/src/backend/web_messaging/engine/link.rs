//! The link: opened, configured, watched, and made anew when it is lost (web-messaging.md, 2.3 and 5.5).

use super::{Engine, Input, Output, Session, Step, asked::What, pace};
use crate::{
    Retry,
    backend::web_messaging::wire::{
        Opened, Refusal, Request, events_error, failure, is_over, session_gone, session_over,
    },
    carrier::http::lost_connection,
    transport::{Applied, Failure, Incoming, News, Reply, Verdict},
};
use std::time::Duration;

/// After so many attempts a start is rejected.
const ATTEMPTS: u32 = 5;
/// The longest first pause before an attempt; it doubles from there.
const BASE: Duration = Duration::from_millis(500);
/// The longest pause.
const MAX: Duration = Duration::from_secs(30);
/// A link that is back within this time was never lost, as far as anybody is told.
const QUIET: Duration = Duration::from_secs(1);

/// How far the link is.
#[derive(Debug, Default)]
pub(super) enum State {
    /// Not wanted.
    #[default]
    Idle,
    Opening,
    Configuring,
    Up,
    Pausing(Duration),
}

/// The link.
#[derive(Debug, Default)]
pub(super) struct Link {
    pub(super) state: State,
    /// Attempts that failed since it was last up.
    failures: u32,
    /// It has been up in this session.
    was_up: bool,
    lost_since: Option<Duration>,
    /// When that is to be told, and why.
    to_tell: Option<(Duration, Failure)>,
    ping_at: Duration,
    /// The server was asked for a sign of life, and has given none yet.
    awaits_sign: bool,
}

impl Link {
    pub(super) fn is_up(&self) -> bool {
        matches!(self.state, State::Up)
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        let own = match self.state {
            State::Idle | State::Opening | State::Configuring => None,
            State::Up => Some(self.ping_at),
            State::Pausing(until) => Some(until),
        };
        [own, self.to_tell.as_ref().map(|(at, _)| *at)].into_iter().flatten().min()
    }
}

impl Engine {
    /// Brings the link up for the session.
    pub(super) fn connect(&mut self) {
        self.link = Link { state: State::Opening, ..Link::default() };
        self.outputs.push_back(Output::Open);
    }

    /// Lets the link go.
    pub(super) fn hang_up(&mut self) {
        if !matches!(self.link.state, State::Idle | State::Pausing(_)) {
            self.outputs.push_back(Output::Close);
        }
        self.link = Link::default();
    }

    /// The socket is open.
    pub(super) fn opened(&mut self) {
        self.early.clear();
        if !matches!(self.link.state, State::Opening) {
            return;
        }
        self.link.state = State::Configuring;
        self.pace.reconnected();
        let (deployment_id, journey) =
            (self.settings.deployment_id.clone(), self.settings.journey_context.clone());
        let request = Request::Configure { deployment_id: &deployment_id, journey_context: journey.as_ref() };
        self.ask(None, What::Configure, pace::What::Configure, &request);
    }

    /// The connection is the session's.
    pub(super) fn configured(&mut self, opened: Opened) {
        let Some(session) = &mut self.session else { return };
        let again = self.link.was_up;
        let told = self.link.to_tell.is_none();
        session.read_only |= opened.read_only || !opened.connected;
        self.link = Link { state: State::Up, was_up: true, ..Link::default() };
        self.link.ping_at = self.now + self.settings.ping_interval;
        let is_new = opened.is_new;
        session.opened = opened;
        if !again {
            self.linked(is_new);
            return self.hear_early();
        }
        if self.ending_is_heard(is_new) {
            return;
        }
        if is_new {
            let cause = "the session has expired or was cleared while the link was lost: a new chat has to be started";
            return self.session_ends(&session_gone("unknown", cause));
        }
        log::debug!(target: "webchat::connection", "the link is up again, {}", if told { "as was told" } else { "at once" });
        self.tell(Incoming::Up { gap: true });
        self.hear_early();
        self.go_on();
    }

    /// The configuration of the connection is refused.
    pub(super) fn configure_refused(&mut self, refusal: &Refusal) {
        let failure = failure(refusal);
        if self.link.was_up && is_over(refusal.code) {
            return self.session_ends(&session_over(refusal.code));
        }
        self.outputs.push_back(Output::Close);
        self.attempt_failed(failure);
    }

    /// The socket is gone, or could not be opened.
    pub(super) fn lost(&mut self, failure: Failure) {
        match self.link.state {
            State::Idle | State::Pausing(_) => {}
            State::Opening => self.attempt_failed(no_entry(failure)),
            State::Configuring => self.attempt_failed(failure),
            State::Up => {
                self.loose.clear();
                self.forget_asked(&failure);
                self.interrupt_files();
                self.gap.get_or_insert(self.entries.mark());
                self.epoch += 1;
                self.link.lost_since = Some(self.now);
                self.link.to_tell = Some((self.now + QUIET, failure));
                self.link.awaits_sign = false;
                self.pause(Duration::ZERO);
            }
        }
    }

    /// The same by our own doing: nothing comes over it any more, or what was sent is not to arrive later.
    pub(super) fn give_up_link(&mut self, why: &str) {
        self.outputs.push_back(Output::Close);
        self.lost(lost_connection(Applied::Unknown, why));
    }

    fn attempt_failed(&mut self, failure: Failure) {
        self.forget_asked(&failure);
        self.link.failures += 1;
        let hopeless = failure.retry == Retry::Never;
        log::info!(target: "webchat::connection", "attempt {} to connect failed: {}", self.link.failures, failure.told());
        if !self.link.was_up {
            if hopeless || self.link.failures >= ATTEMPTS {
                return self.link_fails(&failure);
            }
            return self.pause(after(&failure));
        }
        let lost_since = self.link.lost_since.unwrap_or(self.now);
        let over = self.settings.reconnect_timeout.is_some_and(|limit| lost_since + limit <= self.now);
        if hopeless || over {
            return self.part(failure);
        }
        self.pause(after(&failure));
    }

    /// Waits before the next attempt: a random part of a time that grows, so that the clients of a server that restarts do not come back
    /// all at once, and never sooner than the server takes another.
    fn pause(&mut self, at_least: Duration) {
        let longest = BASE.saturating_mul(1 << self.link.failures.min(6)).min(MAX);
        let pause = longest.mul_f64(self.random.f64()).max(at_least);
        let at = (self.now + pause).max(self.pace.ready_at(pace::What::Configure));
        self.link.state = State::Pausing(at);
    }

    /// The link is not made anew; the session goes on at the server.
    pub(super) fn part(&mut self, failure: Failure) {
        self.hang_up();
        self.forget_asked(&failure);
        if let Some(session) = &mut self.session {
            session.over = true;
        }
        self.end_unheard();
        let news = News::Error(Box::new(events_error(&failure)));
        self.fail_all(&failure);
        self.tell(Incoming::Parted(Failure { news, ..failure }));
    }

    /// The session is over, and the reason is an error.
    pub(super) fn session_ends(&mut self, failure: &Failure) {
        let error = match &failure.news {
            News::Error(error) => error.to_string(),
            News::Nothing | News::Disconnected => String::new(),
        };
        self.over_by(Reply {
            verdict: Verdict::Refused,
            ended: Some(true),
            errors: vec![crate::transport::ServerError { code: failure.status.into(), ..Default::default() }],
            body: crate::transport::Body(error.into()),
            ..Reply::default()
        });
    }

    /// The session is over, as listeners are told by this.
    pub(super) fn over_by(&mut self, told: Reply) {
        if let Some(session) = &mut self.session {
            session.over = true;
        }
        self.hang_up();
        self.tell(Incoming::Batch(Box::new(told)));
        if !self.ending_is_heard(true) {
            let failure = lost_connection(Applied::Unknown, "the session is over");
            self.fail_all(&failure);
        }
    }

    /// What is due.
    pub(super) fn link_due(&mut self) {
        let now = self.now;
        if let Some((_, failure)) = self.link.to_tell.take_if(|(at, _)| *at <= now) {
            self.tell(Incoming::Down(Failure { news: News::Disconnected, ..failure }));
        }
        match self.link.state {
            State::Pausing(until) if until <= now => {
                self.link.state = State::Opening;
                self.outputs.push_back(Output::Open);
            }
            State::Up if self.link.ping_at <= now => {
                if std::mem::replace(&mut self.link.awaits_sign, true) {
                    return self.give_up_link("the server gave no sign of life");
                }
                self.link.ping_at = now + self.settings.ping_interval;
                self.outputs.push_back(Output::Ping);
            }
            State::Idle | State::Opening | State::Configuring | State::Up | State::Pausing(_) => {}
        }
    }

    /// Something has come.
    pub(super) fn heard(&mut self, input: &Input) {
        if matches!(input, Input::Text(_) | Input::Sign) && std::mem::take(&mut self.link.awaits_sign) {
            self.tell(Incoming::Alive);
        }
    }

    /// Those who wait for the link have waited in vain.
    fn link_fails(&mut self, failure: &Failure) {
        self.hang_up();
        self.session = None;
        for id in self.tasks_in(|step| matches!(step, Step::Linking)) {
            self.start_fails(id, failure.clone());
        }
    }
}

/// What to do where the server does not let a socket be opened.
fn no_entry(failure: Failure) -> Failure {
    let cause = match failure.status {
        403 => format!(
            "{}: the deployment is not active, or does not take chats from this origin: check deploymentId and origin",
            failure.cause
        ),
        _ => return failure,
    };
    Failure { cause, ..failure }
}

fn after(failure: &Failure) -> Duration {
    match failure.retry {
        Retry::After(time) => time,
        Retry::Never | Retry::WithBackoff => Duration::ZERO,
    }
}

impl Session {
    /// Whether messages can be sent in it.
    pub(super) fn is_open(&self) -> bool {
        !self.over && !self.read_only
    }
}
