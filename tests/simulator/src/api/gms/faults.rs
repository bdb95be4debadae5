//! The faults that speak as GMS does.

use axum::http;
use axum::response::{IntoResponse, Response};

use super::reply::{Reply, StatusCode};
use crate::faults::FaultKind;

/// The kinds of faults that GMS v2 has, and not all have.
pub(crate) const OWN: &[&str] = &["statusCode1", "statusCode2", "newAlias", "newSecureKey"];

/// The answer of a fault that has the form of a response object.
pub(super) fn answer(kind: &FaultKind, chat_id: Option<&str>) -> Option<Response> {
    reply(kind, chat_id).map(IntoResponse::into_response)
}

pub(crate) fn reply(kind: &FaultKind, chat_id: Option<&str>) -> Option<Reply> {
    Some(match kind {
        FaultKind::StatusCode1 => Reply::try_again(chat_id),
        FaultKind::StatusCode2 { chat_ended, errors } => {
            let mut reply = Reply::done(chat_id.unwrap_or_default(), 1);
            reply.status_code = StatusCode::Failed;
            reply.chat_ended = *chat_ended;
            reply.errors.clone_from(errors);
            reply
        }
        FaultKind::Status { status, errors, .. } => {
            let mut reply = Reply::invalid(chat_id, errors.first()?.clone());
            reply.http =
                http::StatusCode::from_u16(*status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
            reply.errors.clone_from(errors);
            reply
        }
        _ => return None,
    })
}
