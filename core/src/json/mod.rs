//! JSON that is not quite what a protocol promises, for every back end and every body: `number` and `text` read numbers and texts
//! however they are written, `passed` reads what is of no interest, `entry` leaves the entries of a
//! list to be read one by one, `repair` mends text that is not quite JSON, `rich` finds the text of rich
//! content, `time` reads times; here is what takes the usable parts out of an object.

mod entry;
mod number;
mod passed;
mod repair;
mod rich;
mod text;
mod time;

pub(crate) use entry::{Entry, FromObject};
pub(crate) use number::Number;
pub(crate) use passed::Passed;
pub(crate) use rich::{descend, rich_text};
pub(crate) use text::Text;
pub(crate) use time::millis;

use crate::{bounds::check, model::JsonObject};
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

/// Reads `body`, mended where it has to be; then its JSON text comes with it. Nothing, if it is no JSON or too much.
pub(crate) fn read(body: &[u8]) -> Option<(Value, Option<Bytes>)> {
    check(body).ok()?;
    if let Ok(value) = serde_json::from_slice(body) {
        return Some((value, None));
    }
    let mended = repair::mended(body);
    let value = serde_json::from_str(&mended).ok()?;
    Some((value, Some(mended.into())))
}

/// Reads `body`, mended where it has to be.
pub(crate) fn value(body: &[u8]) -> Option<Value> {
    read(body).map(|(value, _)| value)
}

/// A value in a form field, where all is text: null is empty, as it is for the JavaScript service, anything else its JSON text.
pub(crate) fn field_text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Null => Cow::Borrowed(""),
        other => Cow::Owned(other.to_string()),
    }
}
