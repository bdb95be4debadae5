//! What a request carries: method and path, query, form (nexus-v3.md, 2.3 and 4).

use crate::{
    backend::nexus_rest::NexusSession,
    backend::nexus_rest::Options,
    json::field_text,
    model::{JsonObject, Place},
    transport::{Cursor, Operation, Start, Text},
};
use form_urlencoded::Serializer;
use reqwest::Method;
use serde_json::Value;

/// The type of a text message that has none of its own.
const TEXT: &str = "Text";
/// As many messages as any chat has: the reference client's number for all of them.
const ALL: u64 = 10_000;

/// The method of `operation`, and its path below the sessions' URL; nothing where Nexus has no such request.
pub(crate) fn method_and_path<'a>(
    operation: &Operation,
    session: &'a NexusSession,
) -> Option<(Method, Vec<&'a str>)> {
    let id = session.session_id.as_str();
    Some(match operation {
        Operation::Start(_) => (Method::POST, vec![]),
        Operation::Send(_) | Operation::Typing { .. } => (Method::POST, vec![id, "messages"]),
        Operation::Poll { .. } | Operation::Restore | Operation::History { .. } => {
            (Method::GET, vec![id, "messages"])
        }
        Operation::UpdateUserData(_) => (Method::PUT, vec![id, "userdata"]),
        Operation::Upload(_) => (Method::POST, vec![id, "images"]),
        Operation::End => (Method::DELETE, vec![id, "participants", &session.participant_id]),
        Operation::CustomNotice { .. }
        | Operation::FileLimits
        | Operation::Download(_)
        | Operation::Images(_)
        | Operation::DeleteFile { .. }
        | Operation::PushUrl { .. }
        | Operation::UpdateNickname { .. }
        | Operation::ReadReceipt { .. } => return None,
    })
}

/// Which messages `operation` asks for, handed to `pair` (nexus-v3.md, 4.3 and 8.1); nothing where it asks for none.
///
/// The server remembers what it has delivered to whom, so a poll names no place unless messages may have been lost on the way.
pub(crate) fn query(operation: &Operation, config: &Options, mut pair: impl FnMut(&str, &str)) {
    let mut number = |name: &str, number: u64| pair(name, &number.to_string());
    match operation {
        Operation::Poll { from: Cursor { resync: true, after, .. }, .. } => {
            match after.as_ref().and_then(text) {
                Some(index) => pair("index", index),
                None => number("count", ALL),
            }
        }
        Operation::Restore if config.asynchronous => number("count", config.page_size),
        Operation::Restore => number("count", ALL),
        Operation::History { before } => {
            number("count", config.page_size);
            // A place that the server has not named cannot be asked for; the newest page then tells that there is no more.
            if let Some(index) = text(before) {
                pair("index", index);
            }
        }
        _ => {}
    }
}

fn text(place: &Place) -> Option<&str> {
    place.text.as_deref()
}

/// The form of a request: `data[...]` and, beside it, the operation's id.
#[derive(Debug, Default)]
pub(crate) struct Fields(JsonObject);

impl Fields {
    /// What `operation` carries.
    pub(crate) fn of(operation: &Operation, config: &Options) -> Self {
        Self(match operation {
            Operation::Start(start) => start_fields(start, config),
            Operation::Send(text) => text_fields(text),
            Operation::Typing { started, preview } => {
                let kind = if *started { "TypingStarted" } else { "TypingStopped" };
                object([("type", kind), ("text", preview.as_deref().unwrap_or_default())])
            }
            Operation::UpdateUserData(data) => data.clone(),
            _ => JsonObject::new(),
        })
    }

    /// What takes up a session again: no names, so that nothing about the customer changes.
    pub(crate) fn of_resume(config: &Options) -> Self {
        let mut data = object([("endpoint", config.endpoint.as_str())]);
        data.extend(option("stream", config.stream.as_deref()));
        data.insert("userData".into(), with_phone_number(&config.user_data).into());
        Self(data)
    }

    /// As `application/x-www-form-urlencoded`.
    pub(crate) fn urlencoded(&self, operation_id: &str) -> String {
        let mut serializer = Serializer::new(String::with_capacity(512));
        nested("data", &self.0, &mut |name, value| {
            serializer.append_pair(name, value);
        });
        serializer.append_pair("operationId", operation_id);
        serializer.finish()
    }
}

/// Empty fields are left out. The registration form's own fields win over the configuration's, as in the reference client.
fn start_fields(start: &Start, config: &Options) -> JsonObject {
    let nickname = if start.nickname.is_empty() { &start.first_name } else { &start.nickname };
    let mut data = object([("endpoint", config.endpoint.as_str())]);
    data.extend(option("stream", config.stream.as_deref()));
    data.extend(option("clientType", config.client_type.as_deref()));
    data.extend(start.other.clone());
    for (name, value) in [
        ("nickname", nickname),
        ("firstName", &start.first_name),
        ("lastName", &start.last_name),
        ("email", &start.email),
        ("subject", &start.subject),
    ] {
        data.extend(option(name, Some(value.as_str())));
    }
    data.insert("userData".into(), with_phone_number(&start.user_data).into());
    data
}

/// The reference client's names for `Text` begin with either case; other types are the application's affair.
fn text_fields(text: &Text) -> JsonObject {
    let kind = text.message_type.as_deref().filter(|kind| !kind.eq_ignore_ascii_case(TEXT)).unwrap_or(TEXT);
    object([("type", kind), ("text", text.text.as_str())])
}

/// A phone number has a second name on the server's side (nexus-v3.md, 4.1).
fn with_phone_number(data: &JsonObject) -> JsonObject {
    let mut data = data.clone();
    if let Some(phone) = data.get("phone").cloned() {
        data.entry("PhoneNumber").or_insert(phone);
    }
    data
}

fn object<const N: usize>(fields: [(&str, &str); N]) -> JsonObject {
    fields.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect()
}

fn option(name: &str, value: Option<&str>) -> Option<(String, Value)> {
    value.filter(|value| !value.is_empty()).map(|value| (name.to_owned(), value.into()))
}

/// Names nested values with brackets, as JavaScript's form serialisers do: `name[key]`, `name[]` for the plain items of an array.
fn nested(name: &str, object: &JsonObject, field: &mut impl FnMut(&str, &str)) {
    for (key, value) in object {
        nested_value(&format!("{name}[{key}]"), value, field);
    }
}

fn nested_value(name: &str, value: &Value, field: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                nested_value(&format!("{name}[{key}]"), value, field);
            }
        }
        Value::Array(items) => {
            for (position, item) in items.iter().enumerate() {
                match item {
                    Value::Object(_) | Value::Array(_) => {
                        nested_value(&format!("{name}[{position}]"), item, field);
                    }
                    plain => field(&format!("{name}[]"), &field_text(plain)),
                }
            }
        }
        plain => field(name, &field_text(plain)),
    }
}
