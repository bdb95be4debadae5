//! How much memory what an application is told takes, near enough for a bound on it.

use super::{Content, JsonObject, Received};
use crate::bounds::OF_MEMBERS;
use serde_json::Value;

/// What a message takes besides its texts and contents, what the server wrote of it among that.
const OF_A_MESSAGE: usize = 768;

/// As much as that of what the server wrote.
const AS_WRITTEN: usize = 256;

/// What a value takes besides its text.
const OF_A_VALUE: usize = 32;

impl Received {
    /// Roughly the bytes that it takes: its texts and contents, and a fixed part for the rest.
    pub(crate) fn weight(&self) -> usize {
        let message = &self.message;
        let text = message.text.as_ref().map_or(0, |text| text.len());
        let objects = message.user_data.iter().chain(message.extra.iter()).map(|object| of_object(object));
        let contents = message.content.iter().map(Content::weight);
        let written = self.original.rest().saturating_sub(AS_WRITTEN);
        OF_A_MESSAGE + text + written + objects.chain(contents).sum::<usize>()
    }
}

impl Content {
    fn weight(&self) -> usize {
        let data = self.data.as_ref().map_or(0, bytes::Bytes::len);
        OF_A_VALUE + data + self.url.as_ref().map_or(0, |url| url.len()) + of_object(&self.other)
    }
}

/// The weight of a JSON object.
pub(crate) fn of_object(object: &JsonObject) -> usize {
    of_members(object) + object.values().map(of_value).sum::<usize>()
}

/// The same without its values.
fn of_members(object: &JsonObject) -> usize {
    let (bytes, first, each) = OF_MEMBERS;
    let places = if object.len() > first { object.len().div_ceil(each) } else { object.len().min(1) };
    places * bytes + object.keys().map(String::len).sum::<usize>()
}

/// The weight of a JSON value, without recursion: how deep it is is not ours to say.
pub(crate) fn of_value(value: &Value) -> usize {
    let (mut weight, mut rest) = (0, vec![value]);
    while let Some(value) = rest.pop() {
        weight += OF_A_VALUE;
        match value {
            Value::String(text) => weight += text.len(),
            Value::Array(values) => rest.extend(values),
            Value::Object(object) => {
                weight += of_members(object);
                rest.extend(object.values());
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    weight
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Private,
        model::{Message, Whose},
    };
    use serde_json::json;
    use std::sync::Arc;

    #[test]
    fn texts_and_contents_count() {
        let content = Content { data: Some(vec![0; 1_000].into()), ..Content::default() };
        let message = Message {
            text: Some(Private::new("x".repeat(100))),
            content: Arc::new([content]),
            ..Message::default()
        };
        let weight = Received { message, original: Arc::default(), whose: Whose::Untold }.weight();
        assert_eq!(weight, OF_A_MESSAGE + 100 + OF_A_VALUE + 1_000);
    }

    #[test]
    fn a_value_counts_with_all_that_is_in_it() {
        let text = "x".repeat(50);
        assert_eq!(of_value(&json!({"key": [text, {"other": 1}]})), 5 * OF_A_VALUE + 2 * 640 + 3 + 50 + 5);
        assert_eq!(of_value(&json!({})), OF_A_VALUE);
        let mut deep = json!(1);
        for _ in 0..100_000 {
            deep = Value::Array(vec![deep]);
        }
        assert_eq!(of_value(&deep), 100_001 * OF_A_VALUE);
        // Dropping it would be recursive.
        std::mem::forget(deep);
    }
}
