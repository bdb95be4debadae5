//! The codes of errors (nexus-v3.md, 7.2) and the refusals that carry them.

use axum::http::StatusCode;
use serde_json::Value;

/// A refusal: what kind of error it is, and what people are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) reason: String,
}

impl Refusal {
    pub(super) fn new(code: &'static str, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }

    /// A request without sense.
    pub(super) fn request(reason: impl Into<String>) -> Self {
        Self::new(INVALID_REQUEST, reason)
    }

    pub(super) fn session() -> Self {
        Self::new(INVALID_SESSION, "there is no such session, or it is over")
    }

    /// Just now, whatever the request.
    pub(super) fn not_now(reason: impl Into<String>) -> Self {
        Self::new(NOT_NOW, reason)
    }
}

pub(super) const INVALID_CONTACT_CENTER: &str = "INVALID_CONTACT_CENTER";
pub(super) const INVALID_ENDPOINT: &str = "INVALID_ENDPOINT";
pub(super) const INVALID_NICKNAME: &str = "INVALID_NICKNAME";
pub(super) const AUTHENTICATION_REQUIRED: &str = "AUTHENTICATION_REQUIRED";
pub(super) const INVALID_FILE_TYPE: &str = "INVALID_FILE_TYPE";
pub(super) const LIMIT_FILE_SIZE: &str = "LIMIT_FILE_SIZE";
pub(super) const LIMIT_FILE_COUNT: &str = "LIMIT_FILE_COUNT";
pub(super) const LIMIT_UNEXPECTED_FILE: &str = "LIMIT_UNEXPECTED_FILE";
pub(super) const INVALID_SESSION: &str = "INVALID_SESSION";
/// The reference's own invention for a cursor nobody knows (nexus-v3.md, 8.3).
pub(super) const INVALID_INDEX: &str = "INVALID_INDEX";
/// For paths that name nothing (nexus-v3.md, 4).
pub(super) const NOT_FOUND: &str = "NOT_FOUND";
/// The simulator's own code for a parameter that is missing or has no sense; the known list has none.
pub(super) const INVALID_REQUEST: &str = "INVALID_REQUEST";
/// The generic failure, a number (nexus-v3.md, 7.2), with HTTP 503.
const NOT_NOW: &str = "1";

/// The HTTP status that goes with a code.
pub(crate) fn usual_status(code: &str) -> u16 {
    let status = match code {
        INVALID_CONTACT_CENTER | AUTHENTICATION_REQUIRED => StatusCode::UNAUTHORIZED,
        INVALID_SESSION | NOT_FOUND => StatusCode::NOT_FOUND,
        NOT_NOW => StatusCode::SERVICE_UNAVAILABLE,
        number if number.parse::<u32>().is_ok() => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    status.as_u16()
}

/// A code as it is on the wire: text, or a number if it is one.
pub(super) fn on_wire(code: &str) -> Value {
    code.parse::<u32>().map_or_else(|_| code.into(), Value::from)
}
