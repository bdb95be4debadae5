//! The WebSocket side: frames of Bayeux messages in both directions.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::SinkExt;
use futures_util::poll;
use futures_util::stream::{FuturesUnordered, StreamExt};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};
use tokio_util::sync::CancellationToken;

use super::delivery::{self, Fate};
use super::exchange::{self, Outcome};
use super::line::{Line, Post};
use super::message::Message;
use super::origin::{self, Origin};
use super::polling::hangs_up;
use crate::api::Api;
use crate::bayeux::Carrier;
use crate::faults::{Course, FaultKind, Place};
use crate::log::Arrival;
use crate::operation::Operation;
use crate::page::error_page;
use crate::server::Uptime;
use crate::shared::Shared;

/// Codes of close frames (RFC 6455 section 7.4.1).
const NOT_UNDERSTOOD: u16 = 1007;
const TOO_LARGE: u16 = 1009;

/// Whether a request asks for a WebSocket.
pub(super) fn is_asked_for(parts: &Parts) -> bool {
    let value = parts.headers.get(header::UPGRADE).and_then(|value| value.to_str().ok());
    value.is_some_and(|value| value.eq_ignore_ascii_case("websocket"))
}

/// Opens a WebSocket, or lets the fault in store for that happen.
pub(super) async fn upgrade(shared: Arc<Shared>, parts: Parts) -> Response {
    let utc_time = shared.utc_ms();
    let operation = Operation::Upgrade;
    let entry =
        shared.log.open(&parts, Arrival { utc_time, operation: Some(operation), ..Arrival::default() });
    shared.change(|state, _| state.apis.cometd.counted.upgrades += 1);
    let (faults, api, place) = (&shared.faults, Api::GmsCometd, Place::Upgrade);
    let course = Course { faults, entry: &entry, api, place, operation, chat: None };
    let picked = course.begin().await;
    let real = if picked.takes_effect() {
        let response = open(&shared, parts);
        entry.effect(response.status() == StatusCode::SWITCHING_PROTOCOLS, None);
        response
    } else {
        error_page(StatusCode::SERVICE_UNAVAILABLE)
    };
    let response = course.finish(picked, |_| None, || (real, false)).await;
    entry.close((!hangs_up(&response)).then(|| response.status().as_u16()));
    response
}

fn open(shared: &Arc<Shared>, parts: Parts) -> Response {
    let refusal = shared.read(|state| {
        let settings = &state.apis.cometd.settings;
        let offered = settings.connection_types.contains(&Carrier::WebSocket);
        settings.upgrade_status.or((!offered).then_some(StatusCode::NOT_FOUND.as_u16()))
    });
    if let Some(status) = refusal {
        return error_page(StatusCode::from_u16(status).unwrap_or(StatusCode::FORBIDDEN));
    }
    let request = Request::from_parts(parts, ());
    let mut response = match create_response_with_body(&request, Body::empty) {
        Ok(response) => response,
        Err(error) => return (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    };
    let (mut parts, ()) = request.into_parts();
    let Some(upgrade) = parts.extensions.remove::<OnUpgrade>() else {
        return (StatusCode::BAD_REQUEST, "this connection cannot become a WebSocket").into_response();
    };
    let uptime = parts.extensions.get::<Uptime>().cloned().unwrap_or_default();
    // It must be known that a socket is on its way, or going down would not wait for its end.
    let known = uptime.sockets.token();
    let shared = Arc::clone(shared);
    let given = origin::browser(&parts.headers);
    let fresh = shared.change(|state, _| given.is_none().then(|| state.apis.cometd.new_name()));
    let authorised = shared.access.admits(&parts.headers);
    let browser = given.or_else(|| fresh.clone());
    let origin = Origin { parts, carrier: Carrier::WebSocket, browser, socket: None, authorised };
    tokio::spawn(async move {
        let _known = known;
        // A client may hang up before it has become a WebSocket.
        let Ok(upgraded) = upgrade.await else { return };
        let socket = WebSocket::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await;
        converse(socket, &shared, origin, uptime.over).await;
    });
    if let Some(browser) = &fresh {
        origin::set_browser(response.headers_mut(), browser);
    }
    response
}

type WebSocket = WebSocketStream<TokioIo<Upgraded>>;

fn close_frame(code: u16) -> Frame {
    Frame::Close(Some(CloseFrame { code: code.into(), reason: "".into() }))
}

/// A socket in the list of those open, until dropped.
struct Listed<'a> {
    shared: &'a Shared,
    id: u64,
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        self.shared.change(|state, _| state.apis.cometd.sockets.remove(&self.id));
    }
}

/// Serves a WebSocket until either side has had enough.
async fn converse(mut socket: WebSocket, shared: &Arc<Shared>, mut origin: Origin, over: CancellationToken) {
    let (posts, posted) = mpsc::unbounded_channel();
    let line = shared.change(|state, _| {
        let line = Arc::new(Line::new(state.apis.cometd.new_number(), posts));
        state.apis.cometd.sockets.insert(line.id, Arc::clone(&line));
        let open = state.apis.cometd.sockets.len();
        state.apis.cometd.counted.most_open_sockets = state.apis.cometd.counted.most_open_sockets.max(open);
        line
    });
    let _listed = Listed { shared, id: line.id };
    origin.socket = Some(line.id);
    let talk = Talk { socket: &mut socket, shared, origin: &origin, line: &line };
    // What is cut comes first: nothing is sent any more on a socket that has been cut.
    tokio::select! {
        biased;
        () = over.cancelled() => return,
        () = line.cut.cancelled() => {}
        () = talk.run(posted) => {}
    }
    if let Some(code) = line.code().filter(|_| line.cut.is_cancelled()) {
        // Whether the client hears it or not, the socket is closed.
        socket.send(close_frame(code)).await.unwrap_or_default();
    }
}

struct Talk<'a> {
    socket: &'a mut WebSocket,
    shared: &'a Arc<Shared>,
    origin: &'a Origin,
    line: &'a Line,
}

/// What is to go out in one frame.
#[derive(Default)]
struct Outgoing {
    messages: Vec<Value>,
    replies: Vec<Value>,
    /// A frame in place of that.
    instead: Option<String>,
    /// Only half of the frame goes out, and then the socket is cut.
    truncated: bool,
    cut: bool,
}

impl Outgoing {
    fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Reply { mut messages, reply, fault } => {
                self.messages.append(&mut messages);
                self.replies.push(reply);
                self.truncated |= fault == Some(FaultKind::TruncatedBody);
            }
            Outcome::Instead(FaultKind::WrongBody(text)) => self.instead = Some(text),
            Outcome::Instead(_) => self.instead = Some("<html>Forbidden</html>".to_owned()),
            Outcome::Superseded => {}
            Outcome::Cut => self.cut = true,
        }
    }
}

type Underway<'a> = FuturesUnordered<Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>>;

impl<'a> Talk<'a> {
    async fn run(mut self, mut posted: mpsc::UnboundedReceiver<Post>) {
        let mut underway = Underway::new();
        loop {
            let mut out = Outgoing::default();
            tokio::select! {
                frame = self.socket.next() => match frame {
                    Some(Ok(frame)) => {
                        if let Err(code) = self.receive(frame, &mut underway, &mut out).await {
                            self.socket.send(close_frame(code)).await.unwrap_or_default();
                            return;
                        }
                    }
                    Some(Err(_)) | None => return,
                },
                Some(outcome) = underway.next(), if !underway.is_empty() => out.add(outcome),
                Some(post) = posted.recv() => match post {
                    Post::News(client) => {
                        let id = self.line.id;
                        out.messages = self.shared.change(|state, _| state.apis.cometd.take_for(&client, id));
                    }
                    Post::Messages(messages) => out.messages = messages,
                },
            }
            if self.send(out).await.is_none() {
                return;
            }
        }
    }

    /// Carries out the messages of a frame as far as they need not wait; the rest is under way then.
    async fn receive(
        &mut self,
        frame: Frame,
        underway: &mut Underway<'a>,
        out: &mut Outgoing,
    ) -> Result<(), u16> {
        let text = match frame {
            Frame::Text(text) => text.as_bytes().to_vec(),
            Frame::Binary(bytes) => bytes.to_vec(),
            Frame::Ping(_) | Frame::Pong(_) | Frame::Close(_) | Frame::Frame(_) => return Ok(()),
        };
        let most = self.shared.read(|state| state.apis.cometd.settings.max_frame);
        if most.is_some_and(|most| text.len() > most) {
            return Err(TOO_LARGE);
        }
        for message in Message::read_all(&text).map_err(|_| NOT_UNDERSTOOD)? {
            let mut exchange: Pin<Box<dyn Future<Output = Outcome> + Send + 'a>> =
                Box::pin(exchange::run(self.shared, self.origin, message, true));
            match poll!(exchange.as_mut()) {
                std::task::Poll::Ready(outcome) => out.add(outcome),
                std::task::Poll::Pending => underway.push(exchange),
            }
        }
        Ok(())
    }

    /// Sends a frame. `None` when that was the last one.
    async fn send(&mut self, mut out: Outgoing) -> Option<()> {
        match delivery::befall(self.shared, &mut out.messages).await {
            Fate::Arrives => {}
            Fate::ArrivesLast => out.cut = true,
            Fate::Lost => out.messages.clear(),
            Fate::Cut => return None,
        }
        let count = (out.messages.len() + out.replies.len()) as u64;
        let all: Vec<Value> = out.messages.into_iter().chain(out.replies).collect();
        let text = match out.instead {
            Some(text) => text,
            None if all.is_empty() => return (!out.cut).then_some(()),
            None => Value::Array(all).to_string(),
        };
        let text = if out.truncated { half(&text).to_owned() } else { text };
        self.socket.send(Frame::Text(text.into())).await.ok()?;
        self.line.sent(count);
        (!out.cut && !out.truncated && !self.line.cut.is_cancelled()).then_some(())
    }
}

/// The first half of a text.
fn half(text: &str) -> &str {
    text.get(..text.floor_char_boundary(text.len() / 2)).unwrap_or_default()
}
