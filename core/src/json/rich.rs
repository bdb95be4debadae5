//! Rich content in event attributes.

use super::{object, value as read};
use crate::Private;
use serde_json::Value;
use std::borrow::Cow;

/// The text of rich content, which stands for the message's own.
pub(crate) fn rich_text(attributes: &Value) -> Option<Private> {
    let text = descend(attributes, &["structured-content", "genesys-chat", "content", "text"])?;
    text.as_str().map(Private::new)
}

/// Follows `path` through objects, each of which can be JSON text.
pub(crate) fn descend<'a>(value: &'a Value, path: &[&str]) -> Option<Cow<'a, Value>> {
    let mut value = Cow::Borrowed(value);
    for key in path {
        value = match value {
            Cow::Borrowed(Value::String(text)) => Cow::Owned(member(read(text.as_bytes())?, key)?),
            Cow::Borrowed(object) => Cow::Borrowed(object.get(key)?),
            Cow::Owned(Value::String(text)) => Cow::Owned(member(read(text.as_bytes())?, key)?),
            Cow::Owned(object) => Cow::Owned(member(object, key)?),
        };
    }
    Some(value)
}

fn member(value: Value, key: &str) -> Option<Value> {
    object(value)?.remove(key)
}
