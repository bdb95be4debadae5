//! What Bayeux and its WebSocket offer an attacker.

use super::{LONGEST_ANSWER, list};
use crate::{
    attack::{Attack, Moment},
    customer::Script,
    server::Line,
    websocket::frame,
    wire::{CHANNEL, Wire},
};
use serde_json::json;

const TEXT: u8 = 1;
const BINARY: u8 = 2;
const PING: u8 = 9;

pub(super) fn all() -> Vec<Attack> {
    Wire::with(|wire| wire.pushes)
        .flat_map(of_wire)
        .chain(Wire::with(Wire::is_socket).flat_map(of_socket))
        .collect()
}

fn of_socket(wire: Wire) -> Vec<Attack> {
    vec![
        frames(wire, "pings without end, and no pong read", |mut line| async move {
            let ping = [[0x89, 125].as_slice(), &[b'x'; 125]].concat();
            line.repeat(&ping, 1_200_000).await;
        })
        .quick_over("gms-cometd"),
        frames(wire, "a WebSocket message of 8 EiB", |mut line| async move {
            line.write(frame(true, TEXT, i64::MAX as u64)).await;
            line.repeat(b"[", 1 << 30).await;
        })
        .quick_over("gms-cometd"),
        frames(wire, "a WebSocket message in fragments without end", |mut line| async move {
            line.write([frame(false, TEXT, 1), b"[".to_vec()].concat()).await;
            line.repeat(&[frame(false, 0, 4096), vec![b' '; 4096]].concat(), 1 << 20).await;
        }),
        frames(wire, "empty fragments without end", |mut line| async move {
            line.write([frame(false, BINARY, 1), b"[".to_vec()].concat()).await;
            line.repeat(&[0x00, 0x00], 20_000_000).await;
        }),
        frames(wire, "a ping of 1 GiB", |mut line| async move {
            line.write(frame(true, PING, 1 << 30)).await;
            line.repeat(b"x", 1 << 30).await;
        }),
        frames(wire, "messages without end, and nothing read", |mut line| async move {
            let said =
                format!(r#"[{{"channel":"{CHANNEL}","data":{}}}]"#, json!({"statusCode": 0, "messages": []}));
            line.repeat(&[frame(true, TEXT, said.len() as u64), said.into_bytes()].concat(), 200_000).await;
        }),
        Attack::doing("an upgrade with a head without end", wire, |mut line, _| async move {
            line.write("HTTP/1.1 101 Switching Protocols\r\n").await;
            line.repeat(b"Upgrade: websocket\r\n", 100_000_000).await;
        })
        .at(Moment::Upgrade),
    ]
}

fn of_wire(wire: Wire) -> Vec<Attack> {
    let saying = |name, says: fn(Wire, u64) -> String| Attack::saying(name, wire, says);
    vec![
        saying("a million messages of Bayeux", |_, _| {
            format!("[{}]", list(r#"{"channel":"/a"}"#, LONGEST_ANSWER - 1_000))
        })
        .quick_over("gms-cometd"),
        saying("a million deliveries on the chat's channel", |_, _| {
            let delivery = format!(r#"{{"channel":"{CHANNEL}","data":{{}}}}"#);
            format!("[{}]", list(&delivery, LONGEST_ANSWER - 1_000))
        }),
        saying("16 MiB of objects in an ext", |_, _| {
            let objects = list(r#"{"":0}"#, LONGEST_ANSWER - 1_000);
            format!(r#"[{{"channel":"/meta/connect","successful":true,"ext":{{"ack":[{objects}]}}}}]"#)
        }),
        saying("a new handshake wanted again and again", |_, _| {
            json!([{"channel": "/meta/connect", "successful": false, "error": "402::unknown client",
                "advice": {"reconnect": "handshake", "interval": 0}}])
            .to_string()
        })
        .times(3),
        saying("pauses of years", |_, _| {
            json!([{"channel": "/meta/connect", "successful": false, "advice": {"reconnect": "retry", "interval": 1e15, "timeout": -1e300}}])
                .to_string()
        }),
    ]
}

fn frames<F: Future<Output = ()> + Send + 'static>(
    wire: Wire,
    name: &str,
    does: impl Fn(Line) -> F + Send + Sync + 'static,
) -> Attack {
    Attack::doing(name, wire, move |line, _| does(line)).script(Script::Chat)
}
