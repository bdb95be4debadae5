//! What a request carries: the path below the chat URL and the form (gms-v2.md, 1.2 and 2).

use crate::{
    json::field_text,
    model::{GmsSession, JsonObject},
    transport::{Operation, Start, Text},
};
use form_urlencoded::Serializer;
use serde_json::json;

/// The label of a text message that has none of its own.
const DEFAULT_MESSAGE_TYPE: &str = "text";

/// The path of `operation`, below the chat's own; a start has none.
pub(crate) fn path(operation: &Operation) -> Vec<&str> {
    match operation {
        Operation::Start(_) | Operation::Images(_) => vec![],
        Operation::Send(_) => vec!["send"],
        Operation::Poll { .. } | Operation::Restore | Operation::History { .. } => vec!["refresh"],
        Operation::Typing { started: true, .. } => vec!["startTyping"],
        Operation::Typing { started: false, .. } => vec!["stopTyping"],
        Operation::End => vec!["disconnect"],
        Operation::CustomNotice { .. } => vec!["customNotice"],
        Operation::UpdateUserData(_) => vec!["updateData"],
        Operation::FileLimits => vec!["file", "limits"],
        Operation::Upload(_) => vec!["file"],
        Operation::Download(download) => vec!["file", &download.file_id, "download"],
        Operation::DeleteFile { file_id } => vec!["file", file_id, "delete"],
        Operation::PushUrl { .. } => vec!["pushUrl"],
        Operation::UpdateNickname { .. } => vec!["updateNickname"],
        Operation::ReadReceipt { .. } => vec!["readReceipt"],
    }
}

/// The form fields of `operation`, handed to `field` in order. A file is not among them.
pub(crate) fn form(
    operation: &Operation,
    session: &GmsSession,
    endpoint: Option<&str>,
    mut field: impl FnMut(&str, &str),
) {
    if let Operation::Start(start) = operation {
        return start_fields(start, endpoint, &mut field);
    }
    id_fields(session, &mut field);
    match operation {
        Operation::Send(text) => text_fields(text, &mut field),
        Operation::Poll { from, preview } => {
            // 0 means "nothing" on one carrier and perhaps "everything" on the other; 1 is always everything.
            field("transcriptPosition", &from.order.max(1).to_string());
            if let Some(preview) = preview {
                field("message", preview);
            }
        }
        Operation::Typing { preview: Some(preview), .. } => field("message", preview),
        Operation::CustomNotice { message } => field("message", message),
        Operation::UpdateUserData(data) => user_data_fields(data, &mut field),
        Operation::Upload(upload) => user_data_fields(&upload.user_data, &mut field),
        Operation::PushUrl { url } => field("pushUrl", url),
        Operation::UpdateNickname { nickname } => field("nickname", nickname),
        Operation::ReadReceipt { position } => field("transcriptPosition", &position.to_string()),
        Operation::Restore => field("transcriptPosition", "1"),
        Operation::Start(_)
        | Operation::History { .. }
        | Operation::Typing { preview: None, .. }
        | Operation::End
        | Operation::FileLimits
        | Operation::Download(_)
        | Operation::Images(_)
        | Operation::DeleteFile { .. } => {}
    }
}

/// The form of `operation`, `application/x-www-form-urlencoded`.
pub(crate) fn urlencoded(operation: &Operation, session: &GmsSession, endpoint: Option<&str>) -> String {
    let mut serializer = Serializer::new(String::with_capacity(512));
    form(operation, session, endpoint, |name, value| {
        serializer.append_pair(name, value);
    });
    serializer.finish()
}

fn start_fields(start: &Start, endpoint: Option<&str>, field: &mut impl FnMut(&str, &str)) {
    field("nickname", &start.nickname);
    field("firstName", &start.first_name);
    field("lastName", &start.last_name);
    field("emailAddress", &start.email);
    field("subject", &start.subject);
    field("text", "");
    user_data_fields(&start.user_data, field);
    if let Some(endpoint) = endpoint {
        field("endpoint", endpoint);
    }
}

/// What every request after the start carries. Newer servers have neither user id nor alias: what is empty is left out.
fn id_fields(session: &GmsSession, field: &mut impl FnMut(&str, &str)) {
    field("secureKey", &session.secure_key);
    for (name, value) in [("userId", &session.user_id), ("alias", &session.alias)] {
        if !value.is_empty() {
            field(name, value);
        }
    }
}

fn text_fields(text: &Text, field: &mut impl FnMut(&str, &str)) {
    field("message", &text.text);
    field("messageType", text.message_type.as_deref().unwrap_or(DEFAULT_MESSAGE_TYPE));
    if let Some(event) = &text.related_event {
        let attributes = json!({ "general-properties": { "related-event-id": event } });
        field("eventAttributes", &attributes.to_string());
    }
}

fn user_data_fields(data: &JsonObject, field: &mut impl FnMut(&str, &str)) {
    for (key, value) in data {
        field(&format!("userData[{key}]"), &field_text(value));
    }
}
