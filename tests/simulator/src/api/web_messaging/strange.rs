//! Frames that mean nothing, which a client has to bear at any time.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message as Frame;

use super::{action, reply};

/// How deep the deepest of them is.
const DEEP: usize = 10_000;
/// Into how many fragments a frame is cut.
const FRAGMENTS: usize = 3;

/// The frame number so and so of those that mean nothing; they come in turn.
pub(super) fn nothing(number: u64) -> Vec<Frame> {
    let told = |class: &str, body: Value| vec![Frame::Text(reply::event(class, body).into())];
    let message = |body: Value| told("StructuredMessage", body);
    match number % 8 {
        0 => told("Hologram", json!({ "text": null, "depth": 3 })),
        1 => vec![Frame::Binary(vec![0x00, 0xff, 0x7b].into())],
        2 => message(Value::Null),
        3 => message(json!({ "id": null, "type": 7, "text": ["x"], "channel": "x", "events": {} })),
        4 => {
            let events = json!([{ "eventType": "Levitation", "levitation": null }, null, 7]);
            message(
                json!({ "id": format!("strange-{number}"), "type": "Event", "direction": "Sideways", "events": events }),
            )
        }
        5 => told("UploadSuccessEvent", json!([])),
        6 => {
            let (open, close) = ("[".repeat(DEEP), "]".repeat(DEEP));
            let text = format!(r#"{{"type":"message","class":"Hologram","code":200,"body":{open}{close}}}"#);
            vec![Frame::Text(text.into())]
        }
        _ => vec![Frame::Ping(b"strange".to_vec().into()), Frame::Pong(b"unasked".to_vec().into())],
    }
}

/// A text in fragments, with a ping between each and the next.
pub(super) fn in_fragments(text: &str) -> Vec<Frame> {
    action::frames(text, FRAGMENTS)
}
