//! A program is killed between a message and its echo, and another goes on with what is stored: the transcript that it gets back says which messages
//! have arrived. None is lost, none is doubled, and their order is kept.
//!
//! The program is this one, started anew: see `program`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "tests play the world, and that has clocks")]

use serde_json::{Value, json};
use std::{
    env,
    process::{Child, Command, Stdio},
    time::Duration,
};
use webchat_core::{Chat, Config, command::StartChat};
use webchat_simulator::{
    Simulator,
    api::web_messaging::{Limits, Repeats, WebMessagingSettings},
};

/// Under which name a program is told its configuration, and how many messages it is to have sent in the end.
const TOLD: &str = "WEBCHAT_KILLED";
/// How long the server takes to apply a message: time to kill a program in.
const APPLIED: Duration = Duration::from_millis(30);
/// How long after its start a program waits for a message of the one before that may be under way.
const UNDER_WAY: Duration = Duration::from_millis(400);
/// No test waits longer: it has failed.
const PATIENCE: Duration = Duration::from_mins(2);

fn text(number: usize) -> String {
    format!("word {number}")
}

/// A program with a list of messages to send. It sends those that the transcript does not show.
#[tokio::test]
#[ignore = "the program that is killed"]
async fn program() {
    let Ok(told) = env::var(TOLD) else { return };
    let told: Value = serde_json::from_str(&told).unwrap();
    let chat = Chat::new(Config::from_json(&told["config"]).unwrap()).unwrap();
    let events = chat.events();
    if chat.verify_session().await.unwrap() {
        while events.next().await.unwrap().event.name() != "restored" {}
    } else {
        let start = StartChat { nickname: "Mia".into(), ..StartChat::default() };
        chat.start_chat(start).await.unwrap();
    }
    let arrived = async || {
        let transcript = chat.get_transcript().await.unwrap();
        let texts = transcript.received.iter().filter_map(|received| received.original.text());
        texts.filter(|text| text.as_str().starts_with("word ")).count()
    };
    let mut next = arrived().await;
    // One that is under way yet comes like any other.
    let later = async { while arrived().await == next && events.next().await.is_some() {} };
    let _ = tokio::time::timeout(UNDER_WAY, later).await;
    next = arrived().await;
    let until = usize::try_from(told["until"].as_u64().unwrap()).unwrap();
    for number in next..until {
        chat.send(text(number).as_str()).await.unwrap();
    }
    chat.close();
    chat.closed().await;
}

fn run(config: &Value, until: usize) -> Child {
    let told = json!({"config": config, "until": until}).to_string();
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "program", "--ignored", "--nocapture"])
        .env(TOLD, told)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// How many messages have reached the server, applied or not.
fn written(simulator: &Simulator) -> usize {
    let is_word = |(_, value): &(String, String)| value.starts_with("word ");
    simulator.log().iter().filter(|entry| entry.method == "WS" && entry.fields.iter().any(is_word)).count()
}

async fn kill_so_often(kills: usize) {
    let settings = WebMessagingSettings {
        limits: Limits::off(),
        apply_delay: APPLIED,
        history_repeats: Repeats::Both,
        ..WebMessagingSettings::default()
    };
    let simulator =
        Simulator::builder().seed(7).log_limit(100_000).web_messaging(settings).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let base = format!("http://{}", simulator.address());
    let config = json!({
        "transport": {
            "type": "genesyscloud-webmessaging",
            "deploymentId": "9e1b7c1e-3d5f-4a82-8c66-0d7b5a4f2e10",
            "socketURL": base.replacen("http", "ws", 1), "apiURL": base, "configURL": base,
        },
        "connection": {"proxy": "none"},
        "sessionStore": {"type": "file", "path": folder.path().join("session.json")},
    });
    let mut random = fastrand::Rng::with_seed(9);
    for kill in 0..kills {
        simulator.change_web_messaging(|settings| settings.lost_with_link = kill % 2 == 0);
        let before = written(&simulator) + random.usize(1..4);
        let mut program = run(&config, usize::MAX);
        let reached = simulator.wait_for(|simulator| (written(simulator) >= before).then_some(()));
        let reached = tokio::time::timeout(PATIENCE, reached).await;
        program.kill().unwrap();
        program.wait().unwrap();
        assert!(reached.is_ok(), "program {kill} sends");
    }
    let until = written(&simulator) + 1;
    let mut program = run(&config, until);
    let ended = tokio::task::spawn_blocking(move || program.wait().unwrap());
    assert!(tokio::time::timeout(PATIENCE, ended).await.unwrap().unwrap().success());
    let chat = simulator.latest_chat_id().unwrap();
    let all = simulator.wire_transcript(&chat).unwrap();
    let own: Vec<_> = all.iter().filter_map(|entry| entry["text"].as_str()).collect();
    assert_eq!(own, (0..until).map(text).collect::<Vec<_>>());
    assert_eq!(simulator.web_messaging().sessions, 1, "all were the same chat");
    simulator.shutdown().await;
}

#[tokio::test]
async fn programs_that_are_killed_lose_and_double_nothing() {
    kill_so_often(10).await;
}

#[tokio::test]
#[ignore = "takes minutes: `make kills`"]
async fn a_hundred_programs_that_are_killed_lose_and_double_nothing() {
    kill_so_often(100).await;
}
