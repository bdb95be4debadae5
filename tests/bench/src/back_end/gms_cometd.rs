//! GMS v2 over `CometD`, by either of its carriers.

use super::{BackEnd, Held, Pushed};
use crate::latch::Latch;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};
use webchat_simulator::Simulator;

/// By WebSocket.
pub(super) const GMS_COMETD: BackEnd = BackEnd {
    pushed: Some(Pushed {
        offer_acks: Some(|simulator, offered| simulator.change_cometd(|settings| settings.acks = offered)),
        listen: |simulator, acks, heard| Box::pin(listen(simulator, acks, heard)),
    }),
    held: Some(HELD),
    ..BackEnd::without_peers("gms-cometd", |simulator| config(simulator, true))
};

/// By long-polling.
pub(super) const GMS_COMETD_POLLING: BackEnd = BackEnd {
    held: Some(HELD),
    ..BackEnd::without_peers("gms-cometd-polling", |simulator| config(simulator, false))
};

const HELD: Held = Held {
    now: |simulator| simulator.cometd().held_connects,
    ended: |simulator| simulator.cometd().connects,
};

fn config(simulator: &Simulator, websocket: bool) -> Value {
    json!({"cometD": {
        "enabled": true, "cometURL": simulator.cometd_url(), "channel": simulator.cometd_channel(),
        "websocketEnabled": websocket,
    }})
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Starts a chat by hand, and a task that reads what is pushed, counts it, and keeps the session up. Returns the chat's id.
async fn listen(simulator: &Simulator, acks: bool, heard: Arc<Latch>) -> String {
    let (mut socket, _) = connect_async(simulator.cometd_url().replacen("http", "ws", 1)).await.unwrap();
    let handshake = json!([{
        "channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": ["websocket"], "id": "1",
        "ext": {"ack": acks},
    }]);
    let reply = ask(&mut socket, &handshake, "/meta/handshake").await;
    let client = reply.get("clientId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let connect = move |acknowledged: &Value| {
        json!([{
            "channel": "/meta/connect", "clientId": client, "connectionType": "websocket", "id": "2",
            "ext": {"ack": acknowledged},
        }])
    };
    let start = json!([{
        "channel": simulator.cometd_channel(), "clientId": reply.get("clientId"), "id": "3",
        "data": {"operation": "requestChat", "nickname": "Mia"},
    }]);
    let connected = ask(&mut socket, &connect(&json!(-1)), "/meta/connect").await;
    write(&mut socket, &connect(&batch(&connected))).await;
    write(&mut socket, &start).await;
    let mut chat = String::new();
    while chat.is_empty() {
        for message in read(&mut socket).await {
            if is_on(&message, "/meta/connect") {
                write(&mut socket, &connect(&batch(&message))).await;
            } else if let Some(id) = message.pointer("/data/chatId").and_then(Value::as_str) {
                id.clone_into(&mut chat);
            }
        }
    }
    tokio::spawn(async move {
        loop {
            for message in read(&mut socket).await {
                if is_on(&message, "/meta/connect") {
                    write(&mut socket, &connect(&batch(&message))).await;
                } else if message.pointer("/data/messages/0/text").is_some() {
                    heard.count_down();
                }
            }
        }
    });
    chat
}

/// What a reply asks to have acknowledged.
fn batch(reply: &Value) -> Value {
    reply.pointer("/ext/ack").cloned().unwrap_or_default()
}

async fn ask(socket: &mut Socket, message: &Value, channel: &str) -> Value {
    write(socket, message).await;
    loop {
        if let Some(reply) = read(socket).await.into_iter().find(|reply| is_on(reply, channel)) {
            return reply;
        }
    }
}

fn is_on(message: &Value, channel: &str) -> bool {
    message.get("channel").is_some_and(|own| own == channel)
}

async fn write(socket: &mut Socket, message: &Value) {
    socket.send(Message::text(message.to_string())).await.unwrap();
}

async fn read(socket: &mut Socket) -> Vec<Value> {
    match socket.next().await {
        Some(Ok(frame)) => serde_json::from_slice(&frame.into_data()).unwrap_or_default(),
        // The measurement is over: nobody waits for this task.
        _ => std::future::pending().await,
    }
}
