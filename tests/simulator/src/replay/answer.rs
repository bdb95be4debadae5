//! Answers over HTTP as they were recorded.

use std::io;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use serde_json::{Value, json};

use super::operation::POLL;
use super::recording::Answer;
use super::substitute::Substitutes;
use crate::api::Api;
use crate::faults::Hangup;

/// Header fields that a client may go by.
const HEADERS: [&str; 6] =
    ["content-type", "content-disposition", "retry-after", "location", "allow", "cache-control"];

/// The answer, with a body of the same content or size.
pub(super) fn response(answer: &Answer, substitutes: &Substitutes) -> Response {
    static BLOCK: [u8; 65_536] = [b'x'; 65_536];
    let json = answer.json.clone().map(|json| Bytes::from(substitutes.in_json(json).to_string()));
    let is_whole = answer.broken.is_none();
    // What the client did not want to read was longer than what it has read.
    let wanted = if answer.broken.as_deref() == Some("abandoned") { answer.length } else { None };
    let size = wanted.unwrap_or(answer.bytes).max(answer.bytes);
    let body = match json {
        Some(json) => Body::from(json),
        None if is_whole && size == 0 => Body::empty(),
        None => {
            let blocks = stream::unfold(size, |left| async move {
                let length = usize::try_from(left).unwrap_or(usize::MAX).min(BLOCK.len());
                let block = BLOCK.get(..length).filter(|block| !block.is_empty())?;
                Some((Ok(Bytes::from_static(block)), left - length as u64))
            });
            let stalls = answer.broken.as_deref() == Some("timedOut");
            let end = stream::once(async move {
                if stalls {
                    std::future::pending::<()>().await;
                }
                // What came before must have left before the error tears the connection down.
                tokio::task::yield_now().await;
                Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionAborted))
            });
            if is_whole || wanted.is_some() {
                Body::from_stream(blocks)
            } else {
                Body::from_stream(blocks.chain(end))
            }
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers.iter().filter(|(name, _)| HEADERS.contains(&name.as_str())) {
        let value = HeaderValue::from_str(&substitutes.in_text(value));
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name.as_str()), value) {
            response.headers_mut().append(name, value);
        }
    }
    if let Some(length) = answer.length.filter(|_| !is_whole) {
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length.max(size)));
    }
    response
}

/// No answer: the connection is closed.
pub(super) fn hangup() -> Response {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(Hangup);
    response
}

/// The answer to a poll that has nothing to tell yet; `position` is the place that it asks for.
pub(super) fn idle(api: Api, position: Option<&str>) -> Response {
    let next: u64 = position.and_then(|position| position.parse().ok()).unwrap_or(1);
    axum::Json(match api {
        Api::NexusRest => {
            json!({"status": {"code": "SUCCESS"}, "data": {"messages": [], "chatEnded": false}})
        }
        _ => json!({"statusCode": 0, "chatEnded": false, "nextPosition": next, "messages": []}),
    })
    .into_response()
}

/// The refusal of what was not recorded, which `words` name.
pub(super) fn unrecorded(api: Api, key: &str, words: &str) -> Response {
    debug_assert_ne!(key, POLL);
    let body = match api {
        Api::NexusRest => json!({"status": {"code": "NOT_RECORDED", "message": words}}),
        _ => json!({"error": words}),
    };
    (StatusCode::BAD_REQUEST, axum::Json(body)).into_response()
}

/// The same for a message of Bayeux.
pub(super) fn unrecorded_message(message: &Value, words: &str) -> Value {
    let mut answer = json!({"channel": message["channel"], "id": message["id"], "successful": false, "error": format!("400::{words}")});
    if message["channel"] == "/meta/handshake" {
        answer["advice"] = json!({"reconnect": "none"});
    }
    answer
}
