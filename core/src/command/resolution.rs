//! What commands resolve with.

use super::files;
use crate::{
    model::{
        Agents, Downloaded, FileLimits, JsonObject, OutboxMessages, Received, SessionData, Stats, Transcript,
    },
    prefilter::Prefilter,
    transport::Body,
};
use bytes::Bytes;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::fmt;

/// What a command resolved with (specification, "Resolutions").
#[derive(Clone)]
#[non_exhaustive]
pub enum Resolution {
    /// Nothing (n/a in the specification).
    Nothing,
    /// The server's answer: "(AJAX Response Object)".
    Response(Body),
    /// `updateUserData` without a session: the data that a chat will start with.
    UserData(JsonObject),
    /// `addPrefilter`: all registered filters.
    Filters(Vec<Prefilter>),
    /// `getTranscript`.
    Transcript(Transcript),
    /// `getAgents`.
    Agents(Agents),
    /// `getStats`.
    Stats(Stats),
    /// `getOutbox`.
    Outbox(OutboxMessages),
    /// `getSessionData`.
    SessionData(SessionData),
    /// `verifySession`.
    SessionActive(bool),
    /// `getFileLimits`.
    FileLimits(FileLimits),
    /// `downloadFile`.
    Downloaded(Downloaded),
}

impl fmt::Debug for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resolution(<private>)")
    }
}

impl Resolution {
    /// Roughly the bytes that it takes, where they can be many.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Response(body) => body.0.len(),
            Self::Transcript(transcript) => transcript.received.iter().map(Received::weight).sum(),
            Self::Downloaded(file) => file.bytes.as_ref().map_or(0, Bytes::len),
            Self::Outbox(outbox) => outbox.messages.iter().map(|entry| entry.message.len()).sum(),
            _ => 0,
        }
    }

    /// The value that a JavaScript caller would find in `done`; null for nothing.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Response(body) => body.json(),
            Self::UserData(data) => Value::Object(data.clone()),
            Self::Downloaded(file) => files::downloaded_json(file),
            other => json!(other),
        }
    }
}

/// In the shape of [`Resolution::to_json`].
impl Serialize for Resolution {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nothing => serializer.serialize_unit(),
            Self::Response(body) => body.json().serialize(serializer),
            Self::UserData(data) => data.serialize(serializer),
            Self::Filters(filters) => filters.serialize(serializer),
            Self::Transcript(transcript) => transcript.serialize(serializer),
            Self::Agents(agents) => serializer.collect_map([("agents", agents)]),
            Self::Stats(stats) => stats.serialize(serializer),
            Self::Outbox(messages) => messages.serialize(serializer),
            Self::SessionData(data) => data.serialize(serializer),
            Self::SessionActive(active) => serializer.collect_map([("sessionActive", active)]),
            Self::FileLimits(limits) => limits.serialize(serializer),
            Self::Downloaded(file) => files::downloaded_json(file).serialize(serializer),
        }
    }
}

/// What a method of [`Chat`](crate::Chat) returns of a resolution; nothing where the command resolved with another kind of value.
pub(crate) trait FromResolution: Sized {
    fn from_resolution(resolution: Resolution) -> Option<Self>;
}

impl FromResolution for () {
    fn from_resolution(_: Resolution) -> Option<Self> {
        Some(())
    }
}

impl FromResolution for Value {
    fn from_resolution(resolution: Resolution) -> Option<Self> {
        Some(resolution.to_json())
    }
}

macro_rules! values {
    ($($variant:ident: $value:ty;)*) => {
        $(impl FromResolution for $value {
            fn from_resolution(resolution: Resolution) -> Option<Self> {
                match resolution {
                    Resolution::$variant(value) => Some(value),
                    _ => None,
                }
            }
        })*
    };
}

values! {
    Filters: Vec<Prefilter>;
    Transcript: Transcript;
    Agents: Agents;
    Stats: Stats;
    Outbox: OutboxMessages;
    SessionData: SessionData;
    SessionActive: bool;
    FileLimits: FileLimits;
    Downloaded: Downloaded;
}
