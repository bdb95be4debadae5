//! The reference `CometD` client, in `tests/reference`, against the simulator: what it takes for a Bayeux server is one.
//!
//! It needs Node.js and `npm ci` in that folder. With `WEBCHAT_SKIP_NODE` set the tests pass without it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use webchat_simulator::api::cometd::{CometdSettings, Whom};
use webchat_simulator::{Carrier, Fault, Operation, Reconnect, Simulator};

use super::bayeux::{BOTH, lines, simulator, simulator_with};

/// More than any of this takes on a busy machine.
const LIMIT: Duration = Duration::from_mins(1);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../reference")
}

/// Whether to leave the reference client out. Fails when it is wanted and not there.
fn is_skipped() -> bool {
    if std::env::var_os("WEBCHAT_SKIP_NODE").is_some() {
        return true;
    }
    let otherwise = "or set WEBCHAT_SKIP_NODE=1 to do without the reference client";
    let node = std::process::Command::new("node").arg("--version").output();
    assert!(node.is_ok(), "there is no node: install Node.js 20 or later, {otherwise}");
    let folder = folder();
    let installed = folder.join("node_modules/cometd/package.json").exists();
    assert!(
        installed,
        "the reference client is not installed: run `npm ci` in {}, {otherwise}",
        folder.display()
    );
    false
}

/// The reference client, a process of its own that ends with this.
struct Reference {
    _process: Child,
    orders: ChildStdin,
    reports: Lines<BufReader<ChildStdout>>,
}

impl Reference {
    fn start(simulator: &Simulator, carrier: Carrier, more: &[&str]) -> Self {
        let mut command = Command::new("node");
        command.current_dir(folder()).arg("customer.mjs");
        command.args([simulator.cometd_url(), simulator.cometd_channel(), carrier.to_string()]).args(more);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().unwrap();
        let orders = process.stdin.take().unwrap();
        let reports = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { _process: process, orders, reports }
    }

    async fn order(&mut self, order: Value) {
        self.orders.write_all(format!("{order}\n").as_bytes()).await.unwrap();
    }

    /// The next report that has this member; others are passed over.
    async fn report(&mut self, member: &str) -> Value {
        let next = async {
            loop {
                let line = self.reports.next_line().await.unwrap().expect("the client runs");
                let report: Value = serde_json::from_str(&line).unwrap();
                if report.get(member).is_some() {
                    return report;
                }
            }
        };
        tokio::time::timeout(LIMIT, next).await.unwrap_or_else(|_| panic!("no report of {member}"))
    }

    /// The next report of this meta channel.
    async fn meta(&mut self, name: &str) -> Value {
        loop {
            let report = self.report("meta").await;
            if report["meta"] == name {
                return report;
            }
        }
    }

    async fn told(&mut self) -> Value {
        self.report("data").await["data"].take()
    }

    /// Publishes, and returns the outcome.
    async fn ask(&mut self, data: Value) -> Value {
        self.order(data).await;
        self.told().await
    }

    /// Starts a chat: its id and key. A handshake may fail until the client has found a transport that works.
    async fn chat(&mut self) -> (String, String) {
        while self.meta("handshake").await["successful"] != true {}
        let started = self.ask(json!({"operation": "requestChat", "nickname": "Mia"})).await;
        assert_eq!(started["statusCode"], 0, "{started}");
        let text = |name: &str| started[name].as_str().unwrap().to_owned();
        (text("chatId"), text("secureKey"))
    }
}

#[tokio::test]
async fn it_holds_a_chat() {
    if is_skipped() {
        return;
    }
    for carrier in BOTH {
        let simulator = simulator().await;
        let mut mia = Reference::start(&simulator, carrier, &[]);
        let (chat, key) = mia.chat().await;
        mia.order(json!({"subscribe": true})).await;
        assert_eq!(mia.report("subscribed").await["subscribed"], true);
        let sam = simulator.join_agent(&chat, "Sam").unwrap();
        assert_eq!(lines(&mia.told().await), ["ParticipantJoined -"]);
        mia.order(json!({"operation": "sendMessage", "secureKey": key, "message": "hello"})).await;
        let (mut acked, mut seen) = (false, Vec::new());
        while !acked || seen.is_empty() {
            // Over HTTP the outcome comes before the acknowledgement, over a socket after it.
            let line = tokio::time::timeout(LIMIT, mia.reports.next_line()).await.unwrap().unwrap().unwrap();
            let report: Value = serde_json::from_str(&line).unwrap();
            acked |= report["ack"] == true;
            seen.extend(report.get("data").iter().flat_map(|data| lines(data)));
        }
        assert_eq!(seen, ["Message hello"]);
        for text in ["one", "two", "three"] {
            simulator.say(&chat, sam, text).unwrap();
        }
        simulator.end(&chat, sam).unwrap();
        let (mut seen, mut ended) = (Vec::new(), Value::Null);
        while ended["chatEnded"] != true {
            ended = mia.told().await;
            seen.extend(lines(&ended));
        }
        assert_eq!(seen, ["Message one", "Message two", "Message three", "ParticipantLeft -"], "{carrier}");
        mia.order(json!({"disconnect": true})).await;
        assert_eq!(mia.report("disconnected").await["disconnected"], true);
        let info = simulator.cometd();
        assert_eq!((info.handshakes, info.disconnects, info.clients.len()), (1, 1, 0));
        let paths: Vec<String> = simulator.log().into_iter().map(|entry| entry.path).collect();
        if carrier == Carrier::LongPolling {
            assert_eq!(paths[0], "/genesys/cometd/handshake", "it appends the type of message");
        }
    }
}

#[tokio::test]
async fn it_comes_back_after_trouble() {
    if is_skipped() {
        return;
    }
    for carrier in BOTH {
        let simulator = simulator().await;
        let mut mia = Reference::start(&simulator, carrier, &[]);
        let (chat, key) = mia.chat().await;
        let held = |simulator: &Simulator| (simulator.cometd().held_connects == 1).then_some(());
        // The connection breaks: it retries with the same client id.
        simulator.wait_for(held).await;
        if carrier == Carrier::WebSocket {
            simulator.cut_sockets(&Whom::chat(&chat), 0, None);
        } else {
            simulator.faults().push(Fault::drop_before().on(Operation::Connect));
            simulator.join_agent(&chat, "Tom").unwrap();
            assert_eq!(lines(&mia.told().await), ["ParticipantJoined -"]);
        }
        while mia.meta("connect").await["successful"] == true {}
        assert_eq!(mia.meta("connect").await["successful"], true, "{carrier}");
        assert_eq!(simulator.cometd().handshakes, 1);
        // The server forgets its clients: it shakes hands anew.
        simulator.wait_for(held).await;
        simulator.forget_clients(&Whom::all(), true);
        assert_eq!(mia.meta("handshake").await["successful"], true);
        let resumed = json!({"operation": "requestNotifications", "secureKey": key, "transcriptPosition": 1});
        assert_eq!(mia.ask(resumed.clone()).await["chatId"], chat.as_str());
        let sam = simulator.join_agent(&chat, "Sam").unwrap();
        assert_eq!(lines(&mia.told().await), ["ParticipantJoined -"]);
        // It is refused in Bayeux form, told to shake hands, and obeys. The fault is for the connect after this one.
        simulator.wait_for(held).await;
        simulator.faults().push(Fault::advice(Reconnect::Handshake, Duration::ZERO).on(Operation::Connect));
        if carrier == Carrier::WebSocket {
            simulator.cut_sockets(&Whom::all(), 0, None);
        } else {
            simulator.say(&chat, sam, "wakes the connect").unwrap();
        }
        assert_eq!(mia.meta("handshake").await["successful"], true);
        assert_eq!(mia.ask(resumed).await["statusCode"], 0);
        let info = simulator.cometd();
        assert_eq!((info.handshakes, info.most_handshakes_at_once), (3, 1), "{carrier}");
    }
}

#[tokio::test]
async fn with_acknowledgements_it_loses_nothing() {
    if is_skipped() {
        return;
    }
    for carrier in BOTH {
        let settings = CometdSettings { max_interval: LIMIT, ..CometdSettings::default() };
        let simulator = simulator_with(settings).await;
        let mut mia = Reference::start(&simulator, carrier, &["ack"]);
        let (chat, _) = mia.chat().await;
        assert!(simulator.cometd().clients[0].acknowledges);
        let sam = simulator.join_agent(&chat, "Sam").unwrap();
        simulator.faults().set_rates([(0.5, Fault::drop_before().on(Operation::Deliver))]);
        for number in 0..20 {
            simulator.say(&chat, sam, &number.to_string()).unwrap();
        }
        let mut seen: Vec<String> = Vec::new();
        while seen.last().is_none_or(|last| last != "Message 19") {
            for line in lines(&mia.told().await) {
                if !seen.contains(&line) {
                    seen.push(line);
                }
            }
        }
        let said: Vec<String> = (0..20).map(|number| format!("Message {number}")).collect();
        assert_eq!(seen[1..], said, "{carrier}");
        assert_eq!(simulator.cometd().handshakes, 1);
    }
}

#[tokio::test]
async fn it_falls_back_to_polling_when_sockets_are_refused() {
    if is_skipped() {
        return;
    }
    let settings = CometdSettings { upgrade_status: Some(403), ..CometdSettings::default() };
    let simulator = simulator_with(settings).await;
    let mut mia = Reference::start(&simulator, Carrier::WebSocket, &["fallback"]);
    let (chat, _) = mia.chat().await;
    simulator.join_agent(&chat, "Sam").unwrap();
    assert_eq!(lines(&mia.told().await), ["ParticipantJoined -"]);
    let info = simulator.cometd();
    assert_eq!((info.clients[0].carrier, info.most_open_sockets), (Carrier::LongPolling, 0));
    assert!(info.upgrades >= 1);
}
