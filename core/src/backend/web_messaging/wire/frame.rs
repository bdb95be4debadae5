//! What comes over the socket: an envelope whose `class` says what its body is. What cannot be made out costs itself alone
//! (web-messaging.md, 4.3 to 4.6).

use super::{Entry, Media, Refusal};
use crate::{
    Private,
    bounds::check,
    json::{self, Number},
    model::JsonObject,
    private::debug_only,
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use std::{borrow::Cow, time::Duration};

/// A frame.
#[derive(Debug)]
pub(crate) struct Frame {
    /// That of the request that it answers.
    pub(crate) tracing_id: Option<Box<str>>,
    pub(crate) heard: Heard,
}

/// What a frame says.
#[derive(Debug)]
pub(crate) enum Heard {
    /// The connection is the session's.
    Opened(Box<Opened>),
    /// An entry of the conversation, and its body as it came.
    Said(Box<Entry>, Bytes),
    /// Where a file goes, with the headers that it has to have; or where it is to be had, without any.
    Address(Address),
    /// A file has arrived.
    Uploaded(Box<str>),
    /// The key to the history.
    HistoryKey(Private),
    /// The server lets go of the connection; for this reason, if it says one.
    Closed(Option<Box<str>>),
    /// The customer is logged out.
    LoggedOut,
    /// The session's time is over.
    Expired,
    /// The conversation was cleared.
    Cleared,
    /// A refusal.
    Refused(Refusal),
    /// Nobody made out what was asked.
    Unrouted,
    /// A class that means nothing here.
    Unknown(String),
}

/// What the server says of a session when a connection is configured for it.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each says something else")]
pub(crate) struct Opened {
    /// The connection is the session's; unlike after a close.
    pub(crate) connected: bool,
    /// Nobody knew the token before.
    pub(crate) is_new: bool,
    /// The conversation is over, and can be read.
    pub(crate) read_only: bool,
    /// The customer has joined without having been told to.
    pub(crate) has_joined: bool,
    pub(crate) media: Media,
    /// How many bytes custom attributes may have.
    pub(crate) most_attributes: Option<u64>,
    /// The body as it came.
    pub(crate) body: Bytes,
}

/// An address of a file.
pub(crate) struct Address {
    pub(crate) id: Box<str>,
    pub(crate) url: Private,
    pub(crate) headers: Vec<(String, Private)>,
}

debug_only!(Address { id });

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    class: Option<Value>,
    code: Option<Number>,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
    tracing_id: Option<Value>,
}

/// Reads a frame; nothing, if it is no JSON object or too much.
pub(crate) fn read(frame: &Bytes) -> Option<Frame> {
    check(frame).ok()?;
    if let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(frame) {
        let code = envelope.code.and_then(Number::unsigned);
        return Some(interpret(
            frame,
            envelope.class.as_ref(),
            code,
            envelope.body,
            envelope.tracing_id.as_ref(),
        ));
    }
    let Value::Object(object) = json::value(frame)? else { return None };
    let body = object.get("body").and_then(|body| RawValue::from_string(body.to_string()).ok());
    let code = object.get("code").and_then(|code| Number::deserialize(code).ok()).and_then(Number::unsigned);
    let tracing_id = object.get("tracingId");
    Some(interpret(frame, object.get("class"), code, body.as_deref(), tracing_id))
}

fn interpret(
    frame: &Bytes,
    class: Option<&Value>,
    code: Option<u64>,
    body: Option<&RawValue>,
    tracing_id: Option<&Value>,
) -> Frame {
    let json = body.map_or("null", RawValue::get);
    // What is inside a frame is kept as a part of it.
    let part = || {
        if memory_of(frame, json) {
            frame.slice_ref(json.as_bytes())
        } else {
            Bytes::copy_from_slice(json.as_bytes())
        }
    };
    let code = code.and_then(|code| u16::try_from(code).ok()).unwrap_or_default();
    let id = |value: &Value| match value {
        Value::String(text) if !text.is_empty() => Some(Box::from(text.as_str())),
        _ => None,
    };
    let outer = tracing_id.and_then(id);
    if let Some("StructuredMessage") = class.and_then(Value::as_str) {
        let Some(entry) = Entry::read(json) else {
            return Frame { tracing_id: outer, heard: Heard::Unknown("StructuredMessage".into()) };
        };
        let inner =
            || serde_json::from_str::<Inner>(json).ok().and_then(|it| it.tracing_id.as_ref().and_then(id));
        return Frame { tracing_id: outer.or_else(inner), heard: Heard::Said(Box::new(entry), part()) };
    }
    let body = json::value(json.as_bytes()).unwrap_or_default();
    let inner = || body.get("tracingId").and_then(id);
    Frame { tracing_id: outer.or_else(inner), heard: heard(class, code, &body, part) }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inner {
    tracing_id: Option<Value>,
}

/// Whether `part` lies in `whole`.
fn memory_of(whole: &Bytes, part: &str) -> bool {
    let (whole, part) = (whole.as_ptr_range(), part.as_bytes().as_ptr_range());
    whole.start <= part.start && part.end <= whole.end
}

fn heard(class: Option<&Value>, code: u16, body: &Value, part: impl FnOnce() -> Bytes) -> Heard {
    let class = match class {
        Some(Value::String(class)) => class.as_str(),
        None if error_code(body).is_none() => return Heard::Unrouted,
        _ => "",
    };
    let nothing = JsonObject::new();
    let object = body.as_object().unwrap_or(&nothing);
    let text = |name: &str| object.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    if error_code(body).is_some() || class == "string" || code >= 400 {
        return Heard::Refused(refusal(code, body));
    }
    match class {
        "SessionResponse" => Heard::Opened(Box::new(opened(object, part()))),
        "PresignedUrlResponse" => match (text("attachmentId"), text("url")) {
            (Some(id), Some(url)) => Heard::Address(address(id, url, object)),
            _ => Heard::Unknown(class.to_owned()),
        },
        "UploadSuccessEvent" => text("attachmentId")
            .map_or_else(|| Heard::Unknown(class.to_owned()), |id| Heard::Uploaded(id.into())),
        "JwtResponse" => {
            text("jwt").map_or_else(|| Heard::Unknown(class.to_owned()), |key| Heard::HistoryKey(key.into()))
        }
        "ConnectionClosedEvent" => {
            Heard::Closed(text("reason").or_else(|| text("reasonCode")).map(Box::from))
        }
        "LogoutEvent" => Heard::LoggedOut,
        "SessionExpiredEvent" => Heard::Expired,
        "SessionClearedEvent" => Heard::Cleared,
        other => Heard::Unknown(other.to_owned()),
    }
}

fn number(value: &Value) -> Option<u64> {
    Number::deserialize(value).ok().and_then(Number::unsigned)
}

fn error_code(body: &Value) -> Option<u64> {
    body.get("errorCode").and_then(number)
}

/// The inner code decides, else the outer.
fn refusal(code: u16, body: &Value) -> Refusal {
    let inner = error_code(body).and_then(|code| u16::try_from(code).ok());
    let text = body.as_str().or_else(|| {
        ["errorMessage", "message"].iter().find_map(|name| body.get(*name).and_then(Value::as_str))
    });
    let id = body.get("attachmentId").and_then(Value::as_str);
    Refusal {
        code: inner.unwrap_or(code),
        text: text.unwrap_or_default().to_owned(),
        retry_after: body.get("retryAfter").and_then(number).map(Duration::from_secs),
        attachment_id: id.map(Box::from),
    }
}

fn opened(body: &JsonObject, part: Bytes) -> Opened {
    let flag = |name: &str| body.get(name).and_then(Value::as_bool);
    Opened {
        connected: flag("connected") != Some(false),
        is_new: flag("newSession") == Some(true),
        read_only: flag("readOnly") == Some(true),
        has_joined: flag("autoStarted") == Some(true),
        media: Media::read(body),
        most_attributes: body.get("maxCustomDataBytes").and_then(number),
        body: part,
    }
}

fn address(id: &str, url: &str, body: &JsonObject) -> Address {
    let headers = body.get("headers").and_then(Value::as_object).into_iter().flatten();
    let text = |value: &Value| match value {
        Value::String(text) => Cow::Owned(text.clone()),
        Value::Null => Cow::Borrowed(""),
        other => Cow::Owned(other.to_string()),
    };
    let headers = headers.map(|(name, value)| (name.clone(), Private::new(text(value)))).collect();
    Address { id: id.into(), url: url.into(), headers }
}

#[cfg(test)]
#[allow(clippy::needless_pass_by_value, reason = "values are made where they are handed in")]
mod tests {
    use super::*;
    use serde_json::json;

    fn frame(json: &Value) -> Frame {
        read(&json.to_string().into()).unwrap()
    }

    fn heard_of(class: &str, code: u16, body: Value) -> Heard {
        frame(&json!({"type": "response", "class": class, "code": code, "body": body})).heard
    }

    #[test]
    fn a_session_is_opened() {
        let Heard::Opened(opened) = heard_of(
            "SessionResponse",
            200,
            json!({"connected": true, "newSession": true, "maxCustomDataBytes": 2048.0, "allowedMedia": {"inbound": {"fileTypes": [{"type": "*/*"}]}}, "more": [1]}),
        ) else {
            panic!()
        };
        assert!(opened.connected && opened.is_new && !opened.read_only && opened.media.allows_any());
        assert_eq!((opened.most_attributes, opened.has_joined), (Some(2048), false));
        assert_eq!(json::value(&opened.body).unwrap()["more"], json!([1]));
    }

    #[test]
    fn an_entry_with_the_tracing_id_of_its_request_wherever_that_is() {
        let body = json!({"id": "m", "type": "Text", "direction": "Inbound", "text": "hi"});
        let mut inside = body.clone();
        inside["tracingId"] = "1".into();
        for json in [
            json!({"class": "StructuredMessage", "code": 200, "body": body, "tracingId": "1"}),
            json!({"class": "StructuredMessage", "body": inside}),
        ] {
            let frame = frame(&json);
            assert_eq!(frame.tracing_id.as_deref(), Some("1"));
            let Heard::Said(entry, whole) = frame.heard else { panic!() };
            assert_eq!((entry.text(), json::value(&whole).unwrap()), ("hi", json["body"].clone()));
        }
    }

    #[test]
    fn refusals_have_their_code_inside_or_outside() {
        let refused = |class: &str, code, body| match heard_of(class, code, body) {
            Heard::Refused(refusal) => refusal,
            other => panic!("{other:?}"),
        };
        let plain = refused("string", 4011, json!("Message length 5000 is larger than 4096"));
        assert_eq!((plain.code, plain.text.as_str()), (4011, "Message length 5000 is larger than 4096"));
        let slow = refused(
            "TooManyRequestsErrorMessage",
            429,
            json!({"retryAfter": 3.0, "errorCode": 4029, "errorMessage": "slow"}),
        );
        assert_eq!((slow.code, slow.retry_after), (4029, Some(Duration::from_secs(3))));
        let file = refused(
            "GenerateUrlError",
            200,
            json!({"errorCode": "4001", "errorMessage": "type", "attachmentId": "f"}),
        );
        assert_eq!((file.code, file.attachment_id.as_deref()), (4001, Some("f")));
        for class in ["Error", "ErrorMessage", "UploadFailureEvent", "Never seen"] {
            assert_eq!(refused(class, 200, json!({"errorCode": 4003})).code, 4003, "{class}");
        }
    }

    #[test]
    fn what_else_there_is() {
        let kind = |class: &str, body| format!("{:?}", heard_of(class, 200, body));
        let address = json!({"attachmentId": "f", "url": "https://s.test/f?secret", "headers": {"x-amz-tagging": "abc"}});
        let Heard::Address(address) = heard_of("PresignedUrlResponse", 200, address) else { panic!() };
        assert_eq!(
            (&*address.id, address.headers[0].0.as_str(), address.headers[0].1.as_str()),
            ("f", "x-amz-tagging", "abc")
        );
        assert!(!format!("{address:?}").contains("secret"));
        assert_eq!(kind("UploadSuccessEvent", json!({"attachmentId": "f"})), "Uploaded(\"f\")");
        assert_eq!(kind("JwtResponse", json!({"jwt": "abc", "exp": 1})), "HistoryKey(<private, 3 bytes>)");
        assert_eq!(
            kind("ConnectionClosedEvent", json!({"reasonCode": "signedIn"})),
            "Closed(Some(\"signedIn\"))"
        );
        assert_eq!(kind("LogoutEvent", json!({})), "LoggedOut");
        assert_eq!(kind("SessionExpiredEvent", json!(null)), "Expired");
        assert_eq!(kind("SessionClearedEvent", json!({})), "Cleared");
        assert_eq!(kind("Never seen", json!({"a": 1})), "Unknown(\"Never seen\")");
        assert!(matches!(
            frame(&json!({"message": "Forbidden", "connectionId": "c"})).heard,
            Heard::Unrouted
        ));
    }

    #[test]
    fn what_is_no_frame() {
        for none in ["", "no", "[]", "\"x\"", "7"] {
            assert!(read(&Bytes::from_static(none.as_bytes())).is_none(), "{none}");
        }
        let deep = format!(r#"{{"class":"x","body":{}1{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
        assert!(read(&deep.into()).is_none_or(|frame| matches!(frame.heard, Heard::Unknown(_))));
    }
}
