//! What the references leave open and settings decide.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use webchat_simulator::api::cometd::{CometdSettings, Echo, Whom};
use webchat_simulator::{Carrier, Fault, KeepMemory, Operation, Reconnect, Settings, Simulator};

use super::bayeux::{BOTH, Bayeux, lines, simulator, simulator_with};

fn say(text: &str) -> Value {
    json!({"operation": "sendMessage", "message": text})
}

#[tokio::test]
async fn own_events_may_come_before_the_outcome() {
    for carrier in BOTH {
        let simulator =
            simulator_with(CometdSettings { echo: Echo::Ahead, ..CometdSettings::default() }).await;
        let (mut mia, _) = Bayeux::chat(&simulator, carrier).await;
        for (data, event) in [
            (say("x"), "Message x"),
            (json!({"operation": "startTyping"}), "TypingStarted -"),
            (json!({"operation": "pushUrl", "pushUrl": "http://x/"}), "PushUrl http://x/"),
        ] {
            assert_eq!(lines(&mia.ask(data).await), [event], "{carrier}");
            let outcome = mia.told().await;
            assert_eq!((lines(&outcome).len(), &outcome["statusCode"]), (0, &json!(0)), "{carrier}");
        }
        let left = mia.ask(json!({"operation": "disconnect"})).await;
        assert_eq!((lines(&left), &left["chatEnded"]), (vec!["ParticipantLeft -".to_owned()], &json!(true)));
        let outcome = mia.told().await;
        assert_eq!((lines(&outcome).len(), &outcome["chatEnded"]), (0, &json!(true)));
    }
}

#[tokio::test]
async fn own_events_come_before_the_outcome_on_a_slow_server() {
    let settings = Settings { slow: Duration::from_millis(5), ..Settings::default() };
    let cometd = CometdSettings { echo: Echo::Ahead, ..CometdSettings::default() };
    let simulator = Simulator::builder().settings(settings).cometd(cometd).start().await.unwrap();
    for carrier in BOTH {
        let (mut mia, _) = Bayeux::chat(&simulator, carrier).await;
        assert_eq!(lines(&mia.ask(say("x")).await), ["Message x"]);
        assert_eq!(lines(&mia.told().await).len(), 0);
    }
}

#[tokio::test]
async fn connects_may_be_answered_at_once() {
    for carrier in BOTH {
        let settings = CometdSettings { hold_connects: false, ..CometdSettings::default() };
        let simulator = simulator_with(settings).await;
        let (mut mia, _) = Bayeux::chat(&simulator, carrier).await;
        for _ in 0..3 {
            let reply = mia.connect().await;
            assert_eq!((&reply["successful"], reply.get("advice")), (&json!(true), None), "{carrier}");
        }
        assert!(mia.inbox.is_empty());
    }
}

#[tokio::test]
async fn advice_that_no_clock_can_hold() {
    for carrier in BOTH {
        let simulator = simulator().await;
        let (mut mia, _) = Bayeux::chat(&simulator, carrier).await;
        let words = "advice,reconnect=retry,intervalMs=1e300,operation=connect";
        simulator.faults().push(Fault::from_words(words).unwrap());
        assert_eq!(
            mia.connect().await["advice"],
            json!({"reconnect": "retry", "interval": 1e300}),
            "{carrier}"
        );
    }
}

#[tokio::test]
async fn frames_have_a_limit() {
    let simulator =
        simulator_with(CometdSettings { max_frame: Some(1000), ..CometdSettings::default() }).await;
    let (mut mia, started) = Bayeux::chat(&simulator, Carrier::WebSocket).await;
    assert_eq!(lines(&mia.ask(say("short")).await).len(), 1);
    let frame = json!([mia.publication(say(&"x".repeat(1000)))]).to_string();
    mia.send_frame(frame).await;
    match mia.socket.as_mut().unwrap().next().await {
        Some(Ok(Message::Close(Some(close)))) => assert_eq!(u16::from(close.code), 1009),
        other => panic!("{other:?}"),
    }
    mia.reopen().await;
    let chat = started["chatId"].as_str().unwrap();
    assert_eq!(simulator.transcript(chat).unwrap().len(), 2, "it was not carried out");
    assert_eq!(lines(&mia.ask(say("short again")).await).len(), 1);
}

#[tokio::test]
async fn posts_have_a_limit() {
    for status in [413, 400] {
        let settings =
            CometdSettings { max_post: Some(1000), too_large_status: status, ..CometdSettings::default() };
        let simulator = simulator_with(settings).await;
        let (mut mia, started) = Bayeux::chat(&simulator, Carrier::LongPolling).await;
        let body = json!([mia.publication(say(&"x".repeat(1000)))]).to_string();
        assert_eq!(mia.post("", body).await.unwrap().0, status);
        assert_eq!(simulator.transcript(started["chatId"].as_str().unwrap()).unwrap().len(), 1);
        assert_eq!(lines(&mia.ask(say("short")).await).len(), 1);
    }
}

#[tokio::test]
async fn clients_are_removed_without_a_word() {
    for carrier in BOTH {
        let simulator = simulator().await;
        let (mut mia, started) = Bayeux::chat(&simulator, carrier).await;
        let remove = async {
            simulator.wait_for(|simulator| (simulator.cometd().held_connects == 1).then_some(())).await;
            simulator.remove_clients(&Whom::all())
        };
        let (reply, removed) = tokio::join!(mia.connect(), remove);
        assert_eq!((removed, &reply["successful"]), (1, &json!(false)));
        assert_eq!(reply["advice"], json!({"reconnect": Reconnect::None, "interval": 0}));
        assert!(mia.inbox.is_empty() && mia.replies.is_empty(), "there is no /meta/disconnect");
        assert_eq!(mia.handshake(json!({})).await["successful"], true);
        mia.connect().await;
        let again = mia.notifications(json!(1)).await;
        assert_eq!((&again["chatId"], &again["chatEnded"]), (&started["chatId"], &json!(false)), "{carrier}");
    }
}

#[tokio::test]
async fn a_restart_may_keep_the_chats_alone() {
    for carrier in BOTH {
        let simulator = simulator().await;
        let (mut mia, started) = Bayeux::chat(&simulator, carrier).await;
        simulator.restart(KeepMemory::Chats).await.unwrap();
        assert!(simulator.cometd().clients.is_empty());
        if carrier == Carrier::WebSocket {
            mia.reopen().await;
        }
        assert_eq!(mia.connect().await["error"], "402::Unknown client");
        mia.handshake(json!({})).await;
        mia.connect().await;
        let again = mia.notifications(json!(1)).await;
        assert_eq!((&again["chatId"], lines(&again).len()), (&started["chatId"], 1), "{carrier}");
    }
}

#[tokio::test]
async fn a_publish_refused_for_its_rate_is_not_carried_out() {
    let simulator = simulator().await;
    let (mut mia, started) = Bayeux::chat(&simulator, Carrier::LongPolling).await;
    simulator.faults().push(Fault::too_many_requests(0).on(Operation::Send));
    let body = json!([mia.publication(say("x"))]).to_string();
    assert_eq!(mia.post("", body).await.unwrap().0, 429);
    assert_eq!(simulator.transcript(started["chatId"].as_str().unwrap()).unwrap().len(), 1);
}
