//! What a request carries: the `data` of a publish, or the form of a file request (gms-v2.md, 8.3 and 8.5).

use crate::{
    json::field_text,
    model::{GmsSession, JsonObject},
    transport::{Operation, Start, Text},
};
use serde_json::{
    Value, json,
    value::{RawValue, to_raw_value},
};

/// The label of a text message that has none of its own.
const DEFAULT_MESSAGE_TYPE: &str = "text";
/// The key of attached data that asks for a chat that outlives its connections.
const ASYNC_MODE: &str = "GCTI_Chat_AsyncMode";

/// What a start carries.
pub(super) fn start(start: &Start, endpoint: Option<&str>, asynchronous: bool) -> JsonObject {
    let mut user_data = texts(&start.user_data);
    if asynchronous {
        user_data.entry(ASYNC_MODE).or_insert_with(|| "true".into());
    }
    let mut data = operation("requestChat");
    data.extend(members([
        ("nickname", json!(start.nickname)),
        ("firstName", json!(start.first_name)),
        ("lastName", json!(start.last_name)),
        ("emailAddress", json!(start.email)),
        ("subject", json!(start.subject)),
        ("text", json!("")),
        ("userData", Value::Object(user_data)),
    ]));
    data.extend(members(endpoint.map(|endpoint| ("endpoint", json!(endpoint)))));
    data
}

/// What a request for the transcript from `position` on carries; from then on the server pushes.
pub(super) fn notifications(session: &GmsSession, position: u64) -> JsonObject {
    in_session("requestNotifications", session, [("transcriptPosition", json!(position))])
}

/// What a request for older messages carries; -1 stands for the newest message alone.
pub(super) fn refresh(session: &GmsSession, position: i64) -> JsonObject {
    in_session("refresh", session, [("transcriptPosition", json!(position))])
}

/// What any other operation carries; nothing, if it has no place on the channel.
pub(super) fn other(asked: &Operation, session: &GmsSession) -> Option<JsonObject> {
    let (name, members) = match asked {
        Operation::Send(text) => ("sendMessage", send(text)),
        Operation::Typing { started, preview } => {
            let name = if *started { "startTyping" } else { "stopTyping" };
            (name, vec![("message", json!(preview.as_deref().unwrap_or_default()))])
        }
        Operation::End => ("disconnect", vec![]),
        Operation::CustomNotice { message } => ("customNotice", vec![("message", json!(message))]),
        Operation::UpdateUserData(data) => ("updateData", vec![("userData", Value::Object(texts(data)))]),
        Operation::PushUrl { url } => ("pushUrl", vec![("pushUrl", json!(url))]),
        Operation::UpdateNickname { nickname } => ("updateNickname", vec![("nickname", json!(nickname))]),
        Operation::ReadReceipt { position } => ("readReceipt", vec![("transcriptPosition", json!(position))]),
        _ => return None,
    };
    Some(in_session(name, session, members))
}

/// The form of a file request, handed to `field` in order. The file is not among it.
pub(super) fn file_form(asked: &Operation, session: &GmsSession, mut field: impl FnMut(&str, &str)) {
    let (name, file_id) = match asked {
        Operation::Upload(_) => ("fileUpload", None),
        Operation::Download(download) => ("fileDownload", Some(&download.file_id)),
        Operation::DeleteFile { file_id } => ("fileDelete", Some(file_id)),
        _ => ("fileGetLimits", None),
    };
    field("operation", name);
    field("secureKey", &session.secure_key);
    if let Some(file_id) = file_id {
        field("fileId", file_id);
    }
    if let Operation::Upload(upload) = asked {
        for (key, value) in &upload.user_data {
            field(&format!("userData[{key}]"), &field_text(value));
        }
    }
}

/// As it is published.
pub(super) fn raw(data: &JsonObject) -> Box<RawValue> {
    to_raw_value(data).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

fn send(text: &Text) -> Vec<(&'static str, Value)> {
    let mut members = vec![
        ("message", json!(text.text)),
        ("messageType", json!(text.message_type.as_deref().unwrap_or(DEFAULT_MESSAGE_TYPE))),
    ];
    if let Some(event) = &text.related_event {
        members.push(("eventAttributes", json!({ "general-properties": { "related-event-id": event } })));
    }
    members
}

fn operation(name: &str) -> JsonObject {
    members([("operation", json!(name))])
}

/// An operation of a session. Newer servers have neither user id nor alias: what is empty is left out.
fn in_session(
    name: &str,
    session: &GmsSession,
    own: impl IntoIterator<Item = (&'static str, Value)>,
) -> JsonObject {
    let ids = [
        ("secureKey", &session.secure_key),
        ("chatId", &session.session_id),
        ("userId", &session.user_id),
        ("alias", &session.alias),
    ];
    let mut data = operation(name);
    data.extend(members(ids.into_iter().filter(|(_, id)| !id.is_empty()).map(|(key, id)| (key, json!(id)))));
    data.extend(members(own));
    data
}

fn members<'a>(members: impl IntoIterator<Item = (&'a str, Value)>) -> JsonObject {
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// Attached data, whose values are texts whatever they were given as.
fn texts(data: &JsonObject) -> JsonObject {
    data.iter().map(|(key, value)| (key.clone(), Value::from(field_text(value).into_owned()))).collect()
}
