//! Requests that are lost with their connection, or whose answers come too late, on every back end: nobody hears of a connection that the
//! server closed in its own time, and no chat stays behind at the server.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "a broken test must fail loudly"
)]

mod closing;

use closing::Closing;
use serde_json::{Value, json};
use std::{future::Future, net::SocketAddr, time::Duration};
use webchat_conformance::BackEnd;
use webchat_core::{
    Chat,
    command::StartChat,
    config::Config,
    event::{Event, EventKind},
    model::{FileSource, JsonObject, Upload},
};
use webchat_simulator::{EndCause, Fault, Operation, Simulator};

/// Back ends that make and end a chat by a request. With a deployment there is a session before there is a chat, and its frames are
/// tried with lost links, in core.
fn asked() -> impl Iterator<Item = BackEnd> {
    BackEnd::ALL.iter().copied().filter(|back_end| !back_end.has("deployment"))
}

/// A chat with `simulator` at `address`.
fn chat(back_end: BackEnd, simulator: &Simulator, address: SocketAddr, ajax_timeout: u64) -> Chat {
    let mut config = back_end.config(simulator, address, Some(1_000));
    config.insert("ajaxTimeout".into(), ajax_timeout.into());
    config.insert("connection".into(), json!({"proxy": "none"}));
    Chat::new(Config::from_json(&config.into()).unwrap()).unwrap()
}

fn start(chat: &Chat) -> impl Future<Output = Result<Value, webchat_core::Error>> {
    chat.start_chat(StartChat { nickname: "Mia".into(), ..StartChat::default() })
}

async fn in_time<T>(what: &str, wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_mins(1), wait).await.unwrap_or_else(|_| panic!("never {what}"))
}

/// Both sides talk, and the customer does all that a customer can do, over connections that the server closes.
async fn talk_over_closing_connections(back_end: BackEnd) {
    let simulator = Simulator::builder().start().await.unwrap();
    let relay = Closing::open(simulator.address()).await;
    let chat = chat(back_end, &simulator, relay.address, 3_000);
    let events = chat.events();
    in_time("started", start(&chat)).await.unwrap();
    let id = simulator.latest_chat_id().unwrap();
    let sam = simulator.join_agent(&id, "Sam").unwrap();
    let mut said = Vec::new();
    for number in 0..3 {
        let texts = [format!("mia {number}"), format!("sam {number}")];
        in_time("sent", chat.send(texts[0].as_str()))
            .await
            .unwrap_or_else(|error| panic!("{back_end}: {error}"));
        do_all_else(back_end, &chat, number).await;
        simulator.say(&id, sam, &texts[1]).unwrap();
        said.extend(texts);
        hear(&events, back_end, &texts_of(&said)[..]).await;
    }
    in_time("ended", chat.end_chat()).await.unwrap();
    assert!(simulator.chat(&id).unwrap().ended.is_some(), "{back_end}");
    let arrived = simulator.transcript(&id).unwrap();
    let arrived: Vec<_> =
        arrived.iter().filter_map(|event| event.text.clone()).filter(|text| said.contains(text)).collect();
    assert_eq!(arrived, said, "{back_end}: each once, in order");
    assert!(relay.closed() > 0 || back_end.has("webSocket"), "{back_end}: no connection was closed");
    chat.close();
}

fn texts_of(said: &[String]) -> Vec<&str> {
    said.iter().map(String::as_str).collect()
}

async fn do_all_else(back_end: BackEnd, chat: &Chat, number: usize) {
    let data: JsonObject = json!({"number": number.to_string()}).as_object().unwrap().clone();
    in_time("typing told", chat.send_typing(None))
        .await
        .unwrap_or_else(|error| panic!("{back_end}: typing: {error}"));
    in_time("data changed", chat.update_user_data(data))
        .await
        .unwrap_or_else(|error| panic!("{back_end}: data: {error}"));
    if !back_end.has("files") {
        return;
    }
    in_time("notified", chat.send_custom_notice("notice"))
        .await
        .unwrap_or_else(|error| panic!("{back_end}: notice: {error}"));
    in_time("limits known", chat.get_file_limits())
        .await
        .unwrap_or_else(|error| panic!("{back_end}: limits: {error}"));
    let upload = Upload {
        name: "a.txt".into(),
        source: FileSource::Bytes("text".into()),
        user_data: JsonObject::new(),
        progress: None,
    };
    in_time("uploaded", chat.send_file(upload))
        .await
        .unwrap_or_else(|error| panic!("{back_end}: file: {error}"));
}

/// Waits until the last of `said` has been published: all of it in this order, and nobody hears of a lost connection.
async fn hear(events: &webchat_core::driver::Events, back_end: BackEnd, said: &[&str]) {
    let last = said.last().copied().unwrap();
    loop {
        let envelope = in_time("heard", events.next()).await.unwrap();
        let kind = envelope.event.kind();
        assert!(!matches!(kind, EventKind::Disconnected | EventKind::Error), "{back_end}: {kind:?}");
        if let Event::MessageReceived(batch) = &envelope.event
            && batch.received.iter().any(|received| received.message.text.as_deref() == Some(last))
        {
            return;
        }
    }
}

#[tokio::test]
async fn kept_connections_that_the_server_closes_are_nobody_s_business() {
    futures_util::future::join_all(asked().map(talk_over_closing_connections)).await;
}

/// The answer to `endChat` is lost, in one way and then in another.
async fn end_without_an_answer(back_end: BackEnd, lost: Fault) {
    let simulator = Simulator::builder().start().await.unwrap();
    let chat = chat(back_end, &simulator, simulator.address(), 1_000);
    in_time("started", start(&chat)).await.unwrap();
    let id = simulator.latest_chat_id().unwrap();
    simulator.faults().push(lost.on(Operation::Disconnect));
    let outcome = in_time("ended", chat.end_chat()).await;
    assert!(outcome.is_ok(), "{back_end}: {outcome:?}");
    assert!(simulator.chat(&id).unwrap().ended.is_some(), "{back_end}");
    chat.close();
}

#[tokio::test]
async fn a_chat_whose_end_is_lost_is_ended_all_the_same() {
    let ways = asked().flat_map(|back_end| {
        [Fault::drop_before(), Fault::drop_after(), Fault::hang(), Fault::status(504)]
            .map(|lost| end_without_an_answer(back_end, lost))
    });
    futures_util::future::join_all(ways).await;
}

/// The answer to a start comes after the customer was told that none came; the program closes the chat at once, or not.
async fn start_too_late(back_end: BackEnd, closes: bool) {
    let simulator = Simulator::builder().start().await.unwrap();
    let chat = chat(back_end, &simulator, simulator.address(), 1_000);
    simulator.faults().push(Fault::slow_reply(Duration::from_millis(1_500)).on(Operation::RequestChat));
    assert!(in_time("given up", start(&chat)).await.is_err(), "{back_end}");
    if closes {
        chat.close();
    }
    let ended = simulator.wait_for(|simulator| {
        let id = simulator.latest_chat_id()?;
        simulator.chat(&id).ok()?.ended
    });
    assert_eq!(in_time("ended", ended).await, EndCause::Client, "{back_end}, closes: {closes}");
    if !closes {
        in_time("started", start(&chat)).await.unwrap();
        assert_eq!(simulator.chats().len(), 2);
        chat.close();
    }
}

#[tokio::test]
async fn a_chat_whose_start_was_given_up_is_ended_when_the_answer_comes() {
    let ways = asked().flat_map(|back_end| [true, false].map(|closes| start_too_late(back_end, closes)));
    futures_util::future::join_all(ways).await;
}
