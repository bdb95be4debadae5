//! A server by satellite: a round trip takes longer than half of `ajaxTimeout`, and TLS takes some before a request can leave.

use crate::{every, options_trusting};
use serde_json::{Value, json};
use webchat_conformance::{Path, Relay};
use webchat_proxy::{Certificate, Customer, Front, Nginx, Talk, in_time};
use webchat_simulator::{Carrier, Simulator};

/// From one end of the path to the other, in milliseconds.
const FAR: u64 = 800;
/// Longer than a round trip, shorter than one with a handshake before it.
const AJAX_TIMEOUT: u64 = 2_600;

#[tokio::test]
async fn chats_start_and_end_though_connecting_takes_long() {
    let (certificate, simulator) = (Certificate::new(), Simulator::builder().start().await.unwrap());
    let front = Front::to([&simulator]).with_websockets().with_tls(&certificate);
    let Some(nginx) = Nginx::start(front).await else { return };
    let at = nginx.url(&simulator.chat_url()).split('/').nth(2).unwrap().to_owned();
    let path = Path { delay_ms: FAR, ..Path::default() };
    let relay = Relay::open(at.parse().unwrap(), path).await.unwrap();
    let rest = json!({"dataURL": nginx.url(&simulator.chat_url()), "connection": {"proxy": "none"}});
    let nexus = json!({
        "transport": {
            "type": "pureengage-v3-rest",
            "dataURL": nginx.url(&simulator.nexus_url()),
            "endpoint": "Sales",
            "headers": {"x-api-key": "n3eNkg"},
        },
        "connection": {"proxy": "none"},
    });
    let comet = |carrier| Talk::options(&nginx, &simulator, carrier);
    let all = [rest, nexus, comet(Carrier::WebSocket), comet(Carrier::LongPolling)];
    let count = all.len();
    every(all, async |options: Value| {
        let text = options_trusting(&certificate, options).to_string();
        let mut options: Value =
            serde_json::from_str(&text.replace(&at, &relay.address.to_string())).unwrap();
        options["ajaxTimeout"] = AJAX_TIMEOUT.into();
        let customer = Customer::start(&options, "Mia").await;
        in_time("the chat ends", customer.chat.end_chat()).await.unwrap();
        customer.chat.close();
    })
    .await;
    let chats = simulator.chats();
    assert_eq!(chats.len(), count);
    assert!(chats.iter().all(|chat| chat.ended.is_some()), "no chat is left behind");
}
