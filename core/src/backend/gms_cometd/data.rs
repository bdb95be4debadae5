//! An operation as the `data` of a publish, or as the form of a file request (gms-v2.md, 8.3 and 8.5).

use crate::{
    backend::gms::{
        GmsSession,
        operation::{Member, Value, ids, members, name, place},
    },
    model::JsonObject,
    transport::Operation,
};
use serde_json::value::{RawValue, to_raw_value};

/// The key of attached data that asks for a chat that outlives its connections.
const ASYNC_MODE: &str = "GCTI_Chat_AsyncMode";

/// What a start carries.
pub(super) fn start(operation: &Operation, endpoint: Option<&str>, asynchronous: bool) -> JsonObject {
    let mut data = object("requestChat", members(operation, endpoint));
    if let Some(user_data) = data.get_mut("userData").and_then(|data| data.as_object_mut())
        && asynchronous
    {
        user_data.entry(ASYNC_MODE).or_insert_with(|| "true".into());
    }
    data
}

/// What a request for the transcript from `from` on carries; from then on the server pushes.
pub(super) fn notifications(session: &GmsSession, from: u64) -> JsonObject {
    in_session("requestNotifications", session, vec![("transcriptPosition", place(from))])
}

/// What a request for older messages carries.
pub(super) fn history(session: &GmsSession, from: u64) -> JsonObject {
    in_session("refresh", session, vec![("transcriptPosition", place(from))])
}

/// What a request for the newest message alone carries.
pub(super) fn newest(session: &GmsSession) -> JsonObject {
    in_session("refresh", session, vec![("transcriptPosition", Value::Place(-1))])
}

/// What any other operation carries; nothing, if it has no place on the channel.
pub(super) fn other(operation: &Operation, session: &GmsSession) -> Option<JsonObject> {
    let mut members = members(operation, None);
    let name = match operation {
        Operation::Send(_) => "sendMessage",
        other => name(other)?,
    };
    if let Operation::Typing { preview: None, .. } = operation {
        members.push(("message", Value::Text("")));
    }
    Some(in_session(name, session, members))
}

/// The form of a file request, handed to `field` in order. The file is not among it.
pub(super) fn file_form(operation: &Operation, session: &GmsSession, mut field: impl FnMut(&str, &str)) {
    let (name, file_id) = match operation {
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
    for (name, value) in members(operation, None) {
        value.write_fields(name, &mut field);
    }
}

/// As it is published.
pub(super) fn raw(data: &JsonObject) -> Box<RawValue> {
    to_raw_value(data).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// An operation of a session.
fn in_session(name: &str, session: &GmsSession, own: Vec<Member<'_>>) -> JsonObject {
    let mut data = object(name, ids(session).chain(own));
    if !session.session_id.is_empty() {
        data.insert("chatId".into(), session.session_id.as_str().into());
    }
    data
}

fn object<'a>(name: &str, members: impl IntoIterator<Item = Member<'a>>) -> JsonObject {
    let members = members.into_iter().map(|(name, value)| (name.to_owned(), value.into_json()));
    [("operation".to_owned(), name.into())].into_iter().chain(members).collect()
}
