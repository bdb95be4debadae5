//! The faults that speak as Web Messaging does.

use axum::http::StatusCode;
use axum::response::Response;

use super::handler;
use super::reply::{self, Refusal, Unaddressed};
use super::request::{Action, Request};
use crate::faults::{FaultKind, RetryAfter};

/// How long a client is told to wait where the fault does not say it, in seconds.
const RETRY_AFTER: u64 = 3;

/// The refusal that a fault stands for: one of the action's own form.
pub(super) fn refusal(request: &Request, code: &str, retry_after: Option<&RetryAfter>) -> Refusal {
    let code = code.parse().unwrap_or(reply::BAD_REQUEST);
    if code == reply::TOO_MANY || code == reply::RATE_TOO_HIGH {
        return Refusal::too_many(match retry_after {
            Some(RetryAfter::Seconds(seconds)) => u64::from(*seconds),
            _ => RETRY_AFTER,
        });
    }
    let mut refusal = Refusal::new(code, "a fault of the simulator");
    if request.action() == Some(Action::Attach) && request.flag("errorsAsJson") {
        refusal.attachment = Some(Unaddressed { id: request.text("attachmentId").map(str::to_owned) });
    }
    refusal
}

/// The answer of a fault to an HTTP request, in the form of the API's errors.
pub(super) fn answer(kind: &FaultKind) -> Option<Response> {
    let (status, code) = match kind {
        FaultKind::ErrorCode { code, status, .. } => (code.parse().unwrap_or(*status), code.clone()),
        FaultKind::Status { status, errors, .. } => (*status, errors.first()?.code.to_string()),
        _ => return None,
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Some(handler::error(status, &code, "a fault of the simulator"))
}
