//! The file operations (gms-v2.md, 7).

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::operations::{CLIENT, Session};
use super::params::{BAD_PARAMETER, Position};
use super::reply::Reply;
use crate::chat::{Event, EventType, FileRefusal, Stamp, StoredFile, Upload};
use crate::form::Form;
use crate::refusal::ApiError;

const TOO_MANY: u32 = 201;
const TOO_LARGE: u32 = 202;
const WRONG_TYPE: u32 = 203;
/// The simulator's own code for a refusal the documented table has no code for.
const REFUSED: u32 = 403;

/// The limits come as a notice without an index, from the asking customer.
pub(super) fn limits(session: &Session<'_>) -> Reply {
    let mut reply = session.reply(None);
    reply.messages.push(Event {
        from: session.chat.client(),
        index: None,
        stamp: Stamp::default(),
        kind: EventType::Notice,
        utc_time: session.now.utc_ms,
        text: Some("file-client-cfg-get".to_owned()),
        message_type: None,
        user_data: session.chat.files.limits_facts(&session.settings.files),
        event_attributes: None,
    });
    reply
}

pub(super) fn upload(
    session: Session<'_>,
    mut form: Form,
    position: Option<Position>,
) -> Result<Reply, ApiError> {
    let at = form.files.iter().position(|part| part.received.field == "file");
    let part = match at {
        Some(at) => form.files.swap_remove(at),
        None => {
            return Err(ApiError::new(BAD_PARAMETER, "there is no part named file with a file name"));
        }
    };
    let (name, size) = (part.received.file_name, part.received.size);
    let limits = &session.settings.files;
    let present = session.chat.agent_present();
    session.chat.files.check_upload(limits, &name, size, present).map_err(refusal)?;
    session.chat.files.count_upload(size);
    let mut user_data: std::collections::BTreeMap<_, _> = form.user_data().collect();
    let description = user_data.remove("file-description");
    let content_type = part.received.content_type;
    let upload = Upload { name, bytes: part.bytes, content_type, description, user_data };
    session.chat.upload(CLIENT, session.file_id.clone(), upload, session.now);
    let mut reply = session.reply(position);
    reply.user_data.insert("file-id".to_owned(), session.file_id);
    Ok(reply)
}

pub(super) fn download(session: &mut Session<'_>, file_id: &str) -> Result<StoredFile, ApiError> {
    session.chat.files.download(&session.settings.files, file_id).map_err(refusal)
}

pub(super) fn delete(session: &mut Session<'_>, file_id: &str) -> Result<(), ApiError> {
    let file = session.chat.files.delete(file_id).map_err(refusal)?;
    session.chat.file_deleted(CLIENT, &file, session.now);
    Ok(())
}

#[allow(clippy::needless_pass_by_value, reason = "used as a map_err function")]
fn refusal(refusal: FileRefusal) -> ApiError {
    match refusal {
        FileRefusal::TooMany { allowed } => {
            ApiError::new(TOO_MANY, "too many files").advice(allowed.to_string())
        }
        FileRefusal::TooLarge { limit } => {
            ApiError::new(TOO_LARGE, "too many bytes").advice(limit.to_string())
        }
        FileRefusal::WrongType { extension } => {
            ApiError::new(WRONG_TYPE, format!("files of type {extension:?} are not allowed"))
        }
        FileRefusal::NeedsAgent => ApiError::new(REFUSED, "files are allowed only while an agent is present"),
        FileRefusal::NoAttemptsLeft { allowed } => {
            ApiError::new(REFUSED, "no download attempts are left").advice(allowed.to_string())
        }
        FileRefusal::UnknownFile => ApiError::new(REFUSED, "there is no such file in this chat"),
    }
}

/// A downloaded file's answer: its bytes, its type guessed from its name.
pub(super) fn response(file: StoredFile) -> Response {
    const UNSAFE: &AsciiSet = &CONTROLS.add(b'"').add(b'%').add(b'\\');
    let kind = mime_guess::from_path(&file.name).first_or_octet_stream();
    let name = utf8_percent_encode(&file.name, UNSAFE);
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let mut response = Body::from(file.bytes).into_response();
    if let Ok(kind) = HeaderValue::from_str(kind.as_ref()) {
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    if let Ok(disposition) = disposition {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}
