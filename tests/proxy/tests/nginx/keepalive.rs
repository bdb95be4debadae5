//! nginx closes connections that nobody has used for a second, and is far away: requests cross with its closing.

use crate::every;
use serde_json::{Value, json};
use webchat_conformance::{Path, Relay};
use webchat_core::event::EventKind;
use webchat_proxy::{Customer, Front, Location, Nginx, in_time};
use webchat_simulator::Simulator;

const CHATS: usize = 10;
const ROUNDS: usize = 3;
/// From one end of the path to the other, in milliseconds.
const FAR: u64 = 30;

async fn talk(simulator: &Simulator, options: &Value, number: usize) {
    let customer = Customer::start(options, &format!("Mia {number}")).await;
    let agent = simulator.join_agent(customer.id(), "Sam").unwrap();
    let mut said = Vec::new();
    for round in 0..ROUNDS {
        let texts = [format!("{round} from the customer"), format!("{round} from the agent")];
        assert_ne!(customer.try_to_say(&texts[0]).await["statusCode"], 1, "it was not sent");
        simulator.say(customer.id(), agent, &texts[1]).unwrap();
        customer.until("heard", |heard| heard.has(&texts[1])).await;
        in_time("typing told", customer.chat.send_typing(None)).await.unwrap();
        said.extend(texts);
    }
    in_time("ended", customer.chat.end_chat()).await.unwrap();
    assert_eq!(customer.count(EventKind::Disconnected), 0, "chat {number}");
    let heard: Vec<_> = customer.heard().lines.iter().filter_map(|line| line.text.clone()).collect();
    let heard: Vec<_> = heard.into_iter().filter(|text| said.contains(text)).collect();
    assert_eq!(heard, said, "each once, in order");
    customer.chat.close();
}

#[tokio::test]
async fn requests_that_meet_the_closing_of_a_connection() {
    let simulator = Simulator::builder().start().await.unwrap();
    let front = Front::to([&simulator]).with(Location::Server, "keepalive_timeout 1s");
    let Some(nginx) = Nginx::start(front).await else { return };
    let url = nginx.url(&simulator.chat_url());
    let at = url.split('/').nth(2).unwrap();
    let path = Path { delay_ms: FAR, ..Path::default() };
    let relay = Relay::open(at.parse().unwrap(), path).await.unwrap();
    let options = json!({"dataURL": url.replace(at, &relay.address.to_string()), "ajaxTimeout": 3000,
        "dynamicPolling": false, "pollRate": 1000, "connection": {"proxy": "none"}});
    every(0..CHATS, async |number| talk(&simulator, &options, number).await).await;
}
