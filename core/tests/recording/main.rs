//! Chats over every back end are recorded, and played back by the simulator: the same events come of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "tests play the world, and that has clocks")]

mod talk;

use futures_util::future::join_all;
use serde_json::Value;
use std::path::Path;
use talk::{BackEnd, Backstage, Customer};
use webchat_simulator::Simulator;

fn lines(path: &Path) -> Vec<Value> {
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A chat without trouble, recorded at `path`, and the events that it published.
async fn recorded(back_end: BackEnd, path: &Path) -> Vec<String> {
    let simulator = Simulator::builder().start().await.unwrap();
    let mut customer = Customer::new(&back_end.config(&simulator.urls(), Some(path)));
    talk::plain(&mut customer, &Backstage(Some(&simulator))).await;
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
            recorded(back_end, &path).await;
            (back_end, path)
        }
    });
    for (back_end, path) in join_all(chats).await {
        let text = std::fs::read_to_string(&path).unwrap();
        for private in [
            "Mia",
            "Holm",
            "example",
            "4711",
            "Account",
            "Kim",
            "Smith",
            "bill",
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
    let seen = recorded(BackEnd::WebSocket, &directory.path().join("missing/wire.jsonl")).await;
    assert!(seen.iter().any(|event| event == "ended"), "{seen:#?}");
}
