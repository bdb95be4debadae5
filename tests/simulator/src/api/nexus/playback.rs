//! What recorded requests of Nexus v3 ask for.

use serde_json::Value;

use crate::replay::{POLL, has_field, has_header};

/// Whether a recorded request is plainly one of Nexus.
pub(super) fn shows(request: &Value) -> bool {
    has_header(request, "x-nexus-client-key")
        || has_field(request, "data[endpoint]")
        || has_field(request, "operationId")
}

/// The key of a request with this method and path; `field` gives the fields of its form.
pub(super) fn key(method: &str, segments: &[&str], field: &dyn Fn(&str) -> Option<String>) -> String {
    let at = segments.iter().position(|segment| *segment == "sessions");
    let rest = at.and_then(|at| segments.get(at + 1..)).unwrap_or_default();
    let key = match (method, rest) {
        ("POST", []) => "requestChat",
        ("GET", [_, "messages"]) => POLL,
        ("POST", [_, "messages"]) => match field("data[type]").as_deref() {
            Some("TypingStarted") => "startTyping",
            Some("TypingStopped") => "stopTyping",
            _ => "send",
        },
        ("PUT", [_, "userdata"]) => "updateData",
        ("POST", [_, "images"]) => "file",
        ("DELETE", [_, "participants", _]) => "disconnect",
        _ => "image",
    };
    key.to_owned()
}
