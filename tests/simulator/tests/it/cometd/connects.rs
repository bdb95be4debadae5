//! `/meta/connect`: holding, advice, several clients, acknowledgements.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{advance, pause, resume};
use webchat_simulator::api::cometd::CometdSettings;
use webchat_simulator::{Carrier, Simulator};

use super::bayeux::{BOTH, Bayeux, lines, simulator, simulator_with};
use crate::customer::client_builder;

const SECOND: Duration = Duration::from_secs(1);

/// Lets a connect run into its time limit. The clock stands still while requests are under way.
async fn until_it_times_out(simulator: &Simulator, time: Duration) {
    simulator.wait_for(|simulator| (simulator.cometd().held_connects == 1).then_some(())).await;
    pause();
    advance(time).await;
    resume();
}

#[tokio::test]
async fn the_first_is_answered_at_once_and_the_next_held() {
    for carrier in BOTH {
        let simulator = simulator().await;
        let mut mia = Bayeux::new(&simulator, carrier).await;
        mia.handshake(json!({})).await;
        let first = mia.connect().await;
        let advice = json!({"reconnect": "retry", "interval": 0, "timeout": 30000});
        assert_eq!(
            (&first["successful"], &first["advice"], &first["clientId"]),
            (&json!(true), &advice, &json!(mia.id))
        );
        let waits = async { mia.connect().await };
        let (second, ()) = tokio::join!(waits, until_it_times_out(&simulator, 30 * SECOND));
        assert_eq!((&second["successful"], second.get("advice")), (&json!(true), None), "{carrier}");
        assert_eq!(simulator.cometd().held_connects, 0);
    }
}

#[tokio::test]
async fn clients_may_ask_for_another_time() {
    let simulator = simulator().await;
    let mut mia = Bayeux::start(&simulator, Carrier::LongPolling).await;
    let mut at_once = mia.connect_message();
    at_once["advice"] = json!({"timeout": 0});
    assert_eq!(mia.exchange(at_once).await["successful"], true);
    simulator.change_cometd(|settings| {
        settings.timeout = Duration::from_millis(20);
        settings.interval = Duration::from_millis(5);
    });
    let changed = mia.connect().await;
    assert_eq!(changed["advice"], json!({"reconnect": "retry", "interval": 5, "timeout": 20}));
    assert_eq!(mia.connect().await.get("advice"), None, "advice is given when it changes");
}

#[tokio::test]
async fn one_that_comes_with_others_is_not_held() {
    let simulator = simulator().await;
    let (mut mia, _) = Bayeux::chat(&simulator, Carrier::LongPolling).await;
    let publication = mia.publication(json!({"operation": "sendMessage", "message": "hi"}));
    let batch = json!([mia.connect_message(), publication]).to_string();
    let (status, messages) = mia.post("", batch).await.unwrap();
    assert_eq!((status, messages.len()), (200, 2), "the outcome waits for the next connect: {messages:?}");
    assert_eq!(lines(&mia.told().await), ["Message hi"]);
}

#[tokio::test]
async fn a_second_one_takes_the_place_of_the_first() {
    let simulator = simulator().await;
    let (mut mia, _) = Bayeux::chat(&simulator, Carrier::LongPolling).await;
    let chat = simulator.latest_chat_id().unwrap();
    let first = json!([mia.connect_message()]).to_string();
    let first = mia.http.post(&mia.url).header("cookie", mia.cookie.as_ref().unwrap()).body(first).send();
    let first = tokio::spawn(first);
    simulator.wait_for(|simulator| (simulator.cometd().held_connects == 1).then_some(())).await;
    let second = async { mia.told().await };
    let news = async {
        simulator.wait_for(|simulator| (simulator.cometd().connects == 3).then_some(())).await;
        let first = first.await.unwrap().unwrap();
        simulator.join_agent(&chat, "Sam").unwrap();
        first.status()
    };
    let (told, superseded) = tokio::join!(second, news);
    assert_eq!((superseded.as_u16(), lines(&told)), (500, vec!["ParticipantJoined -".to_owned()]));

    let mut sue = Bayeux::start(&simulator, Carrier::WebSocket).await;
    let (first, second) = (sue.connect_message(), sue.connect_message());
    sue.send_frame(json!([first]).to_string()).await;
    sue.send_frame(json!([second]).to_string()).await;
    simulator.wait_for(|simulator| (simulator.cometd().connects == 6).then_some(())).await;
    until_it_times_out(&simulator, 30 * SECOND).await;
    assert_eq!(sue.frame().await.unwrap()[0]["id"], second["id"]);
}

#[tokio::test]
async fn several_clients_of_one_browser() {
    let simulator = simulator().await;
    let mut mia = Bayeux::start(&simulator, Carrier::LongPolling).await;
    let mut tab = Bayeux::new(&simulator, Carrier::LongPolling).await;
    tab.cookie.clone_from(&mia.cookie);
    tab.handshake(json!({})).await;
    tab.connect().await;
    let crowd = async {
        simulator.wait_for(|simulator| (simulator.cometd().held_connects == 1).then_some(())).await;
        let told = tab.connect().await;
        let advice =
            json!({"reconnect": "retry", "interval": 2000, "timeout": 30000, "multiple-clients": true});
        assert_eq!((&told["successful"], &told["advice"]), (&json!(true), &advice));
        assert_eq!(tab.connect().await.get("advice"), None, "the advice has not changed");
        simulator.change_cometd(|settings| settings.multi_session_interval = Duration::ZERO);
        let refused = tab.connect().await;
        assert_eq!(
            (&refused["successful"], &refused["advice"]["reconnect"]),
            (&json!(false), &json!("none"))
        );
        tab.http = client_builder().http2_prior_knowledge().build().unwrap();
        simulator.change_cometd(|settings| settings.timeout = Duration::from_millis(1));
        let held = tab.connect().await;
        assert_eq!((&held["successful"], &held["advice"]["reconnect"]), (&json!(true), &json!("retry")));
    };
    tokio::select! {
        reply = mia.connect() => panic!("{reply}"),
        () = crowd => {}
    }
    let info = simulator.cometd();
    assert_eq!(info.clients[0].browser, info.clients[1].browser);
}

#[tokio::test]
async fn the_goodbye_of_one_client_ends_the_crowd() {
    let simulator = simulator().await;
    let mut mia = Bayeux::start(&simulator, Carrier::LongPolling).await;
    let mut tab = Bayeux::new(&simulator, Carrier::LongPolling).await;
    tab.cookie.clone_from(&mia.cookie);
    tab.handshake(json!({})).await;
    tab.connect().await;
    let goodbye = tab.message("/meta/disconnect", &json!({"clientId": mia.id}));
    let tab = async {
        simulator.wait_for(|simulator| (simulator.cometd().held_connects == 1).then_some(())).await;
        assert_eq!(tab.connect().await["advice"]["multiple-clients"], true);
        assert_eq!(tab.exchange(goodbye).await["successful"], true);
        simulator.change_cometd(|settings| settings.timeout = Duration::from_millis(1));
        tab.connect().await
    };
    let (abandoned, held) = tokio::join!(mia.connect(), tab);
    assert_eq!((&abandoned["successful"], &abandoned["advice"]["reconnect"]), (&json!(true), &json!("none")));
    assert_eq!((&held["successful"], held["advice"].get("multiple-clients")), (&json!(true), None));
}

#[tokio::test]
async fn acknowledged_messages_are_never_lost() {
    for carrier in BOTH {
        let simulator = simulator().await;
        let mut mia = Bayeux::new(&simulator, carrier).await;
        let reply = mia.handshake(json!({"ext": {"ack": true}})).await;
        assert_eq!(reply["ext"], json!({"ack": true}));
        mia.ack = Some(0);
        assert_eq!(mia.connect().await["ext"], json!({"ack": 1}));
        mia.ack = Some(1);
        let ack = mia.publish(json!({"operation": "requestChat", "nickname": "Mia"})).await;
        assert_eq!((&ack["successful"], mia.inbox.len()), (&json!(true), 0), "it comes by connect alone");
        let first = mia.connect().await;
        assert_eq!((&first["ext"], mia.inbox.len()), (&json!({"ack": 2}), 1));
        let again = mia.connect().await;
        assert_eq!(
            (&again["ext"], mia.inbox.len()),
            (&json!({"ack": 3}), 2),
            "not acknowledged, so sent again"
        );
        assert_eq!(mia.inbox[0], mia.inbox[1]);
        mia.ack = Some(3);
        let waits = async { mia.connect().await };
        let (held, ()) = tokio::join!(waits, until_it_times_out(&simulator, 30 * SECOND));
        assert_eq!((&held["ext"], mia.inbox.len()), (&json!({"ack": 4}), 2), "{carrier}");
        let client = simulator.cometd().clients.remove(0);
        assert_eq!((client.acknowledges, client.waiting, client.delivered), (true, 0, 2));
    }
    let simulator = simulator_with(CometdSettings { acks: false, ..CometdSettings::default() }).await;
    let mut mia = Bayeux::new(&simulator, Carrier::LongPolling).await;
    assert_eq!(mia.handshake(json!({"ext": {"ack": true}})).await.get("ext"), None::<&Value>);
}

#[tokio::test]
async fn connection_types() {
    let settings =
        CometdSettings { connection_types: vec![Carrier::LongPolling], ..CometdSettings::default() };
    let simulator = simulator_with(settings).await;
    let mut mia = Bayeux::new(&simulator, Carrier::LongPolling).await;
    let reply = mia.handshake(json!({})).await;
    assert_eq!(reply["supportedConnectionTypes"], json!(["long-polling"]));
    for connection_type in ["websocket", "iframe"] {
        let mut message = mia.connect_message();
        message["connectionType"] = connection_type.into();
        let error = format!("400:{connection_type}:Unsupported connection type");
        assert_eq!(mia.exchange(message).await["error"], error);
    }
    let error = super::bayeux::open(&mia.url, None).await.unwrap_err().to_string();
    assert!(error.contains("404"), "{error}");
}
