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
    every([rest, Talk::options(&nginx, &simulator, Carrier::WebSocket)], async |options: Value| {
        let text = options_trusting(&certificate, options).to_string();
        let mut options: Value =
            serde_json::from_str(&text.replace(&at, &relay.address.to_string())).unwrap();
        options["ajaxTimeout"] = AJAX_TIMEOUT.into();
        let customer = Customer::start(&options, "Mia").await;
        in_time("the chat ends", customer.chat.end_chat()).await.unwrap();
        assert!(simulator.chat(customer.id()).unwrap().ended.is_some());
        customer.chat.close();
    })
    .await;
    assert_eq!(simulator.chats().len(), 2, "no chat is left behind");
}
