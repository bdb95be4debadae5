//! Bayeux, and the WebSocket that carries it.

use crate::{
    attack::{Moment, Strike},
    server::{Line, Request, State},
    wire::CHANNEL,
};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, handshake::derive_accept_key, protocol::Role},
};

/// A message of the client's.
pub(crate) struct Meta {
    pub(crate) channel: String,
    id: Value,
    operation: String,
    /// It is to be answered at once: the first connect of a link.
    at_once: bool,
}

impl Meta {
    pub(crate) fn is_connect(&self) -> bool {
        self.channel == "/meta/connect"
    }

    /// Whether it is a connect that may be held back.
    pub(crate) fn can_wait(&self) -> bool {
        self.is_connect() && !self.at_once
    }

    pub(crate) fn all(payload: &[u8]) -> Vec<Self> {
        let payload: Value = serde_json::from_slice(payload).unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let one = |message: &Value| Self {
            channel: text(&message["channel"]),
            id: message["id"].clone(),
            operation: text(&message["data"]["operation"]),
            at_once: message["advice"]["timeout"] == 0,
        };
        payload.as_array().map(|messages| messages.iter().map(one).collect()).unwrap_or_default()
    }
}

/// What these messages are for.
pub(crate) fn moment(metas: &[Meta], state: &State) -> Moment {
    let started = *state.started.borrow();
    let asks = |operation: &str| metas.iter().any(|meta| meta.operation == operation);
    if metas.iter().any(|meta| meta.channel == "/meta/handshake") {
        Moment::Handshake
    } else if asks("requestChat") {
        Moment::Start
    } else if asks("sendMessage") {
        Moment::Send
    } else if asks("customNotice") {
        Moment::Notice
    } else if started && metas.iter().any(Meta::is_connect) {
        Moment::Poll
    } else {
        Moment::Never
    }
}

/// What an honest server answers.
pub(crate) fn replies(metas: &[Meta], state: &State) -> String {
    let mut replies = Vec::new();
    for meta in metas {
        let mut reply = json!({"channel": meta.channel, "id": meta.id, "successful": true, "clientId": "b1"});
        if meta.channel == "/meta/handshake" {
            reply["version"] = "1.0".into();
            reply["supportedConnectionTypes"] = json!(["websocket", "long-polling"]);
        }
        let said = match meta.operation.as_str() {
            "requestChat" => Some(state.wire().honest(Moment::Start)),
            "" => None,
            _ => Some(state.wire().honest(Moment::Never)),
        };
        replies.push(reply);
        if let Some(data) = said.and_then(|said| serde_json::from_str::<Value>(&said).ok()) {
            replies.push(json!({"channel": CHANNEL, "data": data}));
        }
    }
    Value::from(replies).to_string()
}

/// Two arrays as one: what is no array comes alone.
pub(crate) fn joined(first: &str, second: &str) -> String {
    match (first.strip_suffix(']'), second.strip_prefix('[')) {
        (Some(first), Some(second)) if second.len() > 1 && first.starts_with('[') => {
            format!("{first},{second}")
        }
        _ => first.to_owned(),
    }
}

pub(crate) async fn serve(mut line: Line, request: &Request, state: Arc<State>) {
    let key = request.header("sec-websocket-key").unwrap_or_default();
    if let (Some(number), Strike::Does(does)) = (state.strikes(Moment::Upgrade), &state.attack.strike) {
        return does(line, number).await;
    }
    let accept = derive_accept_key(key.as_bytes());
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    if !line.write(head).await {
        return;
    }
    let mut waiting = None;
    let mut socket = WebSocketStream::from_raw_socket(line.stream, Role::Server, None).await;
    while let Some(Ok(frame)) = socket.next().await {
        let Message::Text(text) = frame else { continue };
        let metas = Meta::all(text.as_bytes());
        let moment = moment(&metas, &state);
        let strike = state.strikes(moment);
        let replies = replies(&metas, &state);
        let said = match (&state.attack.strike, strike) {
            (Strike::Does(does), Some(number)) => return does(Line::new(socket.into_inner()), number).await,
            (Strike::Says(says), Some(number)) => joined(&says(state.wire(), number), &replies),
            _ if metas.iter().any(Meta::can_wait) && state.holds_back() => {
                waiting = Some(replies);
                continue;
            }
            _ => replies,
        };
        let freed = waiting.take_if(|_| moment == Moment::Start);
        for said in [Some(said), freed].into_iter().flatten() {
            if socket.send(Message::text(said)).await.is_err() {
                return;
            }
        }
        state.note_answered(moment);
    }
}

/// The head of a frame of a server's.
pub fn frame(is_last: bool, opcode: u8, length: u64) -> Vec<u8> {
    let mut head = vec![if is_last { 0x80 | opcode } else { opcode }, 127];
    head.extend_from_slice(&length.to_be_bytes());
    head
}
