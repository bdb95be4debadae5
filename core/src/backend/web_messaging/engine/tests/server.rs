//! A model of the server: one session, its history, and its limits.

use serde_json::{Value, json};
use std::{collections::VecDeque, time::Duration};

/// What an answer repeats of what a message was sent by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeats {
    Nothing,
    TracingId,
    Metadata,
    Both,
}

impl Repeats {
    pub(super) const ALL: [Self; 4] = [Self::Nothing, Self::TracingId, Self::Metadata, Self::Both];

    fn has_tracing_id(self) -> bool {
        matches!(self, Self::TracingId | Self::Both)
    }

    fn has_metadata(self) -> bool {
        matches!(self, Self::Metadata | Self::Both)
    }
}

/// How the server behaves.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a way of its own")]
pub(super) struct Ways {
    pub(super) echo: Repeats,
    pub(super) history: Repeats,
    /// Answers have the tracing ids of their requests.
    pub(super) traced: bool,
    /// Messages of the customer have another id in the history.
    pub(super) other_ids: bool,
    /// The history tells no times.
    pub(super) timeless: bool,
    /// The history shows messages of the customer so late.
    pub(super) delay: Duration,
    /// It keeps the limits of the service.
    pub(super) limits: bool,
    /// It accepts messages and says nothing of them.
    pub(super) silent: bool,
}

impl Default for Ways {
    fn default() -> Self {
        Self {
            echo: Repeats::Nothing,
            history: Repeats::Nothing,
            traced: true,
            other_ids: false,
            timeless: false,
            delay: Duration::ZERO,
            limits: true,
            silent: false,
        }
    }
}

/// An entry.
#[derive(Debug)]
pub(super) struct Item {
    body: Value,
    pub(super) own: bool,
    pub(super) text: String,
    pub(super) file: Option<String>,
    tracing_id: Value,
    metadata: Value,
    shown_from: Duration,
}

/// Events within a time.
#[derive(Debug, Default)]
struct Window(VecDeque<Duration>);

impl Window {
    fn takes(&mut self, most: usize, within: Duration, now: Duration) -> bool {
        while self.0.front().is_some_and(|first| now - *first >= within) {
            self.0.pop_front();
        }
        let takes = self.0.len() < most;
        if takes {
            self.0.push_back(now);
        }
        takes
    }
}

#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a state of its own")]
pub(super) struct Server {
    pub(super) ways: Ways,
    pub(super) items: Vec<Item>,
    pub(super) known: bool,
    pub(super) joined: usize,
    pub(super) read_only: bool,
    pub(super) cleared: bool,
    /// How often it has refused something because there was too much of it.
    pub(super) refused: usize,
    pub(super) configured: usize,
    /// The connection is the session's.
    pub(super) is_configured: bool,
    pub(super) pages: usize,
    /// Custom attributes that have arrived, request by request.
    pub(super) attributes: Vec<Value>,
    messages: Window,
    requests: Window,
    histories: Window,
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

impl Server {
    pub(super) fn new(ways: Ways) -> Self {
        Self { ways, ..Self::default() }
    }

    /// The configuration of the deployment.
    pub(super) fn deployment() -> Value {
        json!({"status": "Active", "messenger": {"apps": {"conversations": {
            "enabled": true, "autoStart": {"enabled": true}, "conversationClear": {"enabled": true},
        }}}})
    }

    /// Another connection: its requests are counted anew.
    pub(super) fn connected(&mut self) {
        self.requests = Window::default();
        self.is_configured = false;
    }

    /// An agent says something; the frame that tells of it.
    pub(super) fn say(&mut self, now: Duration, text: &str) -> String {
        let body =
            json!({"type": "Text", "direction": "Outbound", "text": text, "originatingEntity": "Human"});
        self.add(now, body, false, text, (Value::Null, Value::Null));
        self.frame(self.items.len() - 1, &Value::Null)
    }

    /// The agent leaves, and the conversation can be read from then on.
    pub(super) fn leave(&mut self, now: Duration) -> String {
        self.read_only = true;
        let body = json!({"type": "Event", "direction": "Outbound", "metadata": {"readOnly": "true"},
            "events": [{"eventType": "Presence", "presence": {"type": "Disconnect"}}]});
        self.add(now, body, false, "", (Value::Null, Value::Null));
        self.frame(self.items.len() - 1, &Value::Null)
    }

    fn add(&mut self, now: Duration, mut body: Value, own: bool, text: &str, by: (Value, Value)) {
        let number = self.items.len();
        let ms = u64::try_from(now.as_millis()).unwrap();
        body["id"] = format!("item{number}").into();
        body["channel"] = json!({"time": time(ms)});
        if own {
            body["channel"]["messageId"] = format!("message{number}").into();
        }
        let shown_from = if own { now + self.ways.delay } else { now };
        let (tracing_id, metadata) = by;
        let file = body["content"][0]["attachment"]["id"].as_str().map(str::to_owned);
        self.items.push(Item { body, own, text: text.to_owned(), file, tracing_id, metadata, shown_from });
    }

    fn body(&self, at: usize, repeats: Repeats) -> Value {
        let Item { body, tracing_id, metadata, .. } = &self.items[at];
        let mut body = body.clone();
        if self.items[at].own {
            if repeats.has_tracing_id() {
                body["channel"]["messageId"] = tracing_id.clone();
            }
            if repeats.has_metadata() && metadata.is_object() {
                body["metadata"] = metadata.clone();
            }
        }
        body
    }

    pub(super) fn frame(&self, at: usize, tracing_id: &Value) -> String {
        let body = self.body(at, self.ways.echo);
        self.answer("StructuredMessage", 200, &body, tracing_id)
    }

    fn answer(&self, class: &str, code: u16, body: &Value, tracing_id: &Value) -> String {
        let mut frame = json!({"type": "response", "class": class, "code": code, "body": body});
        if self.ways.traced && !tracing_id.is_null() {
            frame["tracingId"] = tracing_id.clone();
        }
        frame.to_string()
    }

    fn too_many(&mut self, tracing_id: &Value) -> Vec<String> {
        self.refused += 1;
        let body = json!({"retryAfter": 3, "errorCode": 4029, "errorMessage": "too many"});
        vec![self.answer("TooManyRequestsErrorMessage", 429, &body, tracing_id)]
    }

    /// Takes a frame; what it says to that.
    pub(super) fn take(&mut self, now: Duration, frame: &[u8]) -> Vec<String> {
        let frame: Value = serde_json::from_slice(frame).unwrap();
        let tracing_id = frame["tracingId"].clone();
        if self.ways.limits && !self.requests.takes(60, MINUTE, now) {
            return self.too_many(&tracing_id);
        }
        match frame["action"].as_str().unwrap() {
            "configureSession" => {
                self.configured += 1;
                self.is_configured = true;
                let is_new = !std::mem::replace(&mut self.known, true);
                let body = json!({"connected": true, "newSession": is_new, "readOnly": self.read_only, "maxCustomDataBytes": 2048,
                    "allowedMedia": {"inbound": {"fileTypes": [{"type": "*/*"}], "maxFileSizeKB": 10240}}});
                vec![self.answer("SessionResponse", 200, &body, &tracing_id)]
            }
            "getJwt" => vec![self.answer("JwtResponse", 200, &json!({"jwt": "key", "exp": 1}), &tracing_id)],
            "onAttachment" => {
                let url = "http://files.test/1";
                let body = json!({"attachmentId": frame["attachmentId"], "url": url, "headers": {"x-amz-tagging": "1"}});
                vec![self.answer("PresignedUrlResponse", 200, &body, &tracing_id)]
            }
            "onMessage" => self.message(now, &frame["message"], &tracing_id),
            other => panic!("{other}"),
        }
    }

    fn message(&mut self, now: Duration, message: &Value, tracing_id: &Value) -> Vec<String> {
        if self.ways.limits && !self.messages.takes(5, SECOND, now) {
            return self.too_many(tracing_id);
        }
        if self.read_only && message.pointer("/events/0/presence/type") != Some(&json!("Clear")) {
            return vec![self.answer("string", 409, &json!("read-only"), tracing_id)];
        }
        self.attributes.extend(message.pointer("/channel/metadata/customAttributes").cloned());
        let by = (tracing_id.clone(), message["metadata"].clone());
        if message["type"] == "Text" {
            let text = message["text"].as_str().unwrap();
            let body = json!({"type": "Text", "direction": "Inbound", "text": text});
            self.add(now, body, true, text, by);
        } else if let Some(content) = message.get("content") {
            let body = json!({"type": "Text", "direction": "Inbound", "content": content});
            self.add(now, body, true, "", by);
        } else {
            let event = &message["events"][0];
            match event["presence"]["type"].as_str() {
                Some("Join") => self.joined += 1,
                Some("Clear") => {
                    (self.cleared, self.known) = (true, false);
                    let cleared = self.answer("SessionClearedEvent", 200, &json!({}), &Value::Null);
                    return vec![
                        cleared,
                        self.answer("ConnectionClosedEvent", 200, &json!({}), &Value::Null),
                    ];
                }
                _ => return Vec::new(),
            }
            self.add(now, json!({"type": "Event", "direction": "Inbound", "events": [event]}), true, "", by);
        }
        if self.ways.silent && message["type"] != "Event" {
            Vec::new()
        } else {
            vec![self.frame(self.items.len() - 1, tracing_id)]
        }
    }

    /// A file has arrived; the frame that tells of it.
    pub(super) fn uploaded(&self, id: &str) -> String {
        let body = json!({"attachmentId": id, "downloadUrl": "http://files.test/2", "timestamp": time(0)});
        self.answer("UploadSuccessEvent", 200, &body, &Value::Null)
    }

    /// A page of the history, or how long to wait.
    pub(super) fn page(&mut self, now: Duration, number: u64, size: u64) -> Option<Value> {
        if self.ways.limits && !self.histories.takes(10, MINUTE, now) {
            self.refused += 1;
            return None;
        }
        self.pages += 1;
        let shown: Vec<usize> =
            (0..self.items.len()).rev().filter(|at| self.items[*at].shown_from <= now).collect();
        let (number, size) = (usize::try_from(number).unwrap(), usize::try_from(size).unwrap());
        let entities = shown.iter().skip((number - 1) * size).take(size).map(|at| self.past(*at));
        let entities: Vec<_> = entities.collect();
        Some(json!({"entities": entities, "pageNumber": number, "pageCount": shown.len().div_ceil(size)}))
    }

    fn past(&self, at: usize) -> Value {
        let mut body = self.body(at, self.ways.history);
        if self.ways.other_ids && self.items[at].own {
            body["id"] = format!("past{at}").into();
        }
        if self.ways.timeless {
            body["channel"]["time"] = Value::Null;
        }
        body
    }

    /// The texts, in order.
    pub(super) fn texts(&self) -> Vec<&str> {
        self.items.iter().map(|item| item.text.as_str()).filter(|text| !text.is_empty()).collect()
    }
}

fn time(ms: u64) -> String {
    let seconds = ms / 1000;
    let (day, hour, minute, second) =
        (1 + seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("2026-01-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", ms % 1000)
}
