//! What is known about a session of Nexus v3.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

/// The part of a chat that Nexus v3 alone has.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NexusInfo {
    /// The customer's id on the wire.
    pub participant_id: String,
    /// The token issued last.
    pub token: String,
    /// How many tokens are good, one for each transport.
    pub transports: usize,
    /// The members of `data` in the request that created the session (`endpoint`, `stream`, `email`, ...),
    /// `userData` left out.
    pub fields: BTreeMap<String, String>,
}

impl fmt::Debug for NexusInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { participant_id, token: _, transports, fields } = self;
        f.debug_struct("NexusInfo")
            .field("participant_id", participant_id)
            .field("transports", transports)
            .field("fields", fields)
            .finish_non_exhaustive()
    }
}
