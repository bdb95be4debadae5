//! Each kind of fault, as a Bayeux client meets it.

use std::time::Duration;

use serde_json::{Value, json};
use webchat_simulator::{Carrier, Fault, FaultKind, Operation, Reconnect, Simulator};

use super::bayeux::{BOTH, Bayeux, lines, open, simulator};

async fn start(carrier: Carrier) -> (Simulator, Bayeux, String) {
    let simulator = simulator().await;
    let (mia, started) = Bayeux::chat(&simulator, carrier).await;
    (simulator, mia, started["chatId"].as_str().unwrap().to_owned())
}

fn say(text: &str) -> Value {
    json!({"operation": "sendMessage", "message": text})
}

fn texts(simulator: &Simulator, chat: &str) -> Vec<String> {
    simulator.transcript(chat).unwrap().into_iter().filter_map(|event| event.text).collect()
}

/// Sends a message whose answer never comes: the connection breaks.
async fn send_into_nothing(mia: &mut Bayeux, data: Value) {
    let text = json!([mia.publication(data)]).to_string();
    if mia.carrier == Carrier::LongPolling {
        mia.post("", text).await.unwrap_err();
    } else {
        mia.send_frame(text).await;
        assert_eq!(mia.frame().await, None);
        mia.reopen().await;
    }
}

#[tokio::test]
async fn a_publish_is_cut_before_or_after_its_effect() {
    for carrier in BOTH {
        let (simulator, mut mia, chat) = start(carrier).await;
        simulator.faults().push(Fault::drop_before().on(Operation::Send));
        simulator.faults().push(Fault::drop_after().on(Operation::Send));
        for (text, effect) in [("lost", false), ("kept", true)] {
            send_into_nothing(&mut mia, say(text)).await;
            let entry =
                simulator.log().into_iter().rfind(|entry| entry.operation == Some(Operation::Send)).unwrap();
            assert_eq!((entry.status, entry.effect, entry.fault.as_deref()), (None, effect, Some("drop")));
        }
        assert_eq!(texts(&simulator, &chat), ["kept"]);
        // The outcome is lost with the connection; who asks learns it.
        assert_eq!(lines(&mia.ask(say("next")).await), ["Message next"], "{carrier}");
        assert_eq!(lines(&mia.notifications(json!(2)).await), ["Message kept", "Message next"]);
    }
}

#[tokio::test]
async fn refusals_in_bayeux_form() {
    for carrier in BOTH {
        let (simulator, mut mia, chat) = start(carrier).await;
        simulator.faults().push(Fault::refuse(403).on(Operation::Send));
        let ack = mia.publish(say("lost")).await;
        assert_eq!(
            (&ack["successful"], &ack["error"], ack.get("advice")),
            (&json!(false), &json!("403::Forbidden"), None)
        );
        assert!(texts(&simulator, &chat).is_empty() && mia.inbox.is_empty());
        simulator.faults().push(Fault::refuse(403).on(Operation::Connect));
        assert_eq!(mia.connect().await["error"], "403::Forbidden");
        let interval = Some(Duration::from_millis(70));
        let kind = FaultKind::Refuse { code: 503, reconnect: Some(Reconnect::Retry), interval };
        simulator.faults().push(Fault::new(kind).on(Operation::Connect));
        assert_eq!(mia.connect().await["advice"], json!({"reconnect": "retry", "interval": 70}));

        simulator.faults().push(Fault::refuse(402).on(Operation::Connect));
        let reply = mia.connect().await;
        assert_eq!(
            (&reply["error"], &reply["advice"]["reconnect"]),
            (&json!("402::Unknown client"), &json!("handshake"))
        );
        assert!(simulator.cometd().clients.is_empty(), "it has been forgotten indeed");
        simulator.faults().push(Fault::refuse(403).on(Operation::Handshake));
        let reply = mia.handshake(json!({})).await;
        assert_eq!((&reply["successful"], reply.get("clientId")), (&json!(false), None));
        assert!(reply["supportedConnectionTypes"].is_array());
        mia.handshake(json!({})).await;
        simulator.faults().push(Fault::refuse(402).on(Operation::Send));
        assert_eq!(mia.publish(say("lost")).await["error"], "402::Unknown client");
        assert_eq!(mia.connect().await["error"], "402::Unknown client", "{carrier}");
    }
}

#[tokio::test]
async fn advice_of_all_kinds() {
    for carrier in BOTH {
        let (simulator, mut mia, _) = start(carrier).await;
        for (reconnect, successful) in
            [(Reconnect::Retry, true), (Reconnect::None, true), (Reconnect::Handshake, false)]
        {
            simulator
                .faults()
                .push(Fault::advice(reconnect, Duration::from_millis(50)).on(Operation::Connect));
            let reply = mia.connect().await;
            let advice = json!({"reconnect": reconnect, "interval": 50});
            assert_eq!((&reply["successful"], &reply["advice"]), (&json!(successful), &advice), "{carrier}");
        }
        simulator
            .faults()
            .push(Fault::advice(Reconnect::Retry, Duration::from_secs(1)).on(Operation::Handshake));
        let reply = mia.handshake(json!({})).await;
        assert_eq!((&reply["successful"], &reply["advice"]["interval"]), (&json!(true), &json!(1000)));
        assert!(!mia.id.is_empty());
    }
}

#[tokio::test]
async fn a_connect_hangs() {
    for carrier in BOTH {
        let (simulator, mut mia, chat) = start(carrier).await;
        simulator.faults().push(Fault::hang().on(Operation::Connect));
        let hanging = json!([mia.connect_message()]).to_string();
        let held = |simulator: &Simulator| {
            simulator.log().into_iter().rfind(|entry| entry.fault.as_deref() == Some("hang"))
        };
        if carrier == Carrier::LongPolling {
            tokio::select! {
                answer = mia.post("/connect", hanging) => panic!("{answer:?}"),
                entry = simulator.wait_for(held) => assert!(!entry.done),
            }
            simulator.wait_for(|simulator| held(simulator).filter(|entry| entry.done)).await;
        } else {
            mia.send_frame(hanging).await;
            assert!(!simulator.wait_for(held).await.done);
        }
        assert_eq!(simulator.cometd().held_connects, 0, "the server knows nothing of it");
        simulator.join_agent(&chat, "Sam").unwrap();
        assert_eq!(lines(&mia.told().await), ["ParticipantJoined -"], "{carrier}");
    }
}

#[tokio::test]
async fn http_errors_and_bodies_that_are_no_bayeux() {
    let (simulator, mut mia, chat) = start(Carrier::LongPolling).await;
    simulator.faults().push(Fault::status(503).on(Operation::Send));
    simulator.faults().push(Fault::non_json().on(Operation::Send));
    simulator.faults().push(Fault::wrong_body("[{]").on(Operation::Send).effect(true));
    simulator.faults().push(Fault::redirect("http://127.0.0.1:9/x").on(Operation::Send));
    for (status, text) in [(503, "a"), (200, "b"), (200, "c"), (307, "d")] {
        let body = json!([mia.publication(say(text))]).to_string();
        assert_eq!(mia.post("", body).await.unwrap(), (status, Vec::new()));
    }
    assert_eq!(texts(&simulator, &chat), ["c"]);
    simulator.faults().push(Fault::truncated_body());
    let body = json!([mia.publication(say("e"))]).to_string();
    mia.post("", body).await.unwrap_err();
    simulator.faults().push(Fault::set_cookie("ROUTE=.1").on(Operation::Send));
    mia.publish(say("f")).await;
    assert_eq!(mia.cookie.as_deref(), Some("ROUTE=.1"));
}

#[tokio::test]
async fn frames_that_are_no_bayeux() {
    let (simulator, mut mia, chat) = start(Carrier::WebSocket).await;
    simulator.faults().push(Fault::status(503).on(Operation::Send));
    simulator.faults().push(Fault::wrong_body("{\"no\": \"array\"}").on(Operation::Send));
    let text = json!([mia.publication(say("a"))]).to_string();
    mia.send_frame(text).await;
    let raw = futures_util::StreamExt::next(mia.socket.as_mut().unwrap()).await.unwrap().unwrap();
    assert_eq!(raw.into_text().unwrap().as_str(), "{\"no\": \"array\"}");
    assert!(texts(&simulator, &chat).is_empty());
    assert_eq!(simulator.faults().pending().len(), 1, "there is no HTTP status on a socket");
    simulator.faults().clear();
    simulator.faults().push(Fault::truncated_body().on(Operation::Send));
    let text = json!([mia.publication(say("b"))]).to_string();
    mia.send_frame(text).await;
    let half = futures_util::StreamExt::next(mia.socket.as_mut().unwrap()).await.unwrap().unwrap();
    assert!(serde_json::from_str::<Value>(&half.into_text().unwrap()).is_err());
    assert_eq!(mia.frame().await, None);
    mia.reopen().await;
    simulator.faults().push(Fault::huge_body(100_000).on(Operation::Send));
    assert_eq!(mia.publish(say("c")).await["padding"].as_str().unwrap().len(), 100_000);
}

#[tokio::test]
async fn outcomes_are_spoilt() {
    for carrier in BOTH {
        let (simulator, mut mia, chat) = start(carrier).await;
        simulator.faults().push(Fault::status_code_1(1));
        simulator.faults().push(Fault::status_code_2());
        for status in [1, 2, 0] {
            assert_eq!(mia.ask(say("x")).await["statusCode"], status);
        }
        assert_eq!(texts(&simulator, &chat), ["x"]);
        simulator.faults().push(Fault::status_code_1(1).effect(true));
        assert_eq!(mia.ask(say("y")).await["statusCode"], 1);
        assert_eq!(lines(&mia.told().await), ["Message y"], "it happened, so it is pushed");
        simulator.faults().push(Fault::duplicate_messages().on(Operation::Refresh));
        simulator.faults().push(Fault::reordered_messages().on(Operation::Refresh));
        let twice = mia.notifications(json!(3)).await;
        assert_eq!(lines(&twice), ["Message y", "Message y"]);
        assert_eq!(lines(&mia.notifications(json!(2)).await), ["Message y", "Message x"]);
        simulator.faults().push(Fault::new_secure_key());
        let renewed = mia.ask(json!({"operation": "startTyping"})).await;
        assert_ne!(renewed["secureKey"], mia.key.as_str());
        simulator.faults().push(Fault::new_alias());
        assert_ne!(mia.ask(json!({"operation": "stopTyping"})).await["alias"], renewed["alias"], "{carrier}");
    }
}

#[tokio::test]
async fn deliveries_get_lost_doubled_and_late() {
    for carrier in BOTH {
        let (simulator, mut mia, chat) = start(carrier).await;
        let sam = simulator.join_agent(&chat, "Sam").unwrap();
        mia.told().await;
        let deliver = |fault: Fault| simulator.faults().push(fault.on(Operation::Deliver));
        deliver(Fault::duplicate_messages());
        simulator.say(&chat, sam, "twice").unwrap();
        let both = (lines(&mia.told().await), lines(&mia.told().await));
        assert_eq!(both.0, both.1);
        deliver(Fault::hang());
        simulator.say(&chat, sam, "lost").unwrap();
        if carrier == Carrier::LongPolling {
            assert_eq!((mia.connect().await["successful"].clone(), mia.inbox.len()), (json!(true), 0));
        }
        simulator.wait_for(|simulator| simulator.faults().pending().is_empty().then_some(())).await;
        deliver(Fault::latency(Duration::from_millis(1)));
        simulator.say(&chat, sam, "late").unwrap();
        assert_eq!(lines(&mia.told().await), ["Message late"], "{carrier}");
        for (effect, text) in [(true, "last words"), (false, "unheard")] {
            deliver(Fault::drop_before().effect(effect));
            simulator.say(&chat, sam, text).unwrap();
            if carrier == Carrier::LongPolling {
                let connect = json!([mia.connect_message()]).to_string();
                mia.post("/connect", connect).await.unwrap_err();
                continue;
            }
            let frame = mia.frame().await;
            assert_eq!(frame.is_some(), effect, "{frame:?}");
            assert!(!effect || mia.frame().await.is_none());
            mia.reopen().await;
            // The server learns of the new socket by the first message over it.
            mia.ask(json!({"operation": "startTyping"})).await;
        }
        let missed = mia.notifications(json!(3)).await;
        let said: Vec<String> =
            lines(&missed).into_iter().filter(|line| line.starts_with("Message")).collect();
        assert_eq!(
            said,
            ["Message twice", "Message lost", "Message late", "Message last words", "Message unheard"]
        );
    }
}

#[tokio::test]
async fn a_late_outcome_lets_others_pass() {
    let (simulator, mut mia, _) = start(Carrier::WebSocket).await;
    let late = Duration::from_secs(5);
    simulator.faults().push(Fault::slow_reply(late).on(Operation::Send));
    let slow = mia.publication(say("slow"));
    mia.send_frame(json!([slow]).to_string()).await;
    let typing = mia.publish(json!({"operation": "startTyping"})).await;
    assert_eq!(typing["successful"], true);
    assert_eq!(lines(&mia.told().await), ["TypingStarted -"]);
    tokio::time::pause();
    tokio::time::advance(late).await;
    tokio::time::resume();
    assert_eq!(lines(&mia.told().await), ["Message slow"]);
    assert_eq!(mia.reply(&slow["id"]).await["successful"], true);
}

#[tokio::test]
async fn faults_of_one_chat_and_at_rates() {
    let (simulator, mut mia, chat) = start(Carrier::LongPolling).await;
    let (mut sue, _) = Bayeux::chat(&simulator, Carrier::LongPolling).await;
    simulator.faults().push(Fault::refuse(403).in_chat(&chat));
    assert_eq!(sue.ask(say("x")).await["statusCode"], 0);
    assert_eq!(mia.publish(say("x")).await["error"], "403::Forbidden");
    simulator.faults().push(Fault::advice(Reconnect::Retry, Duration::ZERO).in_chat(&chat));
    let mut unheld = sue.connect_message();
    unheld["advice"] = json!({"timeout": 0});
    assert_eq!(sue.exchange(unheld).await.get("advice"), None, "a connect belongs to the chat of its client");
    assert!(mia.connect().await.get("advice").is_some());
    simulator.faults().set_rates([(1.0, Fault::refuse(403).on(Operation::Send))]);
    for _ in 0..3 {
        assert_eq!(mia.publish(say("x")).await["error"], "403::Forbidden");
    }
    let error = Fault::error_code("INVALID_SESSION").in_chat(&chat);
    let error = simulator.check_fault(&error).unwrap_err().to_string();
    assert!(error.contains("is one of CometD, which has no errorCode"), "{error}");
    let gms = Simulator::builder().apis([webchat_simulator::Api::GmsRest]).start().await.unwrap();
    let error = gms.check_fault(&Fault::refuse(402)).unwrap_err().to_string();
    assert!(error.contains("refuse is a fault of CometD, which is not served here"), "{error}");
    assert_eq!(gms.urls()["cometdUrl"], Value::Null);
}

#[tokio::test]
async fn opening_a_socket_fails_on_demand() {
    let simulator = simulator().await;
    let url = simulator.cometd_url();
    let upgrade = |fault: Fault| simulator.faults().push(fault.on(Operation::Upgrade));
    upgrade(Fault::status(502));
    upgrade(Fault::drop_before());
    upgrade(Fault::redirect("http://127.0.0.1:9/x"));
    upgrade(Fault::non_json());
    for part in ["502", "", "307", "200"] {
        let error = open(&url, None).await.unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
    open(&url, None).await.unwrap();
    assert_eq!((simulator.cometd().upgrades, simulator.cometd().most_open_sockets), (5, 1));
}

#[tokio::test]
async fn handshakes_under_way_are_counted() {
    let simulator = simulator().await;
    simulator.faults().push(Fault::slow_reply(Duration::from_hours(1)).on(Operation::Handshake).times(3));
    let mut storm: Vec<_> = Vec::new();
    for _ in 0..3 {
        let mut mia = Bayeux::new(&simulator, Carrier::LongPolling).await;
        storm.push(tokio::spawn(async move { mia.handshake(json!({})).await }));
    }
    simulator.wait_for(|simulator| (simulator.cometd().handshakes == 3).then_some(())).await;
    storm.iter().for_each(tokio::task::JoinHandle::abort);
    let log = simulator.wait_for_requests(3, |entry| entry.operation == Some(Operation::Handshake)).await;
    assert!(log.iter().all(|entry| entry.status.is_none()));
    Bayeux::start(&simulator, Carrier::LongPolling).await;
    let info = simulator.cometd();
    assert_eq!((info.handshakes, info.most_handshakes_at_once), (4, 3));
}
