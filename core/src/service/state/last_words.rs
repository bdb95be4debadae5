//! A session that is over, until its last words are told.

use crate::{
    Error,
    command::{RequestId, Resolution},
    event::ResponseData,
    transport::{Failure, News},
};
use serde_json::Value;
use std::time::Duration;

/// What somebody has learned of the end.
#[derive(Debug, Default)]
pub(crate) struct Over {
    /// What listeners are told of it before the end.
    pub(crate) error: Option<ResponseData>,
    /// The answer that says so of a session that the server does not know any more, for the host.
    pub(crate) lost: Option<Value>,
    /// It is over here alone: what is stored of it is good for another time.
    pub(crate) kept: bool,
    /// Whether the answer had the transcript from the next place on. If not, the server is asked for it.
    pub(crate) shown: bool,
}

impl Over {
    /// By an answer that showed what there is to show.
    pub(crate) fn shown() -> Self {
        Self { shown: true, ..Self::default() }
    }

    /// By a failed request.
    pub(crate) fn by(failure: &Failure) -> Self {
        let error = match &failure.news {
            News::Error(data) => Some(ResponseData::Failure(Value::clone(data))),
            News::Nothing | News::Disconnected => None,
        };
        Self { error, lost: Some(failure.response.clone()), kept: false, shown: false }
    }
}

/// How a session ends.
#[derive(Debug)]
pub(crate) enum Manner {
    /// The server says so.
    Told,
    /// By this `endChat`, with its outcome.
    Left(RequestId, Result<Resolution, Error>),
    /// It was over when it was to be restored; with what the command is rejected with, where one asked for it.
    Away(Option<(RequestId, Error)>),
}

/// A session that is over, until its last words are told.
#[derive(Debug)]
pub(crate) struct Farewell {
    pub(crate) manner: Manner,
    pub(crate) over: Over,
    /// Polling was on.
    pub(crate) polling: bool,
    /// An answer came after the connection was lost.
    pub(crate) back: bool,
    /// Until when what the server still gives is waited for; nothing once it is there.
    pub(crate) fetching: Option<Duration>,
    /// When it is asked for at the latest, while a poll that is under way may bring it.
    pub(crate) ask_at: Option<Duration>,
    /// Until when preprocessors and images may take, once they are all that is waited for.
    pub(crate) preprocessing: Option<Duration>,
}

impl Farewell {
    pub(crate) fn new(manner: Manner, over: Over, polling: bool) -> Self {
        Self { manner, over, polling, back: false, fetching: None, ask_at: None, preprocessing: None }
    }

    /// Whether the session was over before it was restored.
    pub(crate) fn is_of_a_restoration(&self) -> bool {
        matches!(self.manner, Manner::Away(_))
    }

    /// Takes note that the connection is back, which is told in its place.
    pub(crate) fn note_answer(&mut self) {
        self.back = true;
    }

    /// When it goes on at the latest.
    pub(crate) fn timeout(&self) -> Option<Duration> {
        self.fetching.map(|until| self.ask_at.map_or(until, |at| at.min(until))).or(self.preprocessing)
    }
}
