//! A WebSocket of a playback.

use std::sync::Arc;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};
use tokio_util::sync::CancellationToken;

use super::answer;
use super::operation::CONNECT;
use super::play::{Found, Out};
use super::recording;
use super::serve::{HOLD, Stage};
use crate::server::Uptime;

type WebSocket = WebSocketStream<TokioIo<Upgraded>>;

/// Opens a WebSocket.
pub(super) fn open(stage: Arc<Stage>, parts: Parts) -> Response {
    let request = Request::from_parts(parts, ());
    let response = match create_response_with_body(&request, Body::empty) {
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
    tokio::spawn(async move {
        let _known = known;
        let Ok(upgraded) = upgrade.await else { return };
        let socket = WebSocket::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await;
        converse(socket, &stage, uptime.over).await;
    });
    response
}

async fn converse(mut socket: WebSocket, stage: &Arc<Stage>, over: CancellationToken) {
    let mut changes = stage.changes();
    let mut held: Option<(String, Instant)> = None;
    loop {
        let (outs, next) = stage.change_nothing(|play, now| {
            let next = play.step(now);
            let mut outs = std::mem::take(&mut play.outbox);
            if let Some((id, _)) = held.take_if(|(_, until)| *until <= now) {
                outs.push_back(Out::Message(None, play.held_long_enough(&id)));
            }
            (outs, next)
        });
        if !outs.is_empty() {
            stage.change(|_, _| ());
        }
        for out in outs {
            let frame = match out {
                Out::Message(id, value) => {
                    held = held.filter(|(held, _)| Some(held) != id.as_ref());
                    Frame::text(Value::Array(vec![value]).to_string())
                }
                Out::Noise(bytes) => Frame::text("x".repeat(usize::try_from(bytes).unwrap_or_default())),
                Out::Close(Some(code)) => {
                    let close = CloseFrame { code: code.into(), reason: "".into() };
                    socket.close(Some(close)).await.unwrap_or_default();
                    return;
                }
                Out::Close(None) if stage.play().is_down_soon() => continue,
                Out::Close(None) => return,
            };
            if socket.send(frame).await.is_err() {
                return;
            }
        }
        let timer = [next, held.as_ref().map(|(_, until)| *until)].into_iter().flatten().min();
        let wait = async {
            match timer {
                Some(time) => sleep_until(time).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            frame = socket.next() => match frame {
                Some(Ok(Frame::Text(text))) => {
                    let messages = serde_json::from_str::<Value>(&text).unwrap_or_default();
                    for message in messages.as_array().into_iter().flatten() {
                        if let Some(refusal) = hear(stage, message, &mut held) {
                            let frame = Frame::text(Value::Array(vec![refusal]).to_string());
                            if socket.send(frame).await.is_err() {
                                return;
                            }
                        }
                    }
                }
                Some(Ok(Frame::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
            _ = changes.changed() => {}
            () = wait => {}
            () = over.cancelled() => return,
        }
    }
}

/// A message of the client; its refusal, where it was not recorded.
fn hear(stage: &Arc<Stage>, message: &Value, held: &mut Option<(String, Instant)>) -> Option<Value> {
    let found = stage.change(|play, now| play.said(message, now));
    if message["channel"] == CONNECT {
        *held = recording::id(message).map(|id| (id, Instant::now() + HOLD));
    }
    match found {
        Found::Unrecorded(words) => Some(answer::unrecorded_message(message, &words)),
        _ => None,
    }
}
