//! What a request or a message asks for, told alike in a recording and on the wire.

use serde_json::Value;

use crate::api::Api;

/// The request that looks for what is new; there are as many as the client likes.
pub(super) const POLL: &str = "poll";
/// The same of Bayeux.
pub(super) const CONNECT: &str = "/meta/connect";
/// The request that is to become a WebSocket.
pub(super) const UPGRADE: &str = "upgrade";

/// What must have been asked before what came after it is told: what shows in the transcript.
const TELLING: [&str; 12] = [
    "requestChat",
    "send",
    "sendMessage",
    "sendCustomEvent",
    "customNotice",
    "disconnect",
    "file",
    "fileUpload",
    "pushUrl",
    "updateNickname",
    "requestNotifications",
    "delete",
];

/// Operations of GMS, the last segments of their paths.
const GMS: [&str; 11] = [
    "send",
    "refresh",
    "startTyping",
    "stopTyping",
    "disconnect",
    "customNotice",
    "updateData",
    "pushUrl",
    "updateNickname",
    "readReceipt",
    "file",
];

/// Fields with what the customer says, which comes back in the transcript.
const WORDS: [&str; 4] = ["message", "nickname", "data[text]", "data[nickname]"];

/// What the customer says in a request or a message, whose fields `field` gives.
pub(super) fn words(field: impl Fn(&str) -> Option<String>) -> Vec<(&'static str, String)> {
    WORDS.into_iter().filter_map(|name| Some((name, field(name)?))).collect()
}

/// The same of a message of Bayeux.
pub(super) fn words_of_message(message: &Value) -> Vec<(&'static str, String)> {
    words(|name| message["data"][name].as_str().map(str::to_owned))
}

/// A field of a recorded request's form.
pub(super) fn field(request: &Value, name: &str) -> Option<String> {
    let body = &request["body"];
    let mut pairs = [&body["form"], &body["multipart"]].into_iter().filter_map(Value::as_array).flatten();
    pairs.find(|pair| pair[0] == name)?[1].as_str().map(str::to_owned)
}

pub(super) fn is_telling(key: &str) -> bool {
    TELLING.contains(&key)
}

/// Which API recorded requests are of; nothing, where there are none.
pub(super) fn api<'a>(requests: impl Iterator<Item = &'a Value>) -> Option<Api> {
    let mut any = false;
    for request in requests {
        any = true;
        let has = |name: &str| {
            request["headers"].as_array().is_some_and(|pairs| pairs.iter().any(|pair| pair[0] == name))
        };
        let field = |name: &str| {
            request["body"]["form"].as_array().is_some_and(|pairs| pairs.iter().any(|pair| pair[0] == name))
        };
        if has("sec-websocket-key") || request["body"]["json"].is_array() {
            return Some(Api::GmsCometd);
        }
        if has("x-nexus-client-key") || field("data[endpoint]") || field("operationId") {
            return Some(Api::NexusRest);
        }
    }
    any.then_some(Api::GmsRest)
}

/// The key of a recorded request.
pub(super) fn of_request(api: Api, request: &Value) -> String {
    let method = request["method"].as_str().unwrap_or_default();
    let path = request["path"].as_str().unwrap_or_default();
    of(api, method, path, |name| field(request, name))
}

/// The key of a request with this method and path; `field` gives the fields of its form.
pub(super) fn of(api: Api, method: &str, path: &str, field: impl Fn(&str) -> Option<String>) -> String {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    match api {
        Api::GmsRest => of_gms(&segments),
        Api::GmsCometd if method == "GET" => UPGRADE.to_owned(),
        Api::GmsCometd => field("operation").unwrap_or_else(|| "fileUpload".to_owned()),
        Api::NexusRest => of_nexus(method, &segments, field),
    }
}

fn of_gms(segments: &[&str]) -> String {
    let key = match *segments {
        [.., "file", "limits"] => "limits",
        [.., "file", _, "download"] => "download",
        [.., "file", _, "delete"] => "delete",
        [.., "refresh"] => POLL,
        [.., last] if GMS.contains(&last) => last,
        _ => "requestChat",
    };
    key.to_owned()
}

fn of_nexus(method: &str, segments: &[&str], field: impl Fn(&str) -> Option<String>) -> String {
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

/// The key of a message of Bayeux: its channel, or the operation that it publishes.
pub(super) fn of_message(message: &Value) -> String {
    let channel = message["channel"].as_str().unwrap_or_default();
    if channel.starts_with("/meta/") {
        return channel.to_owned();
    }
    message["data"]["operation"].as_str().unwrap_or("publish").to_owned()
}
