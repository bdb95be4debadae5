//! What a command is rejected with, and what listeners are told of a request that failed or was refused: `disconnected`, `error`, or nothing
//! (webchatservice.md, 9.3 and 9.4).

use super::{Service, state::Purpose};
use crate::{
    Error, ErrorKind,
    command::{Resolution, texts},
    event::{Event, ResponseData},
    transport::{Failure, News, Reply, Verdict, refusal_text},
};
use serde_json::{Value, json};

/// Why a command that waited for its turn was not carried out.
pub(super) const UNSENT: (ErrorKind, &str) = (ErrorKind::NoSession, texts::NO_SESSION);

impl Service {
    /// Publishes what a failed request means (webchatservice.md, 9.3 and 9.4). An error that tells of the end is told with it.
    pub(super) fn report(&mut self, failure: &Failure, purpose: &Purpose) {
        let polling = matches!(purpose, Purpose::Poll(_) | Purpose::Settle(_));
        let told_later = failure.ended && !matches!(purpose, Purpose::Start(_));
        let told_later = told_later || matches!(purpose, Purpose::End(_));
        // A kept connection that died says nothing of the server; what was lost with it has its outcome all the same.
        if failure.kept || matches!(purpose, Purpose::LastWords) {
            return;
        }
        match &failure.news {
            News::Nothing => {}
            News::Disconnected => self.connection_lost(failure, purpose),
            // An upload's error names the file (see `files`).
            News::Error(_) if told_later || matches!(purpose, Purpose::Upload(..)) => {}
            News::Error(data) => {
                if !polling || self.is_news(failure.status) {
                    self.publish(Event::Error(ResponseData::Failure(Value::clone(data))));
                }
            }
        }
    }

    /// Whether polls did not fail with this status before: a failing poll is told of once.
    pub(super) fn is_news(&mut self, status: u16) -> bool {
        self.session.live_mut().is_none_or(|live| live.told_status.replace(status) != Some(status))
    }

    /// What listeners are told of a refusal in the server's own terms (webchatservice.md, 9.4): over a link any with errors,
    /// else one that ends the chat.
    pub(super) fn refusal_news(&self, reply: &Reply) -> Option<ResponseData> {
        let worth_telling = reply.ended == Some(true) || self.is_pushed();
        (reply.verdict == Verdict::Refused && !reply.errors.is_empty() && worth_telling)
            .then(|| ResponseData::Body(reply.body.clone()))
    }

    /// Publishes it.
    pub(super) fn report_refusal(&mut self, reply: &Reply) {
        if let Some(news) = self.refusal_news(reply) {
            self.publish(Event::Error(news));
        }
    }

    /// Publishes that of a command whose refusal ends nothing, where listeners are told of those.
    pub(super) fn tell_refusal(&mut self, purpose: &Purpose, reply: &Reply) {
        let tells = matches!(purpose, Purpose::Send | Purpose::Typing(_) | Purpose::Plain(_));
        if tells && self.over_by(reply).is_none() {
            self.report_refusal(reply);
        }
    }
}

/// The outcome of a command whose answer is `reply`.
pub(super) fn judge(reply: Reply) -> Result<Resolution, Error> {
    match reply.verdict {
        Verdict::Done | Verdict::Accepted => Ok(Resolution::Response(reply.body)),
        Verdict::Temporary => {
            Err(Error::new(ErrorKind::Unavailable, "the chat server cannot be reached for the moment")
                .with_retry(crate::Retry::WithBackoff)
                .with_response(reply.body.refusal()))
        }
        Verdict::Refused => {
            Err(Error::new(ErrorKind::Rejected, refusal_text(&reply.errors))
                .with_response(reply.body.refusal()))
        }
    }
}

/// The same, of an answer that is still needed.
pub(super) fn response(outcome: &Result<Reply, Failure>) -> Result<Resolution, Error> {
    match outcome {
        Ok(Reply { verdict, errors, body, .. }) => {
            judge(Reply { verdict: *verdict, errors: errors.clone(), body: body.clone(), ..Reply::default() })
        }
        Err(failure) => Err(failure_error(failure.clone())),
    }
}

/// What a command is rejected with, if it is.
pub(super) fn rejection(outcome: &Result<Reply, Failure>) -> Option<Error> {
    response(outcome).err()
}

/// The rejection of a command whose request failed. What an open chat turns out not to have is rejected as what no chat has.
pub(super) fn failure_error(failure: Failure) -> Error {
    if failure.kind == ErrorKind::Unsupported {
        return Error::new(failure.kind, failure.cause);
    }
    let response =
        if failure.response == Value::Null { json!({"status": failure.status}) } else { failure.response };
    let mut error = Error::new(failure.kind, failure.cause).with_retry(failure.retry).with_response(response);
    if let Some(file) = failure.file {
        error = error.with_file(*file);
    }
    error
}
