//! What a request or a message asks for, told alike in a recording and on the wire.

use serde_json::Value;

use crate::api::Api;

/// The request that looks for what is new; there are as many as the client likes.
pub(crate) const POLL: &str = "poll";
/// The same of Bayeux.
pub(super) const CONNECT: &str = "/meta/connect";
/// The request that is to become a WebSocket.
pub(crate) const UPGRADE: &str = "upgrade";

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

/// Which API recorded requests are of: the first that one of them shows, or else the first that can be played back; nothing, where there are
/// no requests.
pub(super) fn api<'a>(requests: impl Iterator<Item = &'a Value>) -> Option<Api> {
    let mut any = false;
    for request in requests {
        any = true;
        if let Some(api) = Api::ALL.iter().find(|api| api.protocol().shows(request)) {
            return Some(*api);
        }
    }
    any.then(|| Api::ALL.first().copied()).flatten()
}

/// Whether a recorded request has a header of this name.
pub(crate) fn has_header(request: &Value, name: &str) -> bool {
    request["headers"].as_array().is_some_and(|pairs| pairs.iter().any(|pair| pair[0] == name))
}

/// Whether the form of a recorded request has a field of this name.
pub(crate) fn has_field(request: &Value, name: &str) -> bool {
    request["body"]["form"].as_array().is_some_and(|pairs| pairs.iter().any(|pair| pair[0] == name))
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
    api.protocol().key(method, &segments, &field)
}

/// The key of a message of Bayeux: its channel, or the operation that it publishes.
pub(super) fn of_message(message: &Value) -> String {
    let channel = message["channel"].as_str().unwrap_or_default();
    if channel.starts_with("/meta/") {
        return channel.to_owned();
    }
    message["data"]["operation"].as_str().unwrap_or("publish").to_owned()
}
