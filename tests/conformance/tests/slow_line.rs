//! A chat is restored over a line that brings its transcript in several times `ajaxTimeout`: as long as bytes come, nothing stands still.

#![allow(clippy::unwrap_used, reason = "a test: it fails by panicking")]

use serde_json::json;
use std::{future::Future, net::SocketAddr, path, time::Duration};
use webchat_conformance::{BackEnd, Path, Relay};
use webchat_core::{Chat, Config, command::StartChat, event::Event};
use webchat_simulator::Simulator;

const AJAX_TIMEOUT: u64 = 1_000;
const MESSAGES: usize = 50;
/// More bytes in all than the line takes in that time.
const LINE: Path = Path { delay_ms: 0, bytes_per_second: 20_000, idle_ms: 0 };

fn chat(back_end: BackEnd, simulator: &Simulator, address: SocketAddr, store: &path::Path) -> Chat {
    let mut config = back_end.config(simulator, address, None);
    config.insert("ajaxTimeout".into(), AJAX_TIMEOUT.into());
    config.insert("connection".into(), json!({"proxy": "none"}));
    config.insert("sessionStore".into(), json!({"type": "file", "path": store}));
    Chat::new(Config::from_json(&config.into()).unwrap()).unwrap()
}

async fn in_time<T>(what: &str, wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_mins(1), wait).await.unwrap_or_else(|_| panic!("never {what}"))
}

async fn restore(back_end: BackEnd) {
    let (simulator, directory) = (Simulator::builder().start().await.unwrap(), tempfile::tempdir().unwrap());
    let store = directory.path().join("session.json");
    let first = chat(back_end, &simulator, simulator.address(), &store);
    let start = StartChat { nickname: "Mia".into(), ..StartChat::default() };
    in_time("started", first.start_chat(start)).await.unwrap();
    first.close();
    in_time("closed", first.closed()).await;
    let id = simulator.latest_chat_id().unwrap();
    let sam = simulator.join_agent(&id, "Sam").unwrap();
    for number in 0..MESSAGES {
        simulator.say(&id, sam, &format!("{number} {}", "x".repeat(1_000))).unwrap();
    }
    let relay = Relay::open(simulator.address(), LINE).await.unwrap();
    let restored = chat(back_end, &simulator, relay.address, &store);
    let events = restored.events();
    let mut heard = 0;
    while heard < MESSAGES {
        match &in_time("restored", events.next()).await.unwrap().event {
            Event::MessageReceived(batch) => {
                heard += batch.received.iter().filter(|received| received.message.text.is_some()).count();
            }
            Event::RestoreFailed(_) | Event::RestoreTimeout | Event::Disconnected => {
                panic!("{back_end}")
            }
            _ => {}
        }
    }
    restored.close();
}

#[tokio::test]
async fn a_transcript_comes_as_slowly_as_the_line_brings_it() {
    futures_util::future::join_all(BackEnd::ALL.iter().copied().map(restore)).await;
}
