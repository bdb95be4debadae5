//! The faults that speak as Nexus v3 does.

use axum::response::{IntoResponse, Response};

use super::reply::Reply;
use crate::faults::FaultKind;

/// The answer of a fault that has the form of the envelope.
pub(super) fn answer(kind: &FaultKind) -> Option<Response> {
    let (status, code, text) = match kind {
        FaultKind::ErrorCode { code, status, .. } => (*status, code.clone(), None),
        FaultKind::Status { status, errors, .. } => {
            let error = errors.first()?;
            (*status, error.code.to_string(), error.text.clone())
        }
        _ => return None,
    };
    let text = text.unwrap_or_else(|| "a fault of the simulator".to_owned());
    Some(Reply::error(status, &code, &text).into_response())
}
