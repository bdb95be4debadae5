//! A transcript entry as the server sent it.

use super::JsonObject;
use crate::private::{Private, debug_only};
use serde::{Serialize, Serializer};
use serde_json::{Value, value::RawValue};
use std::{borrow::Cow, io, sync::Arc};

/// From here on a text is worth not being kept twice, in bytes.
const LONG_TEXT: usize = 256;

/// A transcript entry as the server sent it, member for member: an element of `originalMessages`.
#[derive(Clone, PartialEq)]
pub struct OriginalMessage {
    /// The text, where the entry has one.
    text: Option<Private>,
    /// The entry as JSON text; without its text, if that is kept beside it.
    json: Arc<str>,
    /// Where in `json` the text belongs.
    text_at: Option<usize>,
}

debug_only!(OriginalMessage { text });

impl OriginalMessage {
    /// The entry that `json` is: a JSON object.
    pub(crate) fn new(json: impl Into<Arc<str>> + AsRef<str>, text: Option<Private>) -> Self {
        let long = text.as_ref().filter(|text| text.len() >= LONG_TEXT);
        match long.and_then(|text| without_text(json.as_ref(), text)) {
            Some((at, rest)) => Self { text, json: rest.into(), text_at: Some(at) },
            None => Self { text, json: json.into(), text_at: None },
        }
    }

    /// The text, where the entry has one.
    pub fn text(&self) -> Option<&Private> {
        self.text.as_ref()
    }

    /// The entry as JSON text, as the server wrote it.
    pub fn as_json(&self) -> Cow<'_, str> {
        let whole = || {
            let (before, after) = self.json.split_at_checked(self.text_at?)?;
            Some([before, &as_literal(self.text.as_ref()?)?, after].concat())
        };
        whole().map_or(Cow::Borrowed(&self.json), Cow::Owned)
    }

    /// The entry as JSON text without its text, and where in it that belongs. All of it where the text is not in it as most servers write it.
    pub(crate) fn apart(&self) -> (Cow<'_, str>, Option<usize>) {
        match self
            .text
            .as_ref()
            .filter(|_| self.text_at.is_none())
            .and_then(|text| without_text(&self.json, text))
        {
            Some((at, rest)) => (Cow::Owned(rest), Some(at)),
            None => (Cow::Borrowed(&self.json), self.text_at),
        }
    }

    /// The entry of such parts.
    pub(crate) fn joined(text: Option<Private>, rest: String, text_at: Option<usize>) -> Self {
        let apart = Self { text, json: rest.into(), text_at };
        if apart.text.as_ref().is_some_and(|text| text.len() >= LONG_TEXT) {
            return apart;
        }
        let json = apart.as_json().into();
        Self { text: apart.text, json, text_at: None }
    }

    /// What it takes beside its text, in bytes.
    pub(super) fn rest(&self) -> usize {
        self.json.len()
    }
}

/// `json` without the first string that is `text`, and where that was.
fn without_text(json: &str, text: &str) -> Option<(usize, String)> {
    let mut at = 0;
    loop {
        at += json.get(at..)?.find('"')?;
        let rest = json.as_bytes().get(at..)?;
        let mut compared = Compared(rest);
        if serde_json::to_writer(&mut compared, text).is_ok() {
            let after = json.len() - compared.0.len();
            return Some((at, [json.get(..at)?, json.get(after..)?].concat()));
        }
        at += string_length(rest);
    }
}

/// The length of the JSON string that `json` begins with.
pub(crate) fn string_length(json: &[u8]) -> usize {
    let mut escaped = false;
    let closes = |byte: &u8| {
        let closes = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        closes
    };
    json.iter().skip(1).position(closes).map_or(json.len(), |end| end + 2)
}

/// Takes what it begins with, and nothing else.
struct Compared<'a>(&'a [u8]);

impl io::Write for Compared<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.strip_prefix(bytes).ok_or(io::ErrorKind::InvalidData)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// As most servers write it.
fn as_literal(text: &str) -> Option<String> {
    serde_json::to_string(text).ok()
}

impl From<&JsonObject> for OriginalMessage {
    fn from(entry: &JsonObject) -> Self {
        let text = entry.get("text").and_then(Value::as_str).map(Private::new);
        Self::new(serde_json::to_string(entry).unwrap_or_default(), text)
    }
}

impl Default for OriginalMessage {
    fn default() -> Self {
        Self::new("{}", None)
    }
}

impl Serialize for OriginalMessage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json = self.as_json();
        // JSON goes into JSON as it is.
        if serializer.is_human_readable()
            && let Ok(entry) = serde_json::from_str::<&RawValue>(&json)
        {
            return entry.serialize(serializer);
        }
        serde_json::from_str::<Value>(&json).unwrap_or_default().serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn original(json: &str, text: &str) -> OriginalMessage {
        OriginalMessage::new(json, Some(text.into()))
    }

    #[test]
    fn a_long_text_is_kept_once() {
        let text = "Grüße \"\n ".repeat(100);
        let json = format!("{{ \"text\" : {}, \"index\":1}}", serde_json::to_string(&text).unwrap());
        let kept = original(&json, &text);
        assert!(kept.rest() < 40 && kept.as_json() == json);
        assert_eq!(serde_json::to_string(&kept).unwrap(), json);
        // Written in another way it is kept as it was written.
        let escaped = json.replace('ü', "\\u00fc");
        assert_eq!(original(&escaped, &text).as_json(), escaped);
    }

    proptest! {
        #[test]
        fn an_entry_comes_back_as_it_was_written(text in "[a\"\\\\é\n]{0,600}", around in "[ -~]{0,20}") {
            let json = serde_json::json!({"a": around, "text": text, "z": text}).to_string();
            let kept = original(&json, &text);
            prop_assert_eq!(&*kept.as_json(), &*json);
            let (rest, at) = kept.apart();
            prop_assert_eq!(&OriginalMessage::joined(kept.text.clone(), rest.into_owned(), at), &kept);
        }
    }
}
