//! A message over `CometD`, with everything that can come around it in every order: the own event, the outcome that tells of nothing, an
//! agent's answer, the answer to a look at the transcript, and a cut of the link. Each message is told once, in the server's order, and the
//! send succeeds.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a broken test must fail loudly, within its time"
)]

mod server;

use futures_util::future::join_all;
use serde_json::json;
use server::{Server, Step};
use std::time::Duration;
use webchat_core::{Chat, command::StartChat, config::Config, event::Event, model::Received};

/// By then everything has been told, or never will be.
const LIMIT: Duration = Duration::from_mins(1);

/// Every order of these steps.
fn orders(steps: &[Step]) -> Vec<Vec<Step>> {
    let Some((first, others)) = steps.split_first() else { return vec![vec![]] };
    let insert = |order: Vec<Step>| {
        (0..=order.len()).map(move |at| {
            let mut order = order.clone();
            order.insert(at, *first);
            order
        })
    };
    orders(others).into_iter().flat_map(insert).collect()
}

fn places(received: &[Received]) -> Vec<u64> {
    received.iter().map(|received| received.message.index.order().unwrap()).collect()
}

async fn chat_through(order: Vec<Step>) -> Result<(), String> {
    let server = Server::start(order.clone()).await;
    let config = json!({"ajaxTimeout": 3000, "connection": {"proxy": "none"}, "cometD": {"enabled": true, "cometURL": server.url(),
        "channel": server::CHANNEL}});
    let chat = Chat::new(Config::from_json(&config).unwrap()).unwrap();
    let events = chat.events();
    chat.start_chat(StartChat::default()).await.unwrap();
    let mut told = Vec::new();
    let mut sending = None;
    while told.len() < 4 {
        let envelope = events.next().await.unwrap();
        if let Event::MessageReceived(batch) = &envelope.event {
            told.extend(places(&batch.received));
        }
        if told.len() >= 2 && sending.is_none() {
            sending = Some(tokio::spawn(chat.send("hello")));
        }
    }
    let sent = sending.unwrap().await.unwrap();
    let kept = places(&chat.get_transcript().await.unwrap().received.clone());
    chat.close();
    while let Some(envelope) = events.next().await {
        if let Event::MessageReceived(batch) = &envelope.event {
            told.extend(places(&batch.received));
        }
    }
    let copies = server.sends();
    if told == [1, 2, 3, 4] && kept == [1, 2, 3, 4] && sent.is_ok() && copies == 1 {
        return Ok(());
    }
    Err(format!("{order:?}: told {told:?}, transcript {kept:?}, sent {sent:?}, {copies} times"))
}

#[tokio::test]
async fn every_order_of_event_outcome_push_look_and_cut_tells_each_message_once_and_in_order() {
    let calm = orders(&[Step::Event, Step::Outcome, Step::Push, Step::Look]);
    let cut = orders(&[Step::Event, Step::Outcome, Step::Push, Step::Look, Step::Cut]);
    let all = calm.into_iter().chain(cut).map(|order| async move {
        tokio::time::timeout(LIMIT, chat_through(order.clone()))
            .await
            .unwrap_or_else(|_| Err(format!("{order:?}: nothing more was told")))
    });
    let failures: Vec<String> = join_all(all).await.into_iter().filter_map(Result::err).collect();
    assert!(failures.is_empty(), "{} fail:\n{}", failures.len(), failures.join("\n"));
}
