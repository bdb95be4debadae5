//! One entry of a transcript, as the server sent it and as applications see it (webchatservice.md, 6.2).

use super::{Content, Index, JsonObject, Participant, known::known_names};
use crate::private::{Private, debug_only};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Value, value::RawValue};
use std::{borrow::Cow, io, sync::Arc};

known_names! {
    /// What a transcript entry is (`type`).
    MessageType, else Message;
    /// A text message.
    Message,
    /// Somebody joined.
    ParticipantJoined,
    /// Somebody left.
    ParticipantLeft,
    /// Somebody started typing.
    TypingStarted,
    /// Somebody stopped typing.
    TypingStopped,
    /// A web address was sent; it is the text.
    PushUrl,
    /// Somebody has a new name.
    NicknameUpdated,
    /// A file was uploaded; its data are in `userData`.
    FileUploaded,
    /// A file was deleted.
    FileDeleted,
    /// A notice between a custom client and a custom agent desktop.
    CustomNotice,
    /// A notice of the system.
    Notice,
    /// The chat will be closed soon for want of activity.
    IdleAlert,
    /// The chat is closed for want of activity.
    IdleClose,
}

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
fn string_length(json: &[u8]) -> usize {
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

/// A transcript entry as applications see it: an element of `messages`.
#[derive(Clone, Default, PartialEq)]
pub struct Message {
    /// Place in the transcript.
    pub index: Index,
    /// What it is.
    pub kind: MessageType,
    /// The text; for rich content, the content's own text.
    pub text: Option<Private>,
    /// When, in milliseconds since 1970 UTC.
    pub timestamp: u64,
    /// Who.
    pub from: Participant,
    /// Attached data.
    pub user_data: Option<Arc<JsonObject>>,
    /// What is attached to it, images among it.
    pub content: Arc<[Content]>,
    /// What else the server said of it under names of its own, and what preprocessors added: `html`, `bubble` and whatever else they set.
    pub extra: Option<Arc<JsonObject>>,
    /// True for the replay after a restore.
    pub restoring: bool,
}

debug_only!(Message { index, kind, timestamp, from, text, restoring });

impl Message {
    /// The members that are the library's to set, or the preprocessors': what a server says under these names is in the original alone.
    pub(crate) const RESERVED: [&str; 11] = [
        "index",
        "type",
        "text",
        "timestamp",
        "from",
        "userData",
        "isTyping",
        "fileDetails",
        "html",
        "bubble",
        "restoring",
    ];

    /// Whether the sender is typing; only typing notices say so.
    pub fn is_typing(&self) -> Option<bool> {
        match self.kind {
            MessageType::TypingStarted => Some(true),
            MessageType::TypingStopped => Some(false),
            _ => None,
        }
    }

    /// The file's data (`file-id`, `file-name`, `file-size`, ...); only an upload has them.
    pub fn file_details(&self) -> Option<&JsonObject> {
        self.user_data.as_deref().filter(|_| self.kind == MessageType::FileUploaded)
    }
}

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.index.is_missing() {
            map.serialize_entry("index", &self.index)?;
        }
        map.serialize_entry("type", &self.kind)?;
        if let Some(text) = &self.text {
            map.serialize_entry("text", text)?;
        }
        map.serialize_entry("timestamp", &self.timestamp)?;
        map.serialize_entry("from", &self.from)?;
        if let Some(user_data) = &self.user_data {
            map.serialize_entry("userData", user_data)?;
        }
        if let Some(is_typing) = self.is_typing() {
            map.serialize_entry("isTyping", &is_typing)?;
        }
        if let Some(details) = self.file_details() {
            map.serialize_entry("fileDetails", details)?;
        }
        if !self.content.is_empty() {
            map.serialize_entry("content", &self.content)?;
        }
        if self.restoring {
            map.serialize_entry("restoring", &true)?;
        }
        for (key, value) in self.extra.iter().flat_map(|extra| extra.iter()) {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// One transcript entry in both its shapes.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// As applications see it.
    pub message: Message,
    /// As the server sent it.
    pub original: Arc<OriginalMessage>,
    /// Which of the messages that were sent from here it is.
    pub whose: Whose,
}

/// Which of the messages that were sent from here an entry is, where a server repeats what it was sent by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    /// The server does not tell.
    #[default]
    Untold,
    /// The one that was sent by this number.
    Sent(u64),
    /// None of them: the server would tell if it were.
    Other,
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
        }
    }
}
