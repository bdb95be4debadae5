//! The HTTP side: long-polling, and the door to the WebSocket.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::Value;

use super::delivery::{self, Fate};
use super::exchange::{self, Outcome};
use super::message::Message;
use super::origin::{self, Origin};
use super::settings::Notification;
use super::{ENDPOINT, socket};
use crate::bayeux::Carrier;
use crate::faults::{FaultKind, Hangup, answer_with};
use crate::log::Arrival;
use crate::page::error_page;
use crate::shared::Shared;

/// Longest body.
const MAX_BODY: usize = 16 * 1024 * 1024;
/// What clients append to the endpoint: nothing, or the kind of message (gms-v2.md, 8.1). It makes no difference.
const PATHS: [&str; 7] =
    ["", "/handshake", "/connect", "/disconnect", "/subscribe", "/unsubscribe", "/publish"];
const JSON: &str = "application/json;charset=UTF-8";

/// Answers any request under the Bayeux endpoint.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let served = shared.read(|state| state.apis.cometd.settings.notification != Notification::Absent);
    if !served || !is_endpoint(parts.uri.path()) {
        return turn_away(&shared, &parts, error_page(StatusCode::NOT_FOUND));
    }
    if socket::is_asked_for(&parts) {
        return socket::upgrade(shared, parts).await;
    }
    if parts.method != Method::POST {
        let mut response = error_page(StatusCode::METHOD_NOT_ALLOWED);
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, POST, OPTIONS"));
        return turn_away(&shared, &parts, response);
    }
    let body = match take(&shared, body).await {
        Ok(body) => body,
        Err(refusal) => return turn_away(&shared, &parts, refusal),
    };
    match read(&parts, &body) {
        Ok(messages) => answer(&shared, parts, messages).await,
        Err(reason) => turn_away(&shared, &parts, (StatusCode::BAD_REQUEST, reason).into_response()),
    }
}

/// Whether a path is one that clients use, with a slash behind it or without.
fn is_endpoint(path: &str) -> bool {
    let rest = path.strip_prefix(ENDPOINT).unwrap_or(path);
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    PATHS.contains(&rest)
}

/// Notes a request that is no Bayeux message.
fn turn_away(shared: &Shared, parts: &Parts, response: Response) -> Response {
    let utc_time = shared.utc_ms();
    let entry = shared.log.open(parts, Arrival { utc_time, ..Arrival::default() });
    entry.close(Some(response.status().as_u16()));
    response
}

/// Takes in a body that is not too large.
async fn take(shared: &Shared, body: Body) -> Result<Bytes, Response> {
    let body = axum::body::to_bytes(body, MAX_BODY).await;
    let body = body.map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()).into_response())?;
    let (most, status) = shared.read(|state| {
        let settings = &state.apis.cometd.settings;
        (settings.max_post, settings.too_large_status)
    });
    match most {
        Some(most) if body.len() > most => {
            Err(error_page(StatusCode::from_u16(status).unwrap_or(StatusCode::PAYLOAD_TOO_LARGE)))
        }
        _ => Ok(body),
    }
}

/// The messages of a body: JSON, or a form whose field `message` is (Bayeux 1.0 section 6.2).
fn read(parts: &Parts, body: &Bytes) -> Result<Vec<Message>, String> {
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !content_type.unwrap_or_default().starts_with("application/x-www-form-urlencoded") {
        return Message::read_all(body);
    }
    let mut messages = Vec::new();
    for (_, text) in form_urlencoded::parse(body).filter(|(name, _)| name == "message") {
        messages.append(&mut Message::read_all(text.as_bytes())?);
    }
    if messages.is_empty() { Err("there is no field message".to_owned()) } else { Ok(messages) }
}

/// What a request is answered with.
#[derive(Default)]
struct Answer {
    messages: Vec<Value>,
    replies: Vec<Value>,
    fault: Option<FaultKind>,
    superseded: bool,
}

async fn answer(shared: &Arc<Shared>, parts: Parts, messages: Vec<Message>) -> Response {
    let given = origin::browser(&parts.headers);
    let shakes_hands = messages.iter().any(|message| message.channel() == "/meta/handshake");
    let fresh = shared.change(|state, _| {
        state.apis.cometd.counted.requests += 1;
        (given.is_none() && shakes_hands).then(|| state.apis.cometd.new_name())
    });
    let authorised = shared.access.admits(&parts.headers);
    let browser = given.or_else(|| fresh.clone());
    let origin = Origin { parts, carrier: Carrier::LongPolling, browser, socket: None, authorised };
    let client = messages.iter().rev().find_map(Message::client_id).map(str::to_owned);
    let connects = messages.iter().any(|message| message.channel() == "/meta/connect");
    let waiting = Waiting { shared, origin: &origin, client: client.as_deref() };
    let mut answer = collect(shared, &origin, messages).await;
    if !connects {
        answer.messages.append(&mut waiting.take());
    }
    drop(waiting);
    match delivery::befall(shared, &mut answer.messages).await {
        Fate::Arrives => {}
        Fate::Lost => answer.messages.clear(),
        Fate::ArrivesLast | Fate::Cut => answer.fault = Some(FaultKind::Drop),
    }
    let fault = answer.fault.take();
    let real = || {
        let mut response = answer.into_response();
        if let Some(browser) = &fresh {
            origin::set_browser(response.headers_mut(), browser);
        }
        (response, false)
    };
    match fault {
        None => real().0,
        Some(fault) => answer_with(&fault, |_| None, real).await,
    }
}

async fn collect(shared: &Arc<Shared>, origin: &Origin, messages: Vec<Message>) -> Answer {
    let alone = messages.len() == 1;
    let mut answer = Answer::default();
    for message in messages {
        let fault = match exchange::run(shared, origin, message, alone).await {
            Outcome::Reply { mut messages, reply, fault } => {
                answer.messages.append(&mut messages);
                answer.replies.push(reply);
                fault
            }
            Outcome::Instead(fault) => Some(fault),
            Outcome::Cut => Some(FaultKind::Drop),
            Outcome::Superseded => {
                answer.superseded = true;
                None
            }
        };
        answer.fault = answer.fault.or(fault);
        if answer.fault == Some(FaultKind::Drop) {
            break;
        }
    }
    answer
}

impl IntoResponse for Answer {
    /// Pushed messages come first, as the `CometD` server has it.
    fn into_response(self) -> Response {
        if self.superseded && self.replies.is_empty() {
            return error_page(StatusCode::INTERNAL_SERVER_ERROR);
        }
        let all: Vec<Value> = self.messages.into_iter().chain(self.replies).collect();
        ([(header::CONTENT_TYPE, JSON)], Value::Array(all).to_string()).into_response()
    }
}

/// What came of publishes and has not been told: it rides on their answer or, if that may not be or the client
/// hangs up, is left to the connect.
struct Waiting<'a> {
    shared: &'a Shared,
    origin: &'a Origin,
    client: Option<&'a str>,
}

impl Waiting<'_> {
    fn take(&self) -> Vec<Value> {
        self.shared.change(|state, now| {
            let by_connect = state.apis.cometd.settings.meta_connect_delivery_only;
            let client = state.apis.cometd.admit(self.client, self.origin, now);
            let client = client.filter(|client| !by_connect && !client.mailbox.is_acknowledged());
            let taken = client.map(|client| client.take().0).unwrap_or_default();
            state.apis.cometd.counted.delivered += taken.len() as u64;
            taken
        })
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(id) = self.client {
            self.shared.read(|state| state.apis.cometd.ring(id));
        }
    }
}

/// Whether a response closes the connection instead.
pub(super) fn hangs_up(response: &Response) -> bool {
    response.extensions().get::<Hangup>().is_some()
}
