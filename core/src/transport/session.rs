//! What differs between protocols in a session's data: what they are called, how they are stored, told and taken back.

use super::Body;
use crate::model::{
    Place, SessionData, SessionNames,
    stored::{Change, Stored},
};
use serde_json::{Value, json};
use std::fmt::Debug;

/// The session data of one protocol. Nothing else in the library knows what they hold.
pub trait SessionForm: Debug + Send + Sync {
    /// The data of no session.
    fn none(&self) -> SessionData;

    /// The payload of `started`.
    fn started(&self, data: &SessionData) -> Value {
        json!(data)
    }

    /// The store's keys that go with a session of this form, but for those that every session has.
    fn keys(&self) -> &'static [&'static str];

    /// Those of the keys whose texts tell one session from another: the first that has a text does.
    fn marks(&self) -> &'static [&'static str];

    /// What is to be stored of a session.
    fn write(&self, data: &SessionData) -> Vec<Change>;

    /// What is to be stored of the place in the transcript: the next one to fetch from, or the newest entry's.
    fn place(&self, next: u64, newest: Option<&Place>) -> Change;

    /// The stored session, when there is a complete one.
    fn read(&self, stored: &Stored) -> Option<SessionData>;

    /// The session that an application gives: an object or a text, as it once got it from here (webchatservice.md, 7,
    /// "setSessionData"). Nothing when it names none.
    fn given(&self, given: &Value) -> Option<SessionData>;

    /// What an application is to keep of an asynchronous chat ("getSessionData"); `newest` is the newest entry that it was told of.
    fn kept(&self, data: &SessionData, newest: Option<&Place>) -> Value;

    /// What the server says of a success, for one whose own words were lost.
    fn success(&self, ended: bool) -> Body;

    /// A failure of this library's own in the form of the server's errors.
    fn failure(&self, reason: &str, message: &str) -> Value {
        json!({"errorReason": reason, "message": message})
    }
}

/// The form of a service that has no back end yet: there is no session that it could have.
#[derive(Debug)]
pub struct NoSessions;

static NOTHING: SessionNames =
    SessionNames { id: "", key: "", others: &[], hidden: &[], participant: None, shows_empty: false };

impl SessionForm for NoSessions {
    fn none(&self) -> SessionData {
        SessionData::new(&NOTHING, "".into(), "".into(), [])
    }

    fn keys(&self) -> &'static [&'static str] {
        &[]
    }

    fn marks(&self) -> &'static [&'static str] {
        &[]
    }

    fn write(&self, _: &SessionData) -> Vec<Change> {
        Vec::new()
    }

    fn place(&self, _: u64, _: Option<&Place>) -> Change {
        ("", None)
    }

    fn read(&self, _: &Stored) -> Option<SessionData> {
        None
    }

    fn given(&self, _: &Value) -> Option<SessionData> {
        None
    }

    fn kept(&self, _: &SessionData, _: Option<&Place>) -> Value {
        Value::Null
    }

    fn success(&self, _: bool) -> Body {
        Body::default()
    }
}
