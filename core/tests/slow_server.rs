//! A server that carries operations out one after another and takes longer for each than `ajaxTimeout`: over `CometD` every message arrives
//! once and is told as sent, and the server is not asked faster than it answers.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken test must fail loudly")]

use futures_util::future::join_all;
use serde_json::json;
use std::time::Duration;
use webchat_core::{Chat, command::StartChat, config::Config, event::Event};
use webchat_simulator::api::cometd::{CometdSettings, Echo};
use webchat_simulator::{Operation, Simulator};

const TEXTS: [&str; 3] = ["one", "two", "three"];

async fn chat_with_a_slow_server(websocket: bool, echo: Echo) {
    let settings = CometdSettings { echo, ..CometdSettings::default() };
    let simulator = Simulator::builder().cometd(settings).start().await.unwrap();
    let config = json!({"ajaxTimeout": 250, "connection": {"proxy": "none"}, "cometD": {"enabled": true,
        "cometURL": simulator.cometd_url(), "channel": simulator.cometd_channel(), "websocketEnabled": websocket}});
    let chat = Chat::new(Config::from_json(&config).unwrap()).unwrap();
    let events = chat.events();
    chat.start_chat(StartChat { nickname: "Mia".into(), ..StartChat::default() }).await.unwrap();
    while !matches!(events.next().await.unwrap().event, Event::MessageReceived(_)) {}
    simulator.clear_log();
    simulator.change_settings(|settings| settings.slow = Duration::from_millis(800));

    let sent = join_all(TEXTS.map(|text| chat.send(text))).await;
    assert!(sent.iter().all(Result::is_ok), "{sent:?}");
    let mut heard = Vec::new();
    while heard.len() < TEXTS.len() {
        if let Event::MessageReceived(batch) = &events.next().await.unwrap().event {
            heard.extend(
                batch
                    .received
                    .iter()
                    .filter_map(|received| received.message.text.as_deref().map(str::to_owned)),
            );
        }
    }
    assert_eq!(heard, TEXTS);
    let count = |operation| simulator.log().iter().filter(|entry| entry.operation == Some(operation)).count();
    assert_eq!(count(Operation::Send), TEXTS.len(), "each is sent once");
    let looks = count(Operation::Refresh);
    assert!(looks <= 2 * TEXTS.len(), "{looks} looks at the transcript for {} messages", TEXTS.len());
    chat.close();
    simulator.shutdown().await;
}

#[tokio::test]
async fn every_message_arrives_once_in_the_server_s_own_time() {
    let ways = [true, false]
        .into_iter()
        .flat_map(|websocket| [Echo::Reply, Echo::Push].map(|echo| (websocket, echo)));
    join_all(ways.map(|(websocket, echo)| chat_with_a_slow_server(websocket, echo))).await;
}
