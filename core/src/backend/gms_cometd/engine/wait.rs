//! How long the outcome of what has been published is waited for.

use super::{
    Engine, Output, TaskId,
    exchanges::{AskId, Expects, Told},
};
use crate::{
    ErrorKind, Retry,
    backend::{gms::GmsForm, gms_cometd::data},
    carrier::http::{in_words, local_failure},
    model::{JsonObject, MessageType},
    transport::{Applied, Failure, Reply, SessionForm},
};
use std::time::Duration;

/// How long a server may take to tell of a request that has lately told of none.
const PATIENCE: Duration = Duration::from_millis(500);
/// The longest time that an outcome is waited for over a link that holds.
const LONGEST_PATIENCE: Duration = Duration::from_secs(30);
/// How often a server that is asked for the transcript may take `ajaxTimeout` to answer: it first works off what was sent before.
const LOOKS_TAKE: u32 = 4;
/// How long the outcome of a start is waited for that was given up.
const LATE: Duration = Duration::from_secs(10);

/// What a request is, as far as waiting goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Start,
    /// A start that was given up.
    Late,
    /// A part of the transcript.
    Look,
    /// All of the transcript: it can keep a slow line busy, and the word that it was asked for comes behind it.
    Replay,
    End,
    /// Who sends a message looks for it in the transcript.
    Message,
    Other,
}

/// A request that has been published and whose outcome is waited for.
#[derive(Debug)]
pub(super) struct Wait {
    task: TaskId,
    kind: Kind,
    since: Duration,
    /// Until when; nothing, as long as the publish itself has an end.
    until: Option<Duration>,
    /// It is known what became of the publish.
    answered: bool,
    /// Why nobody knows whether the publish has arrived.
    lost: Option<Failure>,
    /// When it left.
    left: Option<Duration>,
    /// The server accepted it, as it seems, before the publish itself was answered.
    words: Option<Reply>,
    /// What it asked for has come, in a form that cannot be told from news.
    instead: bool,
}

/// How waiting for an outcome ended.
#[derive(Debug)]
pub(super) enum Ending {
    Told(Reply),
    /// The server took it: with these words, or without any.
    Accepted(Option<Reply>),
    /// It failed, or may have.
    Failed(Failure),
}

impl Kind {
    fn of(expects: &Expects) -> Self {
        match expects {
            Expects::Session => Self::Start,
            Expects::Transcript { known: u64::MAX, .. } => Self::Replay,
            Expects::Transcript { .. } => Self::Look,
            Expects::End => Self::End,
            Expects::Event(MessageType::Message) => Self::Message,
            Expects::Event(_) | Expects::Nothing => Self::Other,
        }
    }

    fn is_look(self) -> bool {
        matches!(self, Self::Look | Self::Replay)
    }

    /// How long a request may be on its way.
    fn on_its_way(self, limit: Duration) -> Duration {
        match self {
            Self::Start => limit.saturating_add(LATE),
            Self::Replay => limit.saturating_mul(LOOKS_TAKE),
            _ => limit,
        }
    }
}

impl Wait {
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.until.filter(|_| self.answered || matches!(self.kind, Kind::Start | Kind::Late))
    }

    fn sooner(&mut self, than: Duration) {
        self.until = Some(self.until.map_or(than, |until| until.min(than)));
    }
}

impl Engine {
    /// Publishes for a task, which goes on when the outcome is known.
    pub(super) fn ask(&mut self, task: TaskId, data: &JsonObject, expects: Expects) -> AskId {
        let (limit, kind) = (self.settings.ajax_timeout, Kind::of(&expects));
        let ask = self.exchanges.open(self.now, expects, limit);
        let wait = Wait {
            task,
            kind,
            since: self.now,
            until: None,
            answered: false,
            lost: None,
            left: None,
            words: None,
            instead: false,
        };
        self.waits.insert(ask, wait);
        self.outputs.push_back(Output::Publish(ask, data::raw(data), kind.on_its_way(limit)));
        ask
    }

    /// The server has taken a publish, or it is known why not.
    pub(super) fn taken(&mut self, ask: AskId, outcome: Result<(), Failure>) {
        let limit = self.settings.ajax_timeout;
        let Some(wait) = self.waits.get_mut(&ask).filter(|wait| wait.kind != Kind::Late) else { return };
        wait.answered = true;
        match outcome {
            Ok(()) if let Some(words) = wait.words.take() => self.ended(ask, Ending::Accepted(Some(words))),
            Ok(()) => {
                let kind = wait.kind;
                let until = self.now + self.patience(kind);
                self.exchanges.keep(ask, until);
                if let Some(wait) = self.waits.get_mut(&ask) {
                    wait.until = Some(until);
                }
            }
            Err(failure) if failure.applied == Applied::No => {
                self.exchanges.withdraw(ask);
                self.ended(ask, Ending::Failed(failure));
            }
            Err(failure) if matches!(wait.kind, Kind::End | Kind::Message) => {
                self.ended(ask, Ending::Failed(failure));
            }
            // It may have arrived: then its outcome may come yet, with the next connection.
            Err(failure) => {
                let time = if wait.kind == Kind::Replay { wait.kind.on_its_way(limit) } else { limit };
                wait.sooner(wait.left.unwrap_or(wait.since) + time);
                wait.lost = Some(failure);
            }
        }
    }

    /// A publish has left, or has not after all.
    pub(super) fn left(&mut self, ask: AskId, has_left: bool) {
        let Some(wait) = self.waits.get_mut(&ask) else { return };
        wait.left = has_left.then_some(self.now);
        let time = wait.left.map(|left| left + self.settings.ajax_timeout);
        if wait.kind == Kind::Start && !wait.answered {
            wait.until = time;
        }
        if let Some(time) = time {
            self.exchanges.keep(ask, time);
        }
    }

    /// Takes what there is to tell of outcomes.
    pub(super) fn hear(&mut self) {
        while let Some((ask, told)) = self.exchanges.next_told() {
            let limit = self.settings.ajax_timeout;
            let Some(wait) = self.waits.get_mut(&ask) else { continue };
            match told {
                Told::Outcome(reply) => self.ended(ask, Ending::Told(with_body(reply))),
                _ if wait.kind == Kind::Late => {}
                // A message that may still be on its way has not been accepted: what the server said may be another's.
                Told::Accepted(reply) if wait.kind == Kind::Message && !wait.answered => {
                    wait.words = Some(reply);
                }
                Told::Accepted(reply) => self.ended(ask, Ending::Accepted(Some(reply))),
                Told::Instead => {
                    wait.instead = true;
                    wait.sooner(self.now + limit);
                }
                Told::Lost if wait.answered && wait.kind.is_look() => {
                    let failure =
                        wait.lost.take().unwrap_or_else(|| silence(self.now.saturating_sub(wait.since)));
                    self.ended(ask, Ending::Failed(failure));
                }
                Told::Lost => {}
            }
        }
    }

    /// Gives up what has been waited for long enough.
    pub(super) fn expire(&mut self) {
        let now = self.now;
        let is_due = |wait: &Wait| wait.deadline().is_some_and(|deadline| deadline <= now);
        let due = self.waits.iter().filter(|(_, wait)| is_due(wait)).map(|(ask, _)| *ask);
        for ask in due.collect::<Vec<_>>() {
            self.expired(ask);
        }
    }

    fn expired(&mut self, ask: AskId) {
        let Some(wait) = self.waits.get_mut(&ask) else { return };
        let ending = match wait.lost.take() {
            Some(failure) => Ending::Failed(failure),
            None if wait.kind == Kind::Late => Ending::Told(Reply::default()),
            // The server answered in a form that cannot be told from news, which went up as such.
            None if wait.instead => Ending::Told(Reply { stale: true, ..taken() }),
            None if !wait.answered => Ending::Failed(silence(self.now.saturating_sub(wait.since))),
            None => {
                let kind = wait.kind;
                let failure = silence(self.now.saturating_sub(wait.since));
                if !kind.is_look() {
                    self.exchanges.silent = true;
                    self.outputs.push_back(Output::Doubt);
                }
                match kind {
                    Kind::Start | Kind::Look | Kind::Replay => Ending::Failed(failure),
                    _ => Ending::Accepted(None),
                }
            }
        };
        self.ended(ask, ending);
    }

    fn ended(&mut self, ask: AskId, ending: Ending) {
        let Some(wait) = self.waits.remove(&ask) else { return };
        match ending {
            Ending::Told(reply) if wait.kind == Kind::Late => self.late(wait.task, reply),
            // Its outcome is waited for a little longer, before another start: it tells of a chat that nobody takes part in.
            Ending::Failed(failure) if wait.kind == Kind::Start && failure.applied != Applied::No => {
                let (task, until) = (wait.task, self.now + LATE);
                self.exchanges.keep(ask, until);
                self.waits.insert(ask, Wait { kind: Kind::Late, until: Some(until), lost: None, ..wait });
                self.given_up(task, failure);
            }
            ending => {
                self.exchanges.give_up(ask);
                self.asked(wait.task, ending);
            }
        }
    }

    /// How long the outcome of a request may take that the server has taken. A server that is at work is given the time that it has needed
    /// lately.
    fn patience(&self, kind: Kind) -> Duration {
        let limit = self.settings.ajax_timeout;
        let slow = self.exchanges.pace() * 2;
        match kind {
            Kind::Look | Kind::Replay => {
                limit.saturating_mul(LOOKS_TAKE).max(slow).min(limit.max(LONGEST_PATIENCE))
            }
            Kind::Start | Kind::End | Kind::Late if self.exchanges.silent => limit,
            Kind::Message | Kind::Other if self.exchanges.silent => PATIENCE,
            _ => limit.max(slow).min(limit.max(LONGEST_PATIENCE)),
        }
    }
}

/// What is told of a request that the server took without another word.
pub(super) fn taken() -> Reply {
    Reply { body: GmsForm.success(false), ..Reply::default() }
}

/// An outcome that only an event tells of has no words of its own.
pub(super) fn with_body(reply: Reply) -> Reply {
    if reply.body.0.is_empty() { Reply { body: taken().body, ..reply } } else { reply }
}

/// No outcome has come for so long, over a link that is up as far as anybody knows.
fn silence(time: Duration) -> Failure {
    let cause = format!("the server did not tell the outcome within {}", in_words(time));
    let applied = Applied::Unknown;
    Failure { retry: Retry::WithBackoff, applied, ..local_failure(ErrorKind::Timeout, cause) }
}
