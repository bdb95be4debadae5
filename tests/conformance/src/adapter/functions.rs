//! The functions an application would pass to `registerPreProcessor` and `registerTypingPreviewInput`, by the names that scenarios
//! and all adapters know.

use serde_json::Value;
use webchat_core::{
    command::{Preprocessor, PreviewInput},
    model::JsonObject,
};

/// The preview input's text.
pub const TYPED: &str = "what I am typing";

/// A preprocessor: `upperCase` returns text messages in capitals and marks them as `html`; `nothing` returns nothing; `silentJoin`
/// blanks the type of an agent's `ParticipantJoined`; `failing` fails.
pub fn preprocessor(name: &str) -> Option<Preprocessor> {
    let function: fn(JsonObject) -> Option<JsonObject> = match name {
        "upperCase" => upper_case,
        "nothing" => |_| None,
        "silentJoin" => silent_join,
        "failing" => failing,
        _ => return None,
    };
    Some(Preprocessor::new(function))
}

/// A preview input: `typed` returns [`TYPED`].
pub fn preview_input(name: &str) -> Option<PreviewInput> {
    (name == "typed").then(|| PreviewInput::new(|| Some(TYPED.into())))
}

fn upper_case(mut message: JsonObject) -> Option<JsonObject> {
    if message.get("type").and_then(Value::as_str) != Some("Message") {
        return None;
    }
    let text = message.get("text")?.as_str()?.to_uppercase();
    message.insert("text".into(), text.into());
    message.insert("html".into(), true.into());
    Some(message)
}

fn failing(_: JsonObject) -> Option<JsonObject> {
    panic!("a preprocessor that fails on purpose")
}

fn silent_join(mut message: JsonObject) -> Option<JsonObject> {
    let joins = message.get("type").and_then(Value::as_str) == Some("ParticipantJoined");
    let agent =
        message.get("from").and_then(|from| from.get("type")).and_then(Value::as_str) == Some("Agent");
    if !joins || !agent {
        return None;
    }
    message.insert("type".into(), "".into());
    Some(message)
}
