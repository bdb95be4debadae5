//! Requests over the socket that have no answer yet: each has a tracing id of its own, which its answer repeats.

use super::{Engine, Output, TaskId, pace};
use crate::{
    ErrorKind, Retry,
    backend::web_messaging::wire::Request,
    carrier::http::{in_words, local_failure},
    transport::{Applied, Failure},
};
use std::time::Duration;

/// What a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Configure,
    Join,
    Message,
    Clear,
    HistoryKey,
    Announce,
    FileAddress,
    /// It has no answer, unless it is refused.
    Typing,
}

/// A request without an answer.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) tracing_id: Box<str>,
    pub(super) task: Option<TaskId>,
    pub(super) what: What,
    pub(super) since: Duration,
    until: Duration,
}

impl Engine {
    /// Sends a request; its tracing id.
    pub(super) fn ask(
        &mut self,
        task: Option<TaskId>,
        what: What,
        counts: pace::What,
        request: &Request<'_>,
    ) -> Box<str> {
        let tracing_id: Box<str> = self.new_id().into();
        let token = self.session.as_ref().map(|session| session.token.clone()).unwrap_or_default();
        self.outputs.push_back(Output::Write(request.frame(&token, &tracing_id)));
        self.pace.note(counts, self.now);
        let until = self.now + self.settings.ajax_timeout;
        self.asked.push(Asked { tracing_id: tracing_id.clone(), task, what, since: self.now, until });
        tracing_id
    }

    /// An id that nothing else has.
    pub(super) fn new_id(&mut self) -> String {
        let mut bytes = [0; 16];
        self.random.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    /// Takes out the request that an answer is for: by its tracing id, or else, where servers do not repeat it, the first that it can be for.
    pub(super) fn answered(
        &mut self,
        tracing_id: Option<&str>,
        can_be: impl Fn(&Asked) -> bool,
    ) -> Option<Asked> {
        let at = match tracing_id {
            Some(id) => self.asked.iter().position(|asked| &*asked.tracing_id == id),
            None => self.asked.iter().position(can_be),
        };
        at.map(|at| self.asked.remove(at))
    }

    /// When the first has waited long enough.
    pub(super) fn asked_deadline(&self) -> Option<Duration> {
        self.asked.iter().map(|asked| asked.until).min()
    }

    /// Gives up what has waited long enough.
    pub(super) fn asked_due(&mut self) {
        let now = self.now;
        while let Some(at) = self.asked.iter().position(|asked| asked.until <= now) {
            let asked = self.asked.remove(at);
            let cause =
                format!("the server did not answer within {}", in_words(now.saturating_sub(asked.since)));
            let applied = Applied::Unknown;
            let failure =
                Failure { retry: Retry::WithBackoff, applied, ..local_failure(ErrorKind::Timeout, cause) };
            if asked.what == What::Configure {
                self.give_up_link("the server did not answer the configuration of the connection");
                continue;
            }
            if asked.what == What::Message {
                self.doubt(&asked);
            }
            self.asked_fails(&asked, failure);
        }
    }

    /// The link that they went over is gone: nobody knows which of them have arrived.
    pub(super) fn forget_asked(&mut self, failure: &Failure) {
        let failure = Failure { applied: Applied::Unknown, ..failure.clone() };
        for asked in std::mem::take(&mut self.asked) {
            self.asked_fails(&asked, failure.clone());
        }
    }
}
