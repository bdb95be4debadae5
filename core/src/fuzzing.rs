//! Doors for fuzzing (feature `fuzzing`): the decoders that stand behind the public API, and the Bayeux engine in simulated time, each as a
//! function of bytes. Not part of the API. A decoder may refuse whatever it likes; it may not panic, and what it gives has to be of one
//! piece.

pub use crate::carrier::{
    bayeux::{bayeux_engine, bayeux_frame},
    http::http_headers,
};

use crate::{
    backend::{
        gms,
        nexus_rest::{NexusForm, NexusSession, wire},
    },
    json as lenient,
    model::Received,
    private::Private,
    store::Stored,
    transport::{Reply, SessionForm},
};

use bytes::Bytes;
use serde_json::Value;
use std::str;
use url::Url;

/// An answer of GMS, to each kind of request.
pub fn gms_answer(data: &[u8]) {
    for read in [gms::decode, gms::decode_limits] {
        if let Ok(reply) = read(Bytes::copy_from_slice(data)) {
            check(&reply);
        }
    }
    gms::decode_trouble(data);
}

/// An answer of Nexus, to each kind of request: the first byte chooses.
pub fn nexus_answer(data: &[u8]) {
    let (Some((first, body)), Ok(url)) = (data.split_first(), Url::parse("http://nexus/chat/v3/sessions"))
    else {
        return;
    };
    let expected = match first % 3 {
        0 => wire::Expected::Session,
        1 => wire::Expected::Messages,
        _ => wire::Expected::Nothing,
    };
    let session = NexusSession::default();
    if let Ok(reply) = wire::decode(Bytes::copy_from_slice(body), expected, &session, &url) {
        check(&reply);
    }
    let _ = wire::session_of(&Private::from(String::from_utf8_lossy(body).into_owned()));
    if let Some(envelope) = lenient::value(body) {
        let _ = wire::status_of(&envelope);
    }
}

/// A body that should be JSON. What was mended is JSON.
///
/// # Panics
/// If it finds something.
pub fn json(data: &[u8]) {
    let Some((value, mended)): Option<(Value, Option<Bytes>)> = lenient::read(data) else { return };
    if let Some(mended) = mended {
        let again = serde_json::from_slice::<Value>(&mended);
        assert!(again.is_ok_and(|again| again == value), "what was mended says something else");
    }
    let _ = lenient::field_text(&value);
}

/// What a store or a keeper gives back: a form, then its text.
pub fn stored_session(data: &[u8]) {
    let Some((first, text)) = data.split_first() else { return };
    let Ok(text) = str::from_utf8(text) else { return };
    let form: &dyn SessionForm = if first % 2 == 0 { &gms::GmsForm } else { &NexusForm };
    let stored: Stored = form.keys().iter().map(|key| ((*key).to_owned(), text.to_owned())).collect();
    let _ = form.read(&stored);
    let given = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
    let _ = form.given(&given);
}

/// Both forms of each message are objects, and its place is one that can be counted on from.
fn check(reply: &Reply) {
    for Received { message, original, .. } in &reply.messages {
        let (message, original) = (serde_json::to_value(message), serde_json::to_value(&**original));
        assert!(message.is_ok_and(|json| json.is_object()) && original.is_ok_and(|json| json.is_object()));
    }
    let _ = reply.body.json();
}
