//! What commands resolve with.

use super::files;
use crate::{
    model::{Agents, Downloaded, FileLimits, JsonObject, SessionData, Stats, Transcript},
    prefilter::Prefilter,
    transport::Body,
};
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
    /// The value that a JavaScript caller would find in `done`; null for nothing.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Nothing => Value::Null,
            Self::Response(body) => body.json(),
            Self::UserData(data) => Value::Object(data.clone()),
            Self::Filters(filters) => json!(filters),
            Self::Transcript(transcript) => json!(transcript),
            Self::Agents(agents) => json!({"agents": agents}),
            Self::Stats(stats) => json!(stats),
            Self::SessionData(data) => json!(data),
            Self::SessionActive(active) => json!({"sessionActive": active}),
            Self::FileLimits(limits) => json!(limits),
            Self::Downloaded(file) => files::downloaded_json(file),
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
    SessionData: SessionData;
    SessionActive: bool;
    FileLimits: FileLimits;
    Downloaded: Downloaded;
}
