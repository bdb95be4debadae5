//! Keys, tokens, names, texts, attached data and whatever else is nobody's business are planted wherever a program, a server, an agent, a
//! proxy or a file can put them; every back end is run with every fault that the simulator has. None of it comes out in a line of the log
//! at any level, in an error's words, in a recording of the wire, or in the `Debug` of anything public; nor does a character that acts on a terminal.
//!
//! Every time limit here is an outcome as good as any other: nothing depends on how fast the machine is.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod plan;
mod talk;
mod told;

use base64::{Engine, prelude::BASE64_STANDARD};
use futures_util::{StreamExt, future::join_all, stream};
use plan::{BackEnd, PLANTED};
use serde_json::json;
use std::collections::BTreeSet;
use talk::Host;
use told::Told;
use webchat_core::{Chat, Config, command::Command};
use webchat_simulator::{FaultKind, Simulator};

/// How many chats there are at once.
const AT_ONCE: usize = 24;
/// The longest line that the log and errors may have.
const LONGEST: usize = 2001;

/// One chat over `back_end`, with `fault` twice: at its start and in its midst.
async fn faulty(number: usize, back_end: BackEnd, fault: Option<FaultKind>) -> (Told, BTreeSet<String>) {
    // Each makes keys of its own.
    let simulator = Simulator::builder().seed(number as u64).start().await.unwrap();
    let mut told = Told::default();
    let directory = tempfile::tempdir().unwrap();
    let recording = directory.path().join("wire.jsonl");
    let config = back_end.config(&simulator, &json!({"proxy": "none", "recording": recording}));
    talk::talk(&simulator, &config, fault.as_ref(), &mut told).await;
    let recorded = std::fs::read_to_string(recording).unwrap();
    assert!(recorded.contains("\"request\""), "{back_end:?} with {fault:?}: {recorded}");
    told.values.extend(recorded.lines().map(str::to_owned));
    let log = simulator.log();
    told.keys(&log, &simulator);
    let befallen = log.into_iter().filter_map(|entry| entry.fault).collect();
    simulator.shutdown().await;
    (told, befallen)
}

/// Chats that cannot even reach a server, through proxies with a password.
async fn without_a_way() -> Told {
    let simulator = Simulator::builder().start().await.unwrap();
    // Nobody listens there, or somebody who is no proxy.
    let places = ["127.0.0.1:1".to_owned(), simulator.address().to_string()];
    let mut tries = Vec::new();
    for back_end in BackEnd::ALL {
        for scheme in ["http", "https", "socks5", "socks5h"] {
            for place in &places {
                let proxy = format!("{scheme}://{PLANTED}:{PLANTED}@{place}");
                let config = back_end.config(&simulator, &json!({ "proxy": proxy }));
                tries.push(async move { talk::start(&config).await });
            }
        }
    }
    let mut told = Told::default();
    join_all(tries).await.into_iter().for_each(|more| told.add(more));
    simulator.shutdown().await;
    told
}

/// What is no configuration, no option and no session file.
async fn nonsense(told: &mut Told) {
    for text in plan::configurations() {
        told.outcome(Config::from_json_text(&text));
    }
    for name in Command::NAMES {
        for options in plan::options() {
            told.outcome(Command::from_json(name, &options));
        }
    }
    let directory = tempfile::tempdir().unwrap();
    for (number, content) in plan::session_files().into_iter().enumerate() {
        let path = directory.path().join(format!("store-{number}"));
        std::fs::write(&path, content).unwrap();
        let store = json!({"type": "file", "path": path});
        let config =
            json!({"dataURL": "http://127.0.0.1:1/", "connection": {"proxy": "none"}, "sessionStore": store});
        match Chat::new(Config::from_json(&config).unwrap()) {
            Ok(chat) => {
                told.outcome(chat.within(talk::LIMIT).verify_session().await);
                told.outcome(chat.within(talk::LIMIT).start_chat(plan::form()).await);
                chat.close();
                chat.closed().await;
            }
            Err(error) => told.error(&error),
        }
    }
}

#[tokio::test]
async fn no_secret_comes_out() {
    told::listen();
    let faults = plan::faults();
    let named: BTreeSet<_> = faults.iter().map(FaultKind::name).collect();
    assert_eq!(named, FaultKind::NAMES.into(), "every fault that there is");

    let runs = BackEnd::ALL.into_iter().flat_map(|back_end| {
        let faults = faults.iter().cloned().map(Some).chain([None]);
        faults.map(move |fault| (back_end, fault)).collect::<Vec<_>>()
    });
    let talks =
        stream::iter(runs).enumerate().map(|(number, (back_end, fault))| faulty(number, back_end, fault));
    let mut ends: Vec<_> = talks.buffer_unordered(AT_ONCE).collect().await;
    let mut told = Told::default();
    let mut befallen = BTreeSet::new();
    for (more, faults) in &mut ends {
        told.add(std::mem::take(more));
        befallen.append(faults);
    }
    told.add(without_a_way().await);
    talk::stores(&mut told, Host::all()).await;
    nonsense(&mut told).await;

    // These two wait for answers with several messages, which may be in none of the chats.
    let rare = ["duplicateMessages", "reorderedMessages"];
    let missing: Vec<_> =
        named.into_iter().filter(|name| !rare.contains(name) && !befallen.contains(*name)).collect();
    assert!(missing.is_empty(), "these faults befell nobody: {missing:?}");
    told.take_log();
    assert!(
        told.lines.len() > 1000 && told.values.len() > 1000,
        "{} and {}",
        told.lines.len(),
        told.values.len()
    );
    assert!(told.secrets.len() > 50, "{} keys", told.secrets.len());
    let in_header = BASE64_STANDARD.encode(format!("{PLANTED}:{PLANTED}"));
    told.secrets.extend([PLANTED.to_owned(), in_header]);
    for line in told.lines.iter().chain(&told.values) {
        let secret = told.secrets.iter().find(|secret| line.contains(secret.as_str()));
        assert!(secret.is_none(), "{} comes out: {line}", secret.unwrap());
        let acts = |char: char| char.is_control() || char == '\u{202e}';
        assert!(!line.contains(acts), "{line:?}");
    }
    // The address of a socket is nobody's business behind its path.
    for line in &told.lines {
        assert!(!line.contains("deploymentId="), "{line}");
    }
    let longest = told.lines.iter().max_by_key(|line| line.chars().count()).unwrap();
    assert!(longest.chars().count() <= LONGEST, "{longest}");
}
