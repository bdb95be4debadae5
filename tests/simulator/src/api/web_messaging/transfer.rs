//! The hosts of files: they know nothing of sessions, but signed addresses, and are as strict as S3 is.

use std::sync::Arc;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::StreamExt;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::time::Instant;

use super::files::{self, Stage};
use super::modes::UploadEvent;
use super::sessions::Sessions;
use crate::faults::FaultKind;
use crate::shared::Shared;
use crate::state::State;

/// An error as S3 has it.
fn refuse(status: StatusCode, code: &str, message: &str) -> Response {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    (status, [(header::CONTENT_TYPE, "application/xml")], body).into_response()
}

/// The answer of a fault, in the form of these hosts' errors.
pub(super) fn fault(kind: &FaultKind) -> Option<Response> {
    let status = match kind {
        FaultKind::Status { status, .. } => *status,
        FaultKind::ErrorCode { code, status, .. } => {
            code.parse().ok().filter(|code| (200..600).contains(code)).unwrap_or(*status)
        }
        _ => return None,
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let code = match status.as_u16() {
        403 => "AccessDenied",
        404 => "NoSuchKey",
        429 | 503 => "SlowDown",
        _ => "InternalError",
    };
    Some(refuse(status, code, "a fault of the simulator"))
}

fn forbidden(message: &str) -> Response {
    refuse(StatusCode::FORBIDDEN, "AccessDenied", message)
}

fn text<'a>(parts: &'a Parts, name: &str) -> Option<&'a str> {
    parts.headers.get(name).and_then(|value| value.to_str().ok())
}

fn query(parts: &Parts, name: &str) -> Option<String> {
    let query = parts.uri.query().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// What an upload has to be, or why it is refused before a byte of it is read.
fn check(desk: &Sessions, id: &str, parts: &Parts, now: Instant) -> Result<u64, Box<Response>> {
    if parts.headers.contains_key(header::AUTHORIZATION) {
        let text = "Only one auth mechanism allowed";
        return Err(Box::new(refuse(StatusCode::BAD_REQUEST, "InvalidArgument", text)));
    }
    let signed = desk.signer.sign(&format!("PUT {id}"));
    if query(parts, "X-Amz-Signature").as_deref() != Some(&signed) {
        return Err(Box::new(refuse(
            StatusCode::FORBIDDEN,
            "SignatureDoesNotMatch",
            "The signature is wrong",
        )));
    }
    let upload = desk.known.values().find_map(|session| session.uploads.get(id));
    let upload = upload.ok_or_else(|| Box::new(forbidden("There is no such upload")))?;
    if upload.address_expires <= now {
        return Err(Box::new(forbidden("Request has expired")));
    }
    let wrong = |name: &str| {
        let message = format!("The header {name} is not what was signed");
        refuse(StatusCode::FORBIDDEN, "SignatureDoesNotMatch", &message)
    };
    if text(parts, "content-type") != Some(&upload.media_type) {
        return Err(Box::new(wrong("content-type")));
    }
    for (name, value) in files::headers() {
        if text(parts, &name) != value.as_str() {
            return Err(Box::new(wrong(&name)));
        }
    }
    let length = text(parts, "content-length").and_then(|length| length.parse::<u64>().ok());
    let Some(length) = length else {
        return Err(Box::new(refuse(
            StatusCode::LENGTH_REQUIRED,
            "MissingContentLength",
            "Content-Length is missing",
        )));
    };
    if length != upload.size {
        return Err(Box::new(refuse(
            StatusCode::BAD_REQUEST,
            "EntityTooLarge",
            "The length is not the one announced",
        )));
    }
    Ok(length)
}

/// Takes the bytes of an upload.
pub(super) async fn receive(shared: &Arc<Shared>, id: &str, parts: &Parts, body: Body) -> Response {
    let now = shared.now();
    let length = match shared.read(|state| check(&state.apis.web_messaging, id, parts, now)) {
        Ok(length) => length,
        Err(refusal) => return *refusal,
    };
    let mut bytes = Vec::new();
    let mut parts_of_body = body.into_data_stream();
    while let Some(part) = parts_of_body.next().await {
        match part {
            Ok(part) => bytes.extend_from_slice(&part),
            Err(_) => return refuse(StatusCode::BAD_REQUEST, "IncompleteBody", "The body is not complete"),
        }
    }
    if bytes.len() as u64 != length {
        return refuse(StatusCode::BAD_REQUEST, "IncompleteBody", "The body is not complete");
    }
    shared.change(|state, now| keep(&mut state.apis.web_messaging, id, bytes.into(), length, now));
    StatusCode::OK.into_response()
}

/// The bytes of an upload have come, so many of them.
pub(super) fn keep(desk: &mut Sessions, id: &str, bytes: Bytes, length: u64, now: Instant) {
    let due = now + desk.settings.upload_delay;
    let is_told = desk.settings.upload_event != UploadEvent::Absent;
    let number = desk.new_number();
    for (token, session) in &mut desk.known {
        if let Some(upload) = session.uploads.get_mut(id) {
            (upload.bytes, upload.size) = (bytes, length);
            upload.stage = Stage::Received;
            if is_told {
                desk.agenda.insert((due, number), (token.clone(), id.to_owned()));
            }
            return;
        }
    }
}

/// Gives the bytes of a file; `now` is in milliseconds since 1970 UTC.
pub(super) fn send(state: &State, id: &str, parts: &Parts, now: u64) -> Response {
    let desk = &state.apis.web_messaging;
    let until = query(parts, "Expires").unwrap_or_default();
    let signed = desk.signer.sign(&format!("GET {id} {until}"));
    if query(parts, "Signature").as_deref() != Some(&signed) {
        return forbidden("The signature is wrong");
    }
    let expired = until.parse::<u64>().is_ok_and(|until| until <= now);
    let missing =
        || refuse(StatusCode::NOT_FOUND, "NoSuchKey", "There is no such file, or its address has expired");
    if expired {
        return missing();
    }
    let own = desk.known.values().find_map(|session| session.uploads.get(id));
    let own = own.map(|upload| (upload.name.clone(), upload.media_type.clone(), upload.bytes.clone()));
    let others = || {
        let file = state.chats.all().find_map(|chat| chat.files.get(id))?;
        Some((file.name.clone(), file.content_type.clone(), file.bytes.clone()))
    };
    let Some((name, kind, bytes)) = own.or_else(others) else { return missing() };
    let mut response = bytes.into_response();
    let name = utf8_percent_encode(&name, NON_ALPHANUMERIC);
    let disposition = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{name}"));
    let kind = HeaderValue::from_str(&kind).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response.headers_mut().extend(disposition.map(|value| (header::CONTENT_DISPOSITION, value)));
    response
}
