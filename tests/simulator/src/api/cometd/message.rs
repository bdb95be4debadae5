//! Bayeux messages: what is received, and what is replied.

use std::fmt;
use std::time::Duration;

use serde_json::{Map, Value};

use super::advice::Advice;

/// A message as received: any JSON object.
#[derive(Clone)]
pub(super) struct Message(Map<String, Value>);

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("channel", &self.channel()).finish_non_exhaustive()
    }
}

impl Message {
    /// Reads an array of messages or a single one.
    pub(super) fn read_all(text: &[u8]) -> Result<Vec<Self>, String> {
        let object = |value: Value| match value {
            Value::Object(members) => Ok(Self(members)),
            other => Err(format!("{other} is no Bayeux message")),
        };
        match serde_json::from_slice(text).map_err(|error| error.to_string())? {
            Value::Array(all) if all.is_empty() => Err("there are no messages".to_owned()),
            Value::Array(all) => all.into_iter().map(object).collect(),
            one => Ok(vec![object(one)?]),
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    pub(super) fn channel(&self) -> &str {
        self.text("channel").unwrap_or_default()
    }

    pub(super) fn client_id(&self) -> Option<&str> {
        self.text("clientId")
    }

    pub(super) fn connection_type(&self) -> Option<&str> {
        self.text("connectionType")
    }

    pub(super) fn version(&self) -> Option<&str> {
        self.text("version")
    }

    pub(super) fn minimum_version(&self) -> Option<&str> {
        self.text("minimumVersion")
    }

    pub(super) fn connection_types(&self) -> Option<Vec<&str>> {
        let types = self.0.get("supportedConnectionTypes")?.as_array()?;
        Some(types.iter().filter_map(Value::as_str).collect())
    }

    /// `subscription`: a channel or an array of channels.
    pub(super) fn subscription(&self) -> Option<&Value> {
        self.0.get("subscription")
    }

    pub(super) fn data(&self) -> Option<&Map<String, Value>> {
        self.0.get("data")?.as_object()
    }

    /// How long the client wants its connect to be held at most.
    pub(super) fn advised_timeout(&self) -> Option<Duration> {
        self.0.get("advice")?.get("timeout")?.as_u64().map(Duration::from_millis)
    }

    pub(super) fn ext(&self, name: &str) -> Option<&Value> {
        self.0.get("ext")?.get(name)
    }

    /// Whether a handshake asks for the acknowledge extension, in its old or its new form.
    pub(super) fn asks_for_acks(&self) -> bool {
        let ack = self.ext("ack");
        let enabled = ack.map(|ack| ack.get("enabled").unwrap_or(ack));
        enabled.and_then(Value::as_bool).unwrap_or_default()
    }

    /// The reply to this message, which says neither yes nor no yet.
    pub(super) fn reply(&self) -> Reply {
        let mut reply = Map::new();
        for name in ["channel", "id"] {
            if let Some(value) = self.0.get(name) {
                reply.insert(name.to_owned(), value.clone());
            }
        }
        Reply(reply)
    }

    /// The members for the log. Those of `data` stand under their own names, as `call` turns them into a form.
    pub(super) fn fields(&self) -> Vec<(String, String)> {
        let own = self.0.iter().filter(|(name, _)| name.as_str() != "data");
        own.map(|(name, value)| (name.clone(), plain(value))).collect()
    }
}

/// A JSON value as a form field has it.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// A reply being made.
#[derive(Debug, Clone)]
pub(super) struct Reply(Map<String, Value>);

impl Reply {
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    pub(super) fn successful(self) -> Self {
        self.with("successful", true)
    }

    /// `successful` is false, and `error` has the form `CODE:ARGUMENTS:TEXT` (Bayeux 1.0 section 3.9).
    pub(super) fn refused(self, code: u16, arguments: &str, text: &str) -> Self {
        self.with("successful", false).with("error", format!("{code}:{arguments}:{text}"))
    }

    pub(super) fn advice(self, advice: Advice) -> Self {
        self.with("advice", advice.to_json())
    }

    pub(super) fn is_successful(&self) -> bool {
        self.0.get("successful") == Some(&Value::Bool(true))
    }

    /// The client id that a handshake gives.
    pub(super) fn client_id(&self) -> Option<&str> {
        self.0.get("clientId")?.as_str()
    }
}

impl From<Reply> for Value {
    fn from(reply: Reply) -> Self {
        Self::Object(reply.0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Result<Vec<Message>, String> {
        Message::read_all(text.as_bytes())
    }

    #[test]
    fn arrays_and_single_objects() {
        assert_eq!(read(r#"[{"channel":"/a"},{"channel":"/b"}]"#).unwrap()[1].channel(), "/b");
        assert_eq!(read(r#" {"channel":"/a"}"#).unwrap().len(), 1);
        for (text, part) in [("[]", "no messages"), ("[1]", "1 is no"), ("[{", "EOF"), ("\"x\"", "is no")] {
            let error = read(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn what_a_client_asks_for() {
        let asks = |ext: Value| read(&json!({"ext": ext}).to_string()).unwrap()[0].asks_for_acks();
        assert!(asks(json!({"ack": true})) && asks(json!({"ack": {"enabled": true}})));
        assert!(!asks(json!({"ack": false})) && !asks(json!({"ack": -1})) && !asks(json!({})));
        let message = &read(r#"{"id":"7","channel":"/x","advice":{"timeout":0},"clientId":""}"#).unwrap()[0];
        assert_eq!((message.advised_timeout(), message.client_id()), (Some(Duration::ZERO), None));
        let reply = Value::from(message.reply().refused(404, "/x", "Unknown channel"));
        assert_eq!(
            reply,
            json!({"id": "7", "channel": "/x", "successful": false, "error": "404:/x:Unknown channel"})
        );
    }
}
