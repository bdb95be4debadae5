//! What was missed while a link was down: read, and told to a C program; and the same pages by bare reqwest.

use crate::{
    back_end::{BackEnd, BareSocket},
    latch::Latch,
    median, report,
    server::Server,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    hint::black_box,
    time::{Duration, Instant},
};
use tokio::runtime::Runtime;
use webchat_simulator::{Fault, Operation, api::web_messaging::Party};

/// How many messages were missed.
const MESSAGES: usize = 1_000;
const ROUNDS: usize = 20;
const PAGE: usize = 100;
/// Long enough that all is said before the client is back.
const AWAY: Duration = Duration::from_secs(2);

#[derive(Deserialize)]
#[allow(dead_code, reason = "read as a whole")]
struct Page {
    entities: Vec<Plain>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "read as a whole")]
struct Plain {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    direction: String,
    text: Option<String>,
    channel: PlainChannel,
    originating_entity: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "read as a whole")]
struct PlainChannel {
    time: Option<String>,
    message_id: Option<String>,
}

/// From the opening of the new link until the program has the last message, and until the last page is read by hand.
pub fn filled(server: &Server, runtime: &Runtime, back_end: &BackEnd) {
    let Some(spoken) = back_end.spoken else { return };
    let client = reqwest::Client::new();
    let (mut ours, mut by_hand_took) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(by_library(server, back_end));
        let mut socket = runtime.block_on((spoken.start)(&server.simulator));
        say(server, &server.latest_chat());
        let base = (spoken.base)(&server.simulator);
        let begin = Instant::now();
        assert!(runtime.block_on(by_hand(&client, &base, &mut socket)) >= MESSAGES);
        by_hand_took.push(begin.elapsed());
    }
    let contenders: [crate::Contender<'_>; 2] =
        [("C callback of messageReceived", Box::new(|_| {})), ("bare reqwest, serde_json", Box::new(|_| {}))];
    let title = format!("{} a gap of {MESSAGES} messages (goal: at most 1.25 x)", back_end.name);
    report(&title, "a gap", &contenders, &[median(&mut ours), median(&mut by_hand_took)]);
}

fn say(server: &Server, chat: &str) {
    let sam = server.join(chat);
    for _ in 0..MESSAGES {
        server.say(chat, sam);
    }
}

fn by_library(server: &Server, back_end: &BackEnd) -> Duration {
    let simulator = &server.simulator;
    let (chat, id) = server.chat(back_end);
    let heard = Latch::new(MESSAGES);
    let subscription = chat.count_messages(&heard);
    simulator.faults().push(Fault::slow_reply(AWAY).on(Operation::Upgrade));
    let is_up = |simulator: &webchat_simulator::Simulator| {
        let known = simulator.web_messaging().known;
        known.iter().any(|session| session.chats.contains(&id) && !session.connections.is_empty())
    };
    simulator.cut_connections(&Party::chat(&id), 0, None);
    server.wait_until(|simulator| !is_up(simulator));
    say(server, &id);
    server.wait_until(is_up);
    let begin = Instant::now();
    heard.wait();
    let took = begin.elapsed();
    chat.end_count(subscription);
    took
}

/// How many messages there are.
async fn by_hand(client: &reqwest::Client, base: &str, socket: &mut BareSocket) -> usize {
    let told = socket.ask("getJwt", &json!({})).await;
    let key = told.pointer("/body/jwt").and_then(Value::as_str).unwrap().to_owned();
    let mut count = 0;
    for number in 1.. {
        let url = format!("{base}/api/v2/webmessaging/messages?pageNumber={number}&pageSize={PAGE}");
        let request = client.get(url).header("authorization", format!("bearer {key}"));
        let body = request.send().await.unwrap().error_for_status().unwrap().bytes().await.unwrap();
        let page: Page = serde_json::from_slice(&body).unwrap();
        count += page.entities.len();
        if black_box(&page).entities.len() < PAGE {
            break;
        }
    }
    count
}
