//! What a request carries beside the file of an upload, whatever takes it there: a form (REST, files) or JSON (`CometD`) writes the same
//! members, and calls most operations by the same names (gms-v2.md, 2 and 8.3).

use super::GmsSession;
use crate::{
    json::field_text,
    model::JsonObject,
    transport::{Operation, Start, Text},
};
use serde_json::json;
use std::borrow::Cow;

/// The label of a text message that has none of its own.
const DEFAULT_MESSAGE_TYPE: &str = "text";

/// A name and what stands under it.
pub(crate) type Member<'a> = (&'static str, Value<'a>);

/// What stands under a name.
pub(crate) enum Value<'a> {
    Text(&'a str),
    /// A place in the transcript.
    Place(i64),
    /// Attached data, whose values are texts whatever they were given as.
    Data(&'a JsonObject),
    /// Attributes of an event: JSON, and JSON text in a form.
    Attributes(serde_json::Value),
}

/// The name of an operation that goes by the same everywhere.
pub(crate) fn name(operation: &Operation) -> Option<&'static str> {
    Some(match operation {
        Operation::Typing { started: true, .. } => "startTyping",
        Operation::Typing { started: false, .. } => "stopTyping",
        Operation::End => "disconnect",
        Operation::CustomNotice { .. } => "customNotice",
        Operation::UpdateUserData(_) => "updateData",
        Operation::PushUrl { .. } => "pushUrl",
        Operation::UpdateNickname { .. } => "updateNickname",
        Operation::ReadReceipt { .. } => "readReceipt",
        _ => return None,
    })
}

/// What every request after the start says of its session. Newer servers have neither user id nor alias: what is empty is left out.
pub(crate) fn ids(session: &GmsSession) -> impl Iterator<Item = Member<'_>> {
    [("secureKey", &session.secure_key), ("userId", &session.user_id), ("alias", &session.alias)]
        .into_iter()
        .filter(|(_, id)| !id.is_empty())
        .map(|(name, id)| (name, Value::Text(id)))
}

/// What `operation` carries of its own; `endpoint` is where a chat is to start.
pub(crate) fn members<'a>(operation: &'a Operation, endpoint: Option<&'a str>) -> Vec<Member<'a>> {
    match operation {
        Operation::Start(start) => start_members(start, endpoint),
        Operation::Send(text) => text_members(text),
        Operation::Poll { from, preview } => {
            // 0 means "nothing" on one carrier and perhaps "everything" on the other; 1 is always everything.
            let place = ("transcriptPosition", place(from.next.max(1)));
            [place].into_iter().chain(preview.as_deref().map(message)).collect()
        }
        Operation::Restore => vec![("transcriptPosition", Value::Place(1))],
        Operation::Typing { preview, .. } => preview.as_deref().map(message).into_iter().collect(),
        Operation::CustomNotice { message: text } => vec![message(text)],
        Operation::UpdateUserData(data) => vec![("userData", Value::Data(data))],
        Operation::Upload(upload) => vec![("userData", Value::Data(&upload.user_data))],
        Operation::PushUrl { url } => vec![("pushUrl", Value::Text(url))],
        Operation::UpdateNickname { nickname } => vec![("nickname", Value::Text(nickname))],
        Operation::ReadReceipt { position } => vec![("transcriptPosition", place(*position))],
        Operation::History { .. }
        | Operation::End
        | Operation::FileLimits
        | Operation::Download(_)
        | Operation::Images(_)
        | Operation::DeleteFile { .. } => vec![],
    }
}

fn start_members<'a>(start: &'a Start, endpoint: Option<&'a str>) -> Vec<Member<'a>> {
    let mut members = vec![
        ("nickname", Value::Text(&start.nickname)),
        ("firstName", Value::Text(&start.first_name)),
        ("lastName", Value::Text(&start.last_name)),
        ("emailAddress", Value::Text(&start.email)),
        ("subject", Value::Text(&start.subject)),
        ("text", Value::Text("")),
        ("userData", Value::Data(&start.user_data)),
    ];
    members.extend(endpoint.map(|endpoint| ("endpoint", Value::Text(endpoint))));
    members
}

fn text_members(text: &Text) -> Vec<Member<'_>> {
    let label = text.message_type.as_deref().unwrap_or(DEFAULT_MESSAGE_TYPE);
    let mut members = vec![message(&text.text), ("messageType", Value::Text(label))];
    if let Some(event) = &text.related_event {
        let attributes = json!({ "general-properties": { "related-event-id": event } });
        members.push(("eventAttributes", Value::Attributes(attributes)));
    }
    members
}

fn message(text: &str) -> Member<'_> {
    ("message", Value::Text(text))
}

/// A place, which no transcript has beyond what JSON's readers can count.
pub(crate) fn place(place: u64) -> Value<'static> {
    Value::Place(i64::try_from(place).unwrap_or(i64::MAX))
}

impl Value<'_> {
    /// As the fields of a form that it is under `name`, handed to `field` in order.
    pub(crate) fn write_fields(&self, name: &str, field: &mut impl FnMut(&str, &str)) {
        match self {
            Self::Text(text) => field(name, text),
            Self::Place(place) => field(name, &place.to_string()),
            Self::Data(data) => {
                texts(data).for_each(|(key, text)| field(&format!("{name}[{key}]"), &text));
            }
            Self::Attributes(attributes) => field(name, &attributes.to_string()),
        }
    }

    /// As JSON.
    pub(crate) fn into_json(self) -> serde_json::Value {
        match self {
            Self::Text(text) => text.into(),
            Self::Place(place) => place.into(),
            Self::Data(data) => texts(data).map(|(key, text)| (key.clone(), json!(text))).collect(),
            Self::Attributes(attributes) => attributes,
        }
    }
}

fn texts(data: &JsonObject) -> impl Iterator<Item = (&String, Cow<'_, str>)> {
    data.iter().map(|(key, value)| (key, field_text(value)))
}
