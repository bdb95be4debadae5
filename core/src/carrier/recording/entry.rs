//! What was seen, as it is, and the line that is made of it.

use super::{Ending, exchange::LONGEST_BODY, redact::Redactor};
use crate::{
    carrier::http::{Outline, utf8},
    json,
    model::FileSource,
};
use bytes::{Bytes, BytesMut};
use reqwest::{Method, StatusCode, Url, header::HeaderMap};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use tokio::time::Instant;

/// Something seen, and when.
pub(super) struct Entry {
    pub(super) at: Instant,
    pub(super) chat: u64,
    pub(super) exchange: Option<u64>,
    pub(super) what: What,
}

/// What was seen. With what names addresses comes the server's own.
pub(super) enum What {
    Request(Arc<Url>, Box<Request>),
    Answer(Box<Answer>),
    Failure { why: &'static str, kept: bool },
    Sent(Arc<Url>, Bytes),
    Received(Arc<Url>, Bytes),
    Ping,
    Pong,
    Ended(Ending),
    Over,
}

/// A request as it left.
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Body,
}

/// What a request carries.
pub(super) enum Body {
    None,
    Form(Bytes),
    Json(Bytes),
    Multipart(Outline),
}

/// An answer, as far as it came.
pub(super) struct Answer {
    pub(super) server: Arc<Url>,
    pub(super) head: Instant,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// What came, where it is kept.
    pub(super) body: BytesMut,
    pub(super) kept: bool,
    /// How much came, in bytes.
    pub(super) size: u64,
    /// How much the server said there would be.
    pub(super) length: Option<u64>,
    /// Why the rest did not come.
    pub(super) broken: Option<&'static str>,
    pub(super) late: bool,
}

impl Entry {
    /// What it takes in memory, in bytes.
    pub(super) fn weight(&self) -> usize {
        let body = match &self.what {
            What::Request(_, request) => match &request.body {
                Body::Form(bytes) | Body::Json(bytes) => bytes.len(),
                Body::None | Body::Multipart(_) => 0,
            },
            What::Answer(answer) => answer.body.len(),
            What::Sent(_, bytes) | What::Received(_, bytes) => bytes.len(),
            _ => 0,
        };
        body + 2048
    }

    /// The line, without its end. `began` is when the section did.
    pub(super) fn line(self, began: Instant, redactor: &Redactor) -> String {
        let millis = |time: Instant| json!(time.saturating_duration_since(began).as_millis());
        let mut line = Map::new();
        line.insert("at".into(), millis(self.at));
        line.insert("chat".into(), self.chat.into());
        line.extend(self.exchange.map(|number| ("exchange".into(), number.into())));
        let (name, value) = match self.what {
            What::Request(server, request) => ("request", request.shown(&server, redactor)),
            What::Answer(answer) => ("answer", answer.shown(millis, redactor)),
            What::Failure { why, kept: false } => ("failure", json!({ "why": why })),
            What::Failure { why, kept: true } => ("failure", json!({ "why": why, "kept": true })),
            What::Sent(server, payload) => ("sent", payload_shown(&payload, &server, redactor)),
            What::Received(server, payload) => ("received", payload_shown(&payload, &server, redactor)),
            What::Ping => ("ping", true.into()),
            What::Pong => ("pong", true.into()),
            What::Ended(Ending::Closed(code)) => ("closed", json!({ "by": "server", "code": code })),
            What::Ended(Ending::Lost) => ("closed", json!({ "by": "nobody" })),
            What::Ended(Ending::Left) => ("closed", json!({ "by": "client" })),
            What::Over => ("over", true.into()),
        };
        line.insert(name.into(), value);
        Value::Object(line).to_string()
    }
}

impl Request {
    fn shown(self, server: &Url, redactor: &Redactor) -> Value {
        let to = redactor.host(&self.url, server);
        let query: Vec<Value> =
            self.url.query_pairs().map(|(name, value)| pair(redactor.field(&name, &value, server))).collect();
        json!({
            "method": self.method.as_str(),
            "to": to,
            "path": redactor.path(self.url.path()),
            "query": query,
            "headers": redactor.headers(&self.headers, server),
            "body": self.body.shown(server, redactor),
        })
    }
}

impl Body {
    fn shown(self, server: &Url, redactor: &Redactor) -> Value {
        match self {
            Self::None => Value::Null,
            Self::Form(form) if form.len() <= LONGEST_BODY => {
                let pairs = form_urlencoded::parse(&form);
                let pairs = pairs.map(|(name, value)| pair(redactor.field(&name, &value, server)));
                json!({ "form": pairs.collect::<Vec<_>>() })
            }
            Self::Form(form) => json!({ "bytes": form.len() }),
            Self::Json(json) => payload_shown(&json, server, redactor),
            Self::Multipart(outline) => {
                let fields =
                    outline.fields.iter().map(|(name, value)| pair(redactor.field(name, value, server)));
                let size = match &outline.file {
                    FileSource::Bytes(bytes) => Some(bytes.len() as u64),
                    FileSource::Path(path) => std::fs::metadata(path).ok().map(|found| found.len()),
                };
                let fields: Vec<Value> = fields.collect();
                json!({
                    "multipart": fields,
                    "file": { "name": redactor.text(&outline.name), "type": outline.content_type, "bytes": size },
                })
            }
        }
    }
}

impl Answer {
    fn shown(self, millis: impl Fn(Instant) -> Value, redactor: &Redactor) -> Value {
        let body = self.body.freeze();
        let whole = self.kept && self.broken.is_none() && !body.is_empty();
        let json = whole.then(|| json::value(&utf8(&self.headers, body))).flatten();
        let body = match json {
            Some(json) => json!({ "json": redactor.json(json, &self.server) }),
            None => json!({ "bytes": self.size }),
        };
        let mut shown = Map::new();
        shown.insert("status".into(), self.status.as_u16().into());
        shown.insert("head".into(), millis(self.head));
        shown.insert("headers".into(), redactor.headers(&self.headers, &self.server));
        shown.insert("size".into(), self.size.into());
        shown.insert("body".into(), body);
        shown.extend(self.length.map(|length| ("length".into(), length.into())));
        shown.extend(self.broken.map(|why| ("broken".into(), why.into())));
        if self.late {
            shown.insert("late".into(), true.into());
        }
        shown.into()
    }
}

/// A body or frame that is JSON, or how long it is.
fn payload_shown(payload: &Bytes, server: &Url, redactor: &Redactor) -> Value {
    let json = if payload.len() <= LONGEST_BODY { json::value(payload) } else { None };
    json.map_or_else(
        || json!({ "bytes": payload.len() }),
        |json| json!({ "json": redactor.json(json, server) }),
    )
}

fn pair((name, value): (String, String)) -> Value {
    json!([name, value])
}
