//! Bayeux messages as JSON (Bayeux 1.0, sections 3 to 5).
//!
//! A payload in good order is read in one pass, and the data of its messages are kept as the text they came in. One that is not is read
//! again piece by piece, so that one malformed message does not lose the others.

use crate::{
    Private,
    bounds::check,
    json::{self, Number, take},
    private::debug_only,
    transport::Excess,
};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};
use std::time::Duration;

pub(crate) const HANDSHAKE: &str = "/meta/handshake";
pub(crate) const CONNECT: &str = "/meta/connect";
pub(crate) const SUBSCRIBE: &str = "/meta/subscribe";
pub(crate) const DISCONNECT: &str = "/meta/disconnect";

/// No server lets a connect hang for longer than this.
const LONGEST_TIMEOUT: Duration = Duration::from_mins(10);
/// No server has a client pause for longer than this: it drops one that it does not hear for 45 s (gms-v2.md, 6).
const LONGEST_INTERVAL: Duration = Duration::from_secs(30);

/// A message from the server: a reply to one of ours, or a delivery.
#[derive(Default)]
pub(crate) struct Message {
    pub(crate) channel: String,
    pub(crate) id: Option<Private>,
    pub(crate) client_id: Option<Private>,
    pub(crate) successful: Option<bool>,
    pub(crate) error: Option<Private>,
    pub(crate) advice: Option<Advice>,
    pub(crate) supported_connection_types: Option<Vec<String>>,
    pub(crate) ext: Option<Value>,
    data: Option<Bytes>,
}

/// The same as it is written.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WireMessage<'a> {
    channel: String,
    id: Option<Private>,
    client_id: Option<Private>,
    successful: Option<bool>,
    error: Option<Private>,
    advice: Option<Advice>,
    supported_connection_types: Option<Vec<String>>,
    ext: Option<Value>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

impl WireMessage<'_> {
    /// The message, its data a part of `payload`.
    fn of(self, payload: &Bytes) -> Message {
        let Self { channel, id, client_id, successful, error, advice, supported_connection_types, ext, data } =
            self;
        // Most of the payload is not worth a copy, and the rest not worth keeping all of it.
        let data = data.map(|data| data.get().as_bytes()).map(|data| {
            let is_most = data.len() > payload.len() / 2;
            if is_most { payload.slice_ref(data) } else { Bytes::copy_from_slice(data) }
        });
        Message { channel, id, client_id, successful, error, advice, supported_connection_types, ext, data }
    }
}

debug_only!(Message { channel, id, successful });

/// What the server wants the client to do.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Advice {
    reconnect: Option<String>,
    interval: Number,
    timeout: Number,
    #[serde(rename = "multiple-clients")]
    multiple_clients: Option<bool>,
}

/// How to go on after a failure, or at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reconnect {
    /// With another connect of the same session.
    Retry,
    /// With a new handshake.
    Handshake,
    /// Not at all.
    None,
}

impl Advice {
    pub(crate) fn reconnect(&self) -> Option<Reconnect> {
        match self.reconnect.as_deref()? {
            "retry" => Some(Reconnect::Retry),
            "handshake" => Some(Reconnect::Handshake),
            "none" => Some(Reconnect::None),
            _ => None,
        }
    }

    /// The pause before the next connect.
    pub(crate) fn interval(&self) -> Option<Duration> {
        advised(self.interval, LONGEST_INTERVAL)
    }

    /// Whether the advice is for the time in which another client with the same cookie has a connect held.
    pub(crate) fn is_for_a_crowd(&self) -> bool {
        self.multiple_clients == Some(true)
    }

    /// How long the server lets a connect hang.
    pub(crate) fn timeout(&self) -> Option<Duration> {
        advised(self.timeout, LONGEST_TIMEOUT)
    }
}

fn advised(number: Number, longest: Duration) -> Option<Duration> {
    number.unsigned().map(Duration::from_millis).map(|advised| advised.min(longest))
}

impl Message {
    /// The data of a delivery.
    pub(crate) fn take_data(&mut self) -> Option<Bytes> {
        self.data.take()
    }

    /// The `ack` of its `ext`: a batch, or in a handshake whether the server acknowledges at all.
    pub(crate) fn ack(&self) -> Option<&Value> {
        self.ext.as_ref()?.get("ack").filter(|ack| !ack.is_null())
    }

    /// Takes what is usable.
    fn salvage(value: Value) -> Option<Self> {
        let mut message = json::object(value)?;
        let advice = message.remove("advice").and_then(json::object);
        Some(Self {
            channel: take(&mut message, "channel")?,
            id: take(&mut message, "id"),
            client_id: take(&mut message, "clientId"),
            successful: take::<Value>(&mut message, "successful").map(|value| match value {
                Value::String(text) => text == "true",
                other => other == true,
            }),
            error: take(&mut message, "error"),
            advice: advice.map(|mut advice| Advice {
                reconnect: take(&mut advice, "reconnect"),
                interval: take(&mut advice, "interval").unwrap_or_default(),
                timeout: take(&mut advice, "timeout").unwrap_or_default(),
                multiple_clients: take(&mut advice, "multiple-clients"),
            }),
            supported_connection_types: take(&mut message, "supportedConnectionTypes"),
            ext: message.remove("ext"),
            data: message.remove("data").map(|data| data.to_string().into()),
        })
    }
}

/// Why a payload is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("what came is not Bayeux")]
    NotBayeux,
    #[error("what came is not read: {0}")]
    TooMuch(Excess),
}

/// Reads a payload: an array of messages, or a single one.
pub(crate) fn read(payload: &Bytes) -> Result<Vec<Message>, Unreadable> {
    check(payload).map_err(Unreadable::TooMuch)?;
    if let Ok(messages) = serde_json::from_slice::<Vec<WireMessage<'_>>>(payload) {
        return Ok(messages.into_iter().map(|message| message.of(payload)).collect());
    }
    match json::read(payload).map(|(value, _)| value) {
        Some(Value::Array(messages)) => Ok(messages.into_iter().filter_map(Message::salvage).collect()),
        Some(message @ Value::Object(_)) => Ok(Message::salvage(message).into_iter().collect()),
        _ => Err(Unreadable::NotBayeux),
    }
}

/// A message to the server.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Outgoing<'a> {
    pub(crate) id: String,
    pub(crate) channel: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_id: Option<Private>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) minimum_version: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) supported_connection_types: Option<&'a [&'static str]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) connection_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subscription: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) advice: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ext: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<&'a RawValue>,
}

/// The payload of `messages`, an array.
pub(crate) fn payload(messages: &[Outgoing<'_>]) -> Bytes {
    serde_json::to_vec(messages).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(payload: &str) -> Message {
        let mut messages = read(&Bytes::copy_from_slice(payload.as_bytes())).unwrap();
        assert_eq!(messages.len(), 1, "{payload}");
        messages.remove(0)
    }

    #[test]
    fn a_payload_is_an_array_or_a_single_message() {
        assert_eq!(one(r#"[{"channel":"/a"}]"#).channel, "/a");
        assert_eq!(one(r#" {"channel":"/a","id":7}"#).id.unwrap(), "7");
        assert!(read(&Bytes::from_static(b"[]")).unwrap().is_empty());
        for other in ["", "Forbidden", "<html></html>", "7", "null"] {
            assert!(read(&Bytes::from_static(other.as_bytes())).is_err(), "{other}");
        }
    }

    #[test]
    fn data_are_kept_as_they_came() {
        let mut message = one(r#"[{"channel":"/a","data":{"b": 1.50, "a":"é"}}]"#);
        assert_eq!(&*message.take_data().unwrap(), r#"{"b": 1.50, "a":"é"}"#.as_bytes());
        let mut message = one(r#"[{"channel":"/a","id":[],"data":{"a":"\ud83d"}}]"#);
        assert_eq!(&*message.take_data().unwrap(), "{\"a\":\"\u{fffd}\"}".as_bytes());
    }

    #[test]
    fn one_malformed_message_does_not_lose_the_others() {
        let payload = r#"[{"channel":"/a","successful":"true","advice":{"reconnect":7,"interval":"50"}},3,{"id":"1"},{"channel":"/b"}]"#;
        let messages = read(&Bytes::from_static(payload.as_bytes())).unwrap();
        let [first, second] = messages.as_slice() else { panic!("{messages:?}") };
        assert_eq!((first.successful, second.channel.as_str()), (Some(true), "/b"));
        let advice = first.advice.as_ref().unwrap();
        assert_eq!((advice.reconnect(), advice.interval()), (None, Some(Duration::from_millis(50))));
    }

    #[test]
    fn advice_is_read_within_reason() {
        let advice = one(r#"[{"channel":"/a","advice":{"reconnect":"none","interval":-1,"timeout":1e15,"multiple-clients":true,"hosts":["x"]}}]"#)
            .advice
            .unwrap();
        assert_eq!(advice.reconnect(), Some(Reconnect::None));
        assert_eq!((advice.interval(), advice.timeout()), (None, Some(LONGEST_TIMEOUT)));
        for interval in ["1e15", "1e300", "4000000000"] {
            let payload = format!(r#"[{{"channel":"/a","advice":{{"interval":{interval}}}}}]"#);
            let interval = one(&payload).advice.unwrap().interval();
            assert!(interval.is_none_or(|interval| interval == LONGEST_INTERVAL), "{interval:?}");
        }
    }

    #[test]
    fn absent_members_are_not_written() {
        let outgoing = Outgoing { id: "1".into(), channel: "/a", ..Outgoing::default() };
        assert_eq!(&*payload(&[outgoing]), br#"[{"id":"1","channel":"/a"}]"#);
    }
}
