//! Publishing a request, and waiting for its outcome.

use super::{
    Inner, data,
    exchanges::{Expects, Outcomes, Told},
};
use crate::{
    ErrorKind, Retry,
    carrier::http::{in_words, local_failure},
    model::{JsonObject, MessageType, SessionForm},
    transport::{Applied, Body, Failure, Reply},
};
use std::{future::pending, time::Duration};
use tokio::time::{Instant, sleep_until};

/// How long the event of an accepted request may take before it is asked for.
const PATIENCE: Duration = Duration::from_millis(500);
/// The longest time that an outcome is waited for over a link that holds.
const LONGEST_PATIENCE: Duration = Duration::from_secs(30);
/// How often a server that is asked for the transcript may take `ajaxTimeout` to answer: it first works off what was sent before.
const LOOKS_TAKE: u32 = 4;
/// How long the outcome of a start is waited for that was given up.
pub(super) const LATE: Duration = Duration::from_secs(10);

/// What is known of a request that has been published.
pub(super) struct Published {
    pub(super) outcomes: Outcomes,
    /// The server accepted it: with these words, or without any.
    pub(super) accepted: Option<Reply>,
}

/// How waiting for an outcome ended.
pub(super) enum Wait {
    Told(Reply),
    /// Accepted, and no outcome yet.
    Accepted(Published),
    /// A start that may have arrived; its outcome may come yet.
    Doubtful(Outcomes, Failure),
}

impl Inner {
    /// A request whose outcome is all that matters.
    pub(super) async fn ask(&self, data: &JsonObject, expects: Expects) -> Result<Reply, Failure> {
        let since = Instant::now();
        match self.publish(data, expects).await? {
            Wait::Told(reply) | Wait::Accepted(Published { accepted: Some(reply), .. }) => Ok(reply),
            Wait::Accepted(_) => Err(silence(since)),
            Wait::Doubtful(_, failure) => Err(failure),
        }
    }

    /// Waits while a question for the transcript that nobody waits for any more may still be answered: a slow server is not asked faster
    /// than it answers.
    pub(super) async fn until_answered(&self) {
        loop {
            let routed = self.routed.notified();
            tokio::pin!(routed);
            routed.as_mut().enable();
            let Some(until) = self.exchanges().answer_to_come().filter(|until| *until > Instant::now())
            else {
                return;
            };
            tokio::select! {
                () = &mut routed => {}
                () = sleep_until(until) => {}
            }
        }
    }

    /// Publishes, and waits for the outcome; for a short time only where the server has accepted the request and events are all that
    /// is still to come. A server that is at work is given the time that it has needed lately.
    pub(super) async fn publish(&self, data: &JsonObject, expects: Expects) -> Result<Wait, Failure> {
        let since = Instant::now();
        let limit = self.config.ajax_timeout;
        let can_repeat = matches!(expects, Expects::Transcript { .. } | Expects::CatchUp(_));
        // What is asked for can keep a slow line busy, and the word that it was asked for comes behind it.
        let is_replay = matches!(expects, Expects::Transcript { known: u64::MAX, .. });
        let is_end = matches!(expects, Expects::End);
        let is_start = matches!(expects, Expects::Session);
        // Who sends a message looks for it in the transcript.
        let is_message = matches!(expects, Expects::Event(MessageType::Message, _));
        let mut outcomes = self.exchanges().open(expects, limit);
        let on_its_way = match (is_start, is_replay) {
            (true, _) => limit.saturating_add(LATE),
            (_, true) => limit.saturating_mul(LOOKS_TAKE),
            _ => limit,
        };
        let (mut left, publish) = self.client.publish(self.channel.clone(), data::raw(data), on_its_way);
        tokio::pin!(publish);
        // Until when the outcome is waited for; nothing, as long as the publish itself has an end.
        let mut until = None;
        let sooner = |until: Option<Instant>, than| Some(until.map_or(than, |until| until.min(than)));
        let (mut answered, mut accepted, mut lost, mut instead) = (false, None, None, false);
        loop {
            tokio::select! {
                biased;
                taken = &mut publish, if !answered => {
                    answered = true;
                    match taken {
                        // The outcome can come before the word that the request was taken.
                        Ok(()) if accepted.is_some() => {}
                        Ok(()) => {
                            let patience = Instant::now() + self.patience(can_repeat, is_start || is_end);
                            self.exchanges().keep(&outcomes, patience);
                            until = Some(patience);
                        }
                        Err(failure) if failure.applied == Applied::No => {
                            self.exchanges().withdraw(&outcomes);
                            return Err(failure);
                        }
                        Err(failure) if is_end || is_message => return Err(failure),
                        // It may have arrived: then its outcome may come yet, with the next connection.
                        Err(failure) => {
                            let time = if is_replay { on_its_way } else { limit };
                            until = sooner(until, left.borrow().unwrap_or(since) + time);
                            lost = Some(failure);
                        }
                    }
                }
                Ok(()) = left.changed() => {
                    let time = left.borrow_and_update().map(|left| left + limit);
                    if let Some(time) = time {
                        self.exchanges().keep(&outcomes, time);
                    }
                    if is_start && !answered && accepted.is_none() {
                        until = time;
                    }
                }
                Some(told) = outcomes.recv() => match told {
                    Told::Outcome(reply) => return Ok(Wait::Told(accepted.unwrap_or_else(|| with_body(reply)))),
                    Told::Accepted(reply) => {
                        accepted = Some(reply);
                        let patience = if self.exchanges().mute { Duration::ZERO } else { PATIENCE };
                        until = sooner(until, Instant::now() + patience);
                    }
                    Told::Instead => {
                        instead = true;
                        until = sooner(until, Instant::now() + limit);
                    }
                    Told::Lost if answered && can_repeat => {
                        return Err(lost.unwrap_or_else(|| silence(since)));
                    }
                    Told::Lost => {}
                },
                () = then(until), if answered || accepted.is_some() || is_start => break,
            }
        }
        if answered && lost.is_none() && instead {
            // The server answered in a form that cannot be told from news, which went up as such.
            accepted = Some(Reply { stale: true, ..taken() });
        }
        if answered && lost.is_none() && accepted.is_none() && !can_repeat {
            self.exchanges().silent = true;
            self.client.doubt();
        }
        match lost.filter(|_| accepted.is_none()) {
            Some(failure) if is_start => Ok(Wait::Doubtful(outcomes, failure)),
            Some(failure) => Err(failure),
            None if is_start && accepted.is_none() => Ok(Wait::Doubtful(outcomes, silence(since))),
            None if !answered && accepted.is_none() => Err(silence(since)),
            None => Ok(Wait::Accepted(Published { outcomes, accepted })),
        }
    }

    /// How long the outcome of a request may take that the server has taken.
    fn patience(&self, is_look: bool, decides_session: bool) -> Duration {
        let limit = self.config.ajax_timeout;
        let exchanges = self.exchanges();
        match (is_look, exchanges.silent) {
            (true, _) => {
                limit.saturating_mul(LOOKS_TAKE).max(exchanges.pace() * 2).min(limit.max(LONGEST_PATIENCE))
            }
            (false, true) if decides_session => limit,
            (false, true) if exchanges.mute => Duration::ZERO,
            (false, true) => PATIENCE,
            (false, false) => limit.max(exchanges.pace() * 2).min(limit.max(LONGEST_PATIENCE)),
        }
    }
}

/// Waits until then; for ever, where there is no such time.
async fn then(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => pending().await,
    }
}

/// What is told of a request that the server took without another word.
pub(super) fn taken() -> Reply {
    Reply { body: Body::success(SessionForm::Gms, false), ..Reply::default() }
}

/// An outcome that only an event tells of has no words of its own.
pub(super) fn with_body(reply: Reply) -> Reply {
    if reply.body.0.is_empty() { Reply { body: taken().body, ..reply } } else { reply }
}

/// No outcome has come, over a link that is up as far as anybody knows.
pub(super) fn silence(since: Instant) -> Failure {
    let cause = format!("the server did not tell the outcome within {}", in_words(since.elapsed()));
    let applied = Applied::Unknown;
    Failure { retry: Retry::WithBackoff, applied, ..local_failure(ErrorKind::Timeout, cause) }
}
