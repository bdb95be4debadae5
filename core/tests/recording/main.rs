//! Chats over every back end are recorded, and played back by the simulator: the same events come of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "tests play the world, and that has clocks")]

mod talk;

use futures_util::future::join_all;
use serde_json::Value;
use std::path::Path;
use talk::{BackEnd, Backstage, Customer};
use webchat_simulator::{Pace, RecordedChat, Replay, Simulator};

fn lines(path: &Path) -> Vec<Value> {
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// How a chat goes.
#[derive(Clone, Copy)]
enum Course {
    Plain,
    Troubled,
}

impl Course {
    async fn run(self, customer: &mut Customer, backstage: &Backstage<'_>) {
        match self {
            Self::Plain => talk::plain(customer, backstage).await,
            Self::Troubled => talk::troubled(customer, backstage).await,
        }
    }
}

/// A chat that is recorded at `path`, and the events that it published.
async fn recorded(course: Course, back_end: BackEnd, path: &Path) -> Vec<String> {
    let simulator = Simulator::builder().start().await.unwrap();
    let mut customer = Customer::new(&back_end.config(&simulator.urls(), Some(path)));
    course.run(&mut customer, &Backstage(Some(&simulator))).await;
    let seen = customer.leave().await;
    simulator.shutdown().await;
    seen
}

#[tokio::test]
async fn everything_is_recorded_and_nothing_private() {
    let directory = tempfile::tempdir().unwrap();
    let chats = BackEnd::ALL.map(|back_end| {
        let path = directory.path().join(format!("{back_end:?}.jsonl"));
        async move {
            recorded(Course::Plain, back_end, &path).await;
            (back_end, path)
        }
    });
    for (back_end, path) in join_all(chats).await {
        let text = std::fs::read_to_string(&path).unwrap();
        for private in [
            "Miaulina",
            "Holm",
            "example",
            "QX4711ZJ",
            "Account",
            "Kimberlain",
            "Smith",
            "My bill",
            "It is",
            "holiday",
            "own bytes",
        ] {
            assert!(!text.contains(private), "{back_end:?}: {private}");
        }
        let lines = lines(&path);
        let (version, rest) = lines.split_first().unwrap();
        assert_eq!(version["webchatRecording"], 1);
        let count = |what: &str| rest.iter().filter(|line| !line[what].is_null()).count();
        assert_eq!(count("request"), count("answer") + count("failure"), "{back_end:?}");
        assert_eq!(count("sent") > 5 && count("received") > 5, back_end == BackEnd::WebSocket);
        let times: Vec<_> = rest.iter().map(|line| line["at"].as_u64().unwrap()).collect();
        assert!(times.is_sorted());
        let file = rest.iter().find(|line| !line["request"]["body"]["file"].is_null()).unwrap();
        assert_eq!(file["request"]["body"]["file"]["bytes"], 20, "the size of a file is kept");
    }
}

#[tokio::test]
async fn a_recording_that_cannot_be_written_hinders_no_chat() {
    let directory = tempfile::tempdir().unwrap();
    let seen =
        recorded(Course::Plain, BackEnd::WebSocket, &directory.path().join("missing/wire.jsonl")).await;
    assert!(seen.iter().any(|event| event == "ended"), "{seen:#?}");
}

/// What a client sees that does the same again with the recording at `path`.
async fn replayed(course: Course, back_end: BackEnd, path: &Path) -> Vec<String> {
    let replay = Replay::start(only_chat(path), local(), Pace::Fast).await.unwrap();
    let mut customer = Customer::new(&back_end.config(&replay.urls(), None));
    course.run(&mut customer, &Backstage(None)).await;
    let seen = customer.leave().await;
    replay.shutdown().await;
    seen
}

fn only_chat(path: &Path) -> RecordedChat {
    let [chat] = RecordedChat::read(path).unwrap().try_into().ok().unwrap();
    chat
}

fn local() -> std::net::SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

/// Records a chat over each of `back_ends`, and plays it back.
async fn same_events(course: Course, back_ends: &[BackEnd]) {
    let directory = tempfile::tempdir().unwrap();
    let chats = back_ends.iter().map(|back_end| {
        let (back_end, path) = (*back_end, directory.path().join(format!("{back_end:?}.jsonl")));
        async move {
            let before = recorded(course, back_end, &path).await;
            let after = replayed(course, back_end, &path).await;
            assert_eq!(before, after, "{back_end:?}");
        }
    });
    join_all(chats).await;
}

#[tokio::test]
async fn a_chat_that_is_played_back_has_the_same_events() {
    same_events(Course::Plain, &BackEnd::ALL).await;
}

#[tokio::test]
async fn so_has_one_with_trouble_over_gms() {
    same_events(Course::Troubled, &[BackEnd::Gms]).await;
}

#[tokio::test]
async fn so_has_one_with_trouble_over_nexus() {
    same_events(Course::Troubled, &[BackEnd::Nexus]).await;
}

#[tokio::test]
async fn what_was_not_recorded_is_refused_and_named() {
    let directory = tempfile::tempdir().unwrap();
    for back_end in [BackEnd::Gms, BackEnd::WebSocket, BackEnd::Nexus] {
        let path = directory.path().join(format!("{back_end:?}.jsonl"));
        recorded(Course::Plain, back_end, &path).await;
        let replay = Replay::start(only_chat(&path), local(), Pace::Fast).await.unwrap();
        let customer = Customer::new(&back_end.config(&replay.urls(), None));
        customer.chat.start_chat(talk::form()).await.unwrap();
        customer.chat.send_message(talk::message("As recorded")).await.unwrap();
        let refused = customer.chat.send_message(talk::message("One too many")).await.unwrap_err();
        let response = refused.response().unwrap().to_string();
        assert!(
            response.contains("another send") && response.contains("is not recorded"),
            "{back_end:?}: {refused:?} {response}"
        );
        let mut notes = vec![replay.note().await];
        while !notes.last().unwrap().starts_with("another send") {
            notes.push(replay.note().await);
        }
        customer.leave().await;
        replay.shutdown().await;
    }
}
