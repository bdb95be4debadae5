//! What the log of a whole chat shows: what happens in few words at `Info`, and nothing twice.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use futures_util::future::join_all;
use log::{Level, LevelFilter};
use serde_json::{Value, json};
use std::{
    sync::{Mutex, Once, PoisonError},
    time::Duration,
};
use webchat_core::{
    Chat, Config, ErrorKind,
    command::{SendMessage, StartChat},
    event::EventKind,
};
use webchat_simulator::{Fault, FaultKind, Simulator};

static LINES: Mutex<Vec<(Level, String, String)>> = Mutex::new(Vec::new());
static BEGUN: Once = Once::new();

struct Listener;

impl log::Log for Listener {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.target().starts_with("webchat")
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            let line = (record.level(), record.target().to_owned(), record.args().to_string());
            LINES.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    }

    fn flush(&self) {}
}

/// Listens from now on.
fn listen() {
    BEGUN.call_once(|| {
        log::set_logger(&Listener).unwrap();
        log::set_max_level(LevelFilter::Debug);
    });
}

/// What was told of a chat so far at this level and graver ones, as `LEVEL words`.
fn told(number: u64, level: Level) -> Vec<String> {
    let of_chat = format!("chat {number}: ");
    let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    let of_chat = lines
        .iter()
        .filter(|line| line.0 <= level && line.1 == "webchat::chat")
        .filter_map(|(level, _, words)| Some(format!("{level} {}", words.strip_prefix(&of_chat)?)));
    of_chat.collect()
}

fn config(simulator: &Simulator, more: &Value) -> Config {
    let mut config = json!({
        "dataURL": simulator.chat_url(), "pollRateMin": 250, "pollRateMax": 250, "connection": {"proxy": "none"},
    });
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Config::from_json(&config).unwrap()
}

fn form() -> StartChat {
    StartChat { nickname: "Jo".into(), ..StartChat::default() }
}

fn text(text: &str) -> SendMessage {
    SendMessage { message: Some(text.into()), ..SendMessage::default() }
}

async fn until(events: &webchat_core::driver::Events, kind: EventKind) {
    while events.next().await.expect("the chat goes on").event.kind() != kind {}
}

#[tokio::test]
async fn a_whole_chat_is_told_in_few_words() {
    listen();
    let simulator = Simulator::builder().start().await.unwrap();
    let chat = Chat::new(config(&simulator, &json!({}))).unwrap();
    let events = chat.events();
    chat.start_chat(form()).await.unwrap();
    let id = simulator.latest_chat_id().unwrap();
    let agent = simulator.join_agent(&id, "Kim").unwrap();
    simulator.say(&id, agent, "hello").unwrap();
    until(&events, EventKind::AgentConnected).await;
    chat.send_message(text("hi")).await.unwrap();
    // A kept connection, and the new one.
    simulator.faults().push(Fault { times: 2, ..Fault::new(FaultKind::Drop) });
    until(&events, EventKind::Disconnected).await;
    until(&events, EventKind::Reconnected).await;
    chat.end_chat().await.unwrap();
    chat.close();
    chat.closed().await;
    let mut lines = told(chat.number(), Level::Info);
    for line in &mut lines {
        if let Some(at) = line.find("after ") {
            line.replace_range(at.., "after N s");
        }
    }
    lines.retain(|line| !line.starts_with("WARN a request failed"));
    let expected = [
        "INFO connected (gms-rest)",
        "INFO started",
        "INFO an agent has joined (agents: 1)",
        "WARN the connection is lost",
        "INFO reconnected after N s",
        "INFO an agent has left (agents: 0)",
        "INFO ended by endChat",
    ];
    assert_eq!(lines, expected);
    simulator.shutdown().await;
}

#[tokio::test]
async fn commands_are_details() {
    listen();
    let simulator = Simulator::builder().start().await.unwrap();
    let chat = Chat::new(config(&simulator, &json!({}))).unwrap();
    let refused = chat.send_message(text("hi")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::NoSession);
    let lines = told(chat.number(), Level::Debug);
    let of_command =
        |words: &str| lines.iter().any(|line| line.starts_with("DEBUG command ") && line.contains(words));
    assert!(of_command(": sendMessage") && of_command(": rejected: "), "{lines:?}");
    assert!(lines.contains(&"DEBUG the back end is gms-rest".to_owned()), "{lines:?}");
    simulator.shutdown().await;
}

#[tokio::test]
async fn each_unknown_key_of_a_configuration_is_a_warning() {
    listen();
    let simulator = Simulator::builder().start().await.unwrap();
    let unknown = json!({"dataUrl": "http://127.0.0.1/", "connection": {"proxy": "none", "timeout": 5}});
    let chat = Chat::new(config(&simulator, &unknown)).unwrap();
    until(&chat.events(), EventKind::Ready).await;
    let warnings = told(chat.number(), Level::Warn);
    let of_key =
        |key: &str| format!("WARN the configuration key webchat.{key} is not known and has no effect");
    assert_eq!(warnings, [of_key("connection.timeout"), of_key("dataUrl")]);
    simulator.shutdown().await;
}

#[tokio::test]
async fn lines_of_several_chats_are_told_apart() {
    listen();
    let simulator = Simulator::builder().start().await.unwrap();
    let chats: Vec<_> = (0..8).map(|_| Chat::new(config(&simulator, &json!({}))).unwrap()).collect();
    let limited: Vec<_> = chats.iter().map(|chat| chat.within(Duration::from_secs(20))).collect();
    join_all(limited.iter().map(|chat| chat.start_chat(form())))
        .await
        .into_iter()
        .for_each(|it| drop(it.unwrap()));
    for chat in &chats {
        assert_eq!(told(chat.number(), Level::Info), ["INFO connected (gms-rest)", "INFO started"]);
    }
    simulator.shutdown().await;
}
