//! What differs between a recording and its playback: the server's address, and the channel.

use std::collections::HashMap;

use serde_json::Value;

/// Stands in recordings for the chat's own server.
const OWN: &str = "recorded.invalid";

/// What stands now for what stood there.
#[derive(Debug, Clone)]
pub(super) struct Substitutes {
    /// Host and port.
    pub(super) host: String,
    /// The client's channel, once it was named.
    channel: Option<String>,
    /// What the customer says, by what was said then.
    pub(super) words: HashMap<String, String>,
}

impl Substitutes {
    pub(super) fn new(host: String) -> Self {
        Self { host, channel: None, words: HashMap::new() }
    }

    /// Takes note of the channel that a message of the client names.
    pub(super) fn learn(&mut self, message: &Value) {
        let mut named = [&message["subscription"], &message["channel"]].into_iter().filter_map(Value::as_str);
        let own = named.find(|channel| !channel.starts_with("/meta/"));
        if let Some(own) = own {
            self.channel = Some(own.to_owned());
        }
    }

    pub(super) fn in_json(&self, value: Value) -> Value {
        match value {
            Value::String(text) => self.in_text(&text).into(),
            Value::Array(values) => values.into_iter().map(|value| self.in_json(value)).collect(),
            Value::Object(members) => {
                members.into_iter().map(|(name, value)| (name, self.in_json(value))).collect()
            }
            other => other,
        }
    }

    pub(super) fn in_text(&self, text: &str) -> String {
        if text.starts_with("/channel/") {
            return self.channel.clone().unwrap_or_else(|| text.to_owned());
        }
        if let Some(words) = self.words.get(text) {
            return words.clone();
        }
        let own = ["http", "https"].iter().find_map(|scheme| text.strip_prefix(&format!("{scheme}://{OWN}")));
        own.map_or_else(|| text.to_owned(), |rest| format!("http://{}{rest}", self.host))
    }
}
