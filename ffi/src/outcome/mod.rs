//! Outcomes: how a command ended. `read` has the exported getters.

pub mod read;

use crate::{
    boundary::Failure,
    handle::{Object, Table},
    payload::{Carrier, Texts},
    reason,
    status::{WEBCHAT_OK, webchat_status},
    text::Text,
};
use std::sync::{Arc, OnceLock};
use webchat_core::{Delivery, Error, Retry, command::Resolution, event::Payload};

/// How a command ended. Opaque: read it with the webchat_outcome_... functions, and what it carries by
/// webchat_outcome_payload. Since 0.1.
pub struct webchat_outcome {
    _opaque: (),
}

/// The outcome is of another command than sendMessage.
pub const WEBCHAT_DELIVERY_NONE: u32 = 0;
/// The server has the message.
pub const WEBCHAT_DELIVERY_SENT: u32 = 1;
/// The message did not arrive: it never left, or the server refused it. The status says why.
pub const WEBCHAT_DELIVERY_NOT_SENT: u32 = 2;
/// The message left, and nothing tells whether it arrived.
pub const WEBCHAT_DELIVERY_UNKNOWN: u32 = 3;

/// Trying the same again cannot help, unless something else changes.
pub const WEBCHAT_RETRY_NEVER: u32 = 0;
/// Trying again can help once the given time has passed: the server said so.
pub const WEBCHAT_RETRY_AFTER: u32 = 1;
/// Trying again can help, after a pause that grows with each attempt.
pub const WEBCHAT_RETRY_BACKOFF: u32 = 2;

/// How it ended.
pub(crate) enum Ended {
    Resolved(Resolution),
    Rejected(Error),
    /// The call itself failed, before there was a command.
    Refused(Failure),
}

/// An outcome, and the texts that were asked for.
pub(crate) struct Outcome {
    command: Text,
    is_message: bool,
    request: u64,
    ended: Ended,
    reason: OnceLock<Text>,
    texts: Texts,
}

/// A handle to an outcome: the application's own, or lent for a callback.
pub(crate) struct OutcomeHandle {
    pub(crate) outcome: Arc<Outcome>,
    pub(crate) lent: bool,
}

static OUTCOMES: Table<OutcomeHandle> = Table::new();

impl Object for OutcomeHandle {
    type Opaque = webchat_outcome;
    const KIND: usize = 4;
    fn table() -> &'static Table<Self> {
        &OUTCOMES
    }
}

impl OutcomeHandle {
    pub(crate) fn own(outcome: Outcome) -> Self {
        Self { outcome: Arc::new(outcome), lent: false }
    }

    pub(crate) fn lent(outcome: Outcome) -> Self {
        Self { outcome: Arc::new(outcome), lent: true }
    }
}

impl Outcome {
    pub(crate) fn new(command: &str, request: u64, ended: Ended) -> Self {
        Self {
            command: Text::new(command),
            is_message: command == "sendMessage",
            request,
            ended,
            reason: OnceLock::default(),
            texts: Texts::default(),
        }
    }

    pub(crate) fn status(&self) -> webchat_status {
        match &self.ended {
            Ended::Resolved(_) => WEBCHAT_OK,
            Ended::Rejected(error) => error.kind().code(),
            Ended::Refused(failure) => failure.status,
        }
    }

    /// Leaves the reason of a rejection for whoever asks this thread for it.
    pub(crate) fn note(&self) {
        match &self.ended {
            Ended::Resolved(_) => {}
            Ended::Rejected(error) => reason::note(&error.to_string()),
            Ended::Refused(failure) => reason::note(&failure.text),
        }
    }

    fn reason(&self) -> &Text {
        self.reason.get_or_init(|| {
            Text::new(&match &self.ended {
                Ended::Resolved(_) => String::new(),
                Ended::Rejected(error) => error.to_string(),
                Ended::Refused(failure) => failure.text.clone(),
            })
        })
    }

    fn retry(&self) -> (u32, u64) {
        match &self.ended {
            Ended::Rejected(error) => match error.retry() {
                Retry::Never => (WEBCHAT_RETRY_NEVER, 0),
                Retry::After(time) => {
                    (WEBCHAT_RETRY_AFTER, u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
                }
                Retry::WithBackoff => (WEBCHAT_RETRY_BACKOFF, 0),
            },
            Ended::Resolved(_) | Ended::Refused(_) => (WEBCHAT_RETRY_NEVER, 0),
        }
    }

    fn delivery(&self) -> u32 {
        match &self.ended {
            _ if !self.is_message => WEBCHAT_DELIVERY_NONE,
            Ended::Resolved(_) => WEBCHAT_DELIVERY_SENT,
            Ended::Rejected(error) if error.delivery() == Some(Delivery::Unknown) => WEBCHAT_DELIVERY_UNKNOWN,
            Ended::Rejected(_) | Ended::Refused(_) => WEBCHAT_DELIVERY_NOT_SENT,
        }
    }

    fn os_error(&self) -> i32 {
        let file = match &self.ended {
            Ended::Rejected(error) => error.file(),
            Ended::Resolved(_) | Ended::Refused(_) => None,
        };
        file.and_then(|file| file.os_error).unwrap_or(0)
    }
}

impl Carrier for Outcome {
    fn payload(&self) -> Payload<'_> {
        match &self.ended {
            Ended::Resolved(resolution) => Payload::Resolved(resolution),
            Ended::Rejected(_) | Ended::Refused(_) => Payload::Rejected,
        }
    }

    fn texts(&self) -> &Texts {
        &self.texts
    }

    fn json(&self) -> Text {
        match &self.ended {
            Ended::Resolved(resolution) => Text::json(&resolution.to_json()),
            Ended::Rejected(error) => Text::json(&error.rejection()),
            Ended::Refused(failure) => Text::json(&failure.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::time::Duration;
    use webchat_core::{ErrorKind, command::Command};

    fn sent(ended: Ended) -> u32 {
        Outcome::new("sendMessage", 1, ended).delivery()
    }

    fn error(kind: ErrorKind) -> Error {
        Error::new(kind, "why")
    }

    #[test]
    fn delivery_tells_what_became_of_a_message() {
        assert_eq!(sent(Ended::Resolved(Resolution::Nothing)), WEBCHAT_DELIVERY_SENT);
        let unreadable = Command::from_json("sendMessage", &json!({"type": 1})).unwrap_err();
        assert_eq!(unreadable.delivery(), Some(Delivery::NotSent));
        assert_eq!(sent(Ended::Rejected(unreadable)), WEBCHAT_DELIVERY_NOT_SENT);
        let other = Outcome::new("getStats", 1, Ended::Resolved(Resolution::Nothing));
        assert_eq!(other.delivery(), WEBCHAT_DELIVERY_NONE);
    }

    #[test]
    fn retry_tells_when() {
        let limited = error(ErrorKind::RateLimited).with_retry(Retry::After(Duration::from_secs(2)));
        assert_eq!(Outcome::new("", 0, Ended::Rejected(limited)).retry(), (WEBCHAT_RETRY_AFTER, 2000));
        let lost = error(ErrorKind::Disconnected).with_retry(Retry::WithBackoff);
        assert_eq!(Outcome::new("", 0, Ended::Rejected(lost)).retry(), (WEBCHAT_RETRY_BACKOFF, 0));
        assert_eq!(
            Outcome::new("", 0, Ended::Rejected(error(ErrorKind::Busy))).retry(),
            (WEBCHAT_RETRY_NEVER, 0)
        );
    }
}
