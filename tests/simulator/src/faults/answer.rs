//! The answers that faults give.

use std::convert::Infallible;
use std::io;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt};

use super::{FaultKind, RetryAfter};
use crate::page::error_page;

/// Mark of a response that is never sent: the connection is closed instead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hangup;

/// The answer that a fault puts in place of the real one, if it does so. `own` makes those that have the
/// form of the request's API.
pub(super) fn replace(
    kind: &FaultKind,
    own: impl FnOnce(&FaultKind) -> Option<Response>,
) -> Option<Response> {
    let response = match kind {
        FaultKind::Drop => {
            let mut response = Response::new(Body::empty());
            response.extensions_mut().insert(Hangup);
            response
        }
        FaultKind::Status { status, retry_after, .. } | FaultKind::ErrorCode { status, retry_after, .. } => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut response = own(kind).unwrap_or_else(|| error_page(status));
            if let Some(after) = retry_after.as_ref().and_then(RetryAfter::header) {
                response.headers_mut().insert(header::RETRY_AFTER, after);
            }
            response
        }
        FaultKind::NonJson => {
            let page = "<html><body><h1>Forbidden</h1><p>Blocked by policy.</p></body></html>";
            ([(header::CONTENT_TYPE, "text/html;charset=utf-8")], page).into_response()
        }
        FaultKind::WrongBody(body) => {
            ([(header::CONTENT_TYPE, "application/json;charset=utf-8")], body.clone()).into_response()
        }
        FaultKind::Redirect { status, url } => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::from_u16(*status).unwrap_or(StatusCode::TEMPORARY_REDIRECT);
            if let Ok(url) = HeaderValue::from_str(url) {
                response.headers_mut().insert(header::LOCATION, url);
            }
            response
        }
        other => return own(other),
    };
    Some(response)
}

/// Lets a fault spoil the real answer. `object` says whether that is a JSON object.
pub(super) async fn spoil(kind: &FaultKind, mut response: Response, object: bool) -> Response {
    match kind {
        FaultKind::HugeBody(bytes) if object => {
            let (mut parts, body) = response.into_parts();
            let json = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
            parts.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(parts, huge(json.into(), *bytes))
        }
        FaultKind::TruncatedBody => truncate(response).await,
        FaultKind::SetCookie(cookie) => {
            if let Ok(cookie) = HeaderValue::from_str(cookie) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        }
        _ => response,
    }
}

/// Announces the whole body, sends its first half, then breaks the connection.
async fn truncate(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
    let half = whole.slice(..whole.len() / 2);
    let broken = stream::once(async move { Ok(half) }).chain(stream::once(async {
        // The first half must have left before the error tears the connection down.
        tokio::task::yield_now().await;
        Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionAborted))
    }));
    Response::from_parts(parts, Body::from_stream(broken))
}

/// Pads a JSON object with a member of this many bytes, without holding them all in memory.
fn huge(json: Vec<u8>, bytes: u64) -> Body {
    static BLOCK: [u8; 65_536] = [b'x'; 65_536];
    let mut head = json;
    if head.pop().is_none() {
        head.push(b'{');
    }
    head.extend_from_slice(b",\"padding\":\"");
    let blocks = stream::unfold(bytes, |left| async move {
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(BLOCK.len());
        let block = BLOCK.get(..length).filter(|block| !block.is_empty())?;
        Some((Bytes::from_static(block), left - length as u64))
    });
    let ends = |part: Vec<u8>| stream::once(async move { Bytes::from(part) });
    Body::from_stream(ends(head).chain(blocks).chain(ends(b"\"}".to_vec())).map(Ok::<_, Infallible>))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_huge_body_is_still_an_object() {
        let json = br#"{"statusCode":0}"#.to_vec();
        let body = axum::body::to_bytes(huge(json, 200_000), usize::MAX).await.unwrap();
        let value: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(value["statusCode"], 0);
        assert_eq!(value["padding"].as_str().unwrap().len(), 200_000);
    }
}
