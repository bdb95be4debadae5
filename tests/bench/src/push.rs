//! Messages that the server pushes: from its hand to the callback of a C program, and to a bare WebSocket client.

use crate::{c_chat::CChat, latch::Latch, report, server::Server, take_turns};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::{net::TcpStream, runtime::Runtime};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// One message at a time over the WebSocket, without and with acknowledgements: from the server's push until the program has it.
pub fn one_at_a_time(server: &Server, runtime: &Runtime) {
    for acks in [false, true] {
        server.change_acks(acks);
        let heard = Arc::new(Latch::new(1));
        let chat = CChat::start(&server.cometd_config());
        let chat_id = server.latest_chat();
        let sam = server.join(&chat_id);
        let subscription = chat.count_messages(&heard);
        server.say(&chat_id, sam);
        heard.wait();
        let bare_id = runtime.block_on(start_bare(server, acks, heard.clone()));
        let kim = server.join(&bare_id);
        heard.wait();
        let mut contenders: Vec<crate::Contender<'_>> = vec![
            (
                "C callback of messageReceived",
                Box::new(|times| {
                    for _ in 0..times {
                        server.say(&chat_id, sam);
                        heard.wait();
                    }
                }),
            ),
            (
                "bare tokio-tungstenite",
                Box::new(|times| {
                    for _ in 0..times {
                        server.say(&bare_id, kim);
                        heard.wait();
                    }
                }),
            ),
        ];
        let medians = take_turns(&mut contenders, 60, 200);
        let words = if acks { "with acknowledgements" } else { "without acknowledgements" };
        let title = format!("CometD push over WebSocket, {words} (goal: at most 1.25 x)");
        report(&title, "a message", &contenders, &medians);
        chat.end_count(subscription);
    }
}

/// Starts a chat by hand, and a task that reads what is pushed, counts it, and keeps the session up. Returns the chat's id.
async fn start_bare(server: &Server, acks: bool, heard: Arc<Latch>) -> String {
    let (mut socket, _) = connect_async(server.cometd_url().replacen("http", "ws", 1)).await.unwrap();
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
        "channel": server.cometd_channel(), "clientId": reply.get("clientId"), "id": "3",
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
                } else if message.pointer("/data/messages/0").is_some() {
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
