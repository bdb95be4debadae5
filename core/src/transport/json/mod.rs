//! JSON that is not quite what a protocol promises, for every back end: `number` reads numbers however they are written, `repair` reads
//! text that is not quite JSON, `rich` finds the text of rich content; here is what takes the usable parts out of an object.

mod number;
mod repair;
mod rich;

pub(crate) use number::Number;
pub(crate) use rich::{descend, rich_text};

use crate::model::JsonObject;
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::borrow::Cow;

/// `value` as an object, if it is one.
pub(crate) fn object(value: Value) -> Option<JsonObject> {
    if let Value::Object(object) = value { Some(object) } else { None }
}

/// Takes `key` out of `object`; nothing, if its value is of no use.
pub(crate) fn take<T: DeserializeOwned>(object: &mut JsonObject, key: &str) -> Option<T> {
    object.remove(key).and_then(|value| serde_json::from_value(value).ok())
}

/// Takes `key` out of `object`; a value that is of no use stays there.
pub(crate) fn take_usable<T: DeserializeOwned>(object: &mut JsonObject, key: &str) -> Option<T> {
    let usable = T::deserialize(object.get(key)?).ok()?;
    object.remove(key);
    Some(usable)
}

/// Reads `body`, repaired where it has to be; then its JSON text comes with it.
pub(crate) fn read(body: &[u8]) -> Option<(Value, Option<Bytes>)> {
    if let Ok(value) = serde_json::from_slice(body) {
        return Some((value, None));
    }
    let value = repair::repaired(body)?;
    let text = Bytes::from(value.to_string());
    Some((value, Some(text)))
}

/// A value in a form field, where all is text: null is empty, as it is for the JavaScript service, anything else its JSON text.
pub(crate) fn field_text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Null => Cow::Borrowed(""),
        other => Cow::Owned(other.to_string()),
    }
}
