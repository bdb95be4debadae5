//! Connections, clients and the server go away; chats stay.

use serde_json::json;
use webchat_simulator::api::cometd::{CometdSettings, Whom};
use webchat_simulator::{Carrier, KeepMemory, Operation, Reconnect, Simulator};

use super::bayeux::{BOTH, Bayeux, lines, open, simulator, simulator_with};

/// Connects in a task of its own; the answer's status and messages, or nothing when the connection broke.
fn connect_aside(mia: &mut Bayeux) -> tokio::task::JoinHandle<Option<(u16, serde_json::Value)>> {
    let body = json!([mia.connect_message()]).to_string();
    let request = mia.http.post(&mia.url).header("cookie", mia.cookie.as_ref().unwrap()).body(body);
    tokio::spawn(async move {
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        Some((status, serde_json::from_slice(&response.bytes().await.ok()?).unwrap_or_default()))
    })
}

async fn held(simulator: &Simulator) {
    simulator.wait_for(|simulator| (simulator.cometd().held_connects == 1).then_some(())).await;
}

#[tokio::test]
async fn sockets_are_cut_now_or_later() {
    let simulator = simulator().await;
    let (mut mia, _) = Bayeux::chat(&simulator, Carrier::WebSocket).await;
    let (mut sue, _) = Bayeux::chat(&simulator, Carrier::WebSocket).await;
    let chat = simulator.chats()[0].id.clone();
    assert_eq!(simulator.cut_sockets(&Whom::chat(&chat), 0, None), 1);
    assert_eq!(mia.frame().await, None);
    assert_eq!(simulator.cut_sockets(&Whom::client(&sue.id), 3, Some(1001)), 1);
    let sent = sue.ask(json!({"operation": "sendMessage", "message": "kept"})).await;
    assert_eq!(lines(&sent), ["Message kept"], "two messages went out, acknowledgement and outcome");
    sue.publish(json!({"operation": "startTyping"})).await;
    assert_eq!(sue.frame().await, None, "the third was the last one");
    simulator.wait_for(|simulator| (simulator.cometd().open_sockets == 0).then_some(())).await;
    assert_eq!(simulator.cometd().clients.len(), 2, "the clients may come back");
    mia.reopen().await;
    assert_eq!(mia.ask(json!({"operation": "sendMessage", "message": "x"})).await["statusCode"], 0);
    assert_eq!(simulator.cut_sockets(&Whom::all(), 0, Some(1012)), 1);
    assert_eq!(mia.frame().await, None);
}

#[tokio::test]
async fn upgrades_are_refused() {
    let simulator =
        simulator_with(CometdSettings { upgrade_status: Some(403), ..CometdSettings::default() }).await;
    let error = open(&simulator.cometd_url(), None).await.unwrap_err().to_string();
    assert!(error.contains("403"), "{error}");
    let mut mia = Bayeux::new(&simulator, Carrier::LongPolling).await;
    let offered = mia.handshake(json!({})).await["supportedConnectionTypes"].clone();
    assert_eq!(offered, json!(["websocket", "long-polling"]), "it is a proxy that refuses");
    simulator.change_cometd(|settings| settings.upgrade_status = None);
    open(&simulator.cometd_url(), None).await.unwrap();
    let log = simulator.log();
    let upgrades: Vec<_> = log.iter().filter(|entry| entry.operation == Some(Operation::Upgrade)).collect();
    assert_eq!((upgrades[0].status, upgrades[1].status), (Some(403), Some(101)));
    assert_eq!(simulator.cometd().upgrades, 2);
}

#[tokio::test]
async fn the_server_says_goodbye() {
    for reconnect in [None, Some(Reconnect::None), Some(Reconnect::Handshake)] {
        let simulator = simulator().await;
        let (mut mia, started) = Bayeux::chat(&simulator, Carrier::LongPolling).await;
        let connect = connect_aside(&mut mia);
        held(&simulator).await;
        assert_eq!(simulator.disconnect_clients(&Whom::all(), reconnect), 1);
        let (status, messages) = connect.await.unwrap().unwrap();
        assert_eq!((status, &messages[0]["channel"]), (200, &json!("/meta/disconnect")));
        assert_eq!(
            (&messages[1]["channel"], &messages[1]["successful"]),
            (&json!("/meta/connect"), &json!(true))
        );
        let advice = messages[1].pointer("/advice/reconnect").cloned();
        assert_eq!(advice, reconnect.map(|reconnect| json!(reconnect)));
        assert_eq!(mia.connect().await["error"], "402::Unknown client");
        assert_eq!(simulator.chat(started["chatId"].as_str().unwrap()).unwrap().ended, None);
    }
    let simulator = simulator().await;
    let mut mia = Bayeux::start(&simulator, Carrier::WebSocket).await;
    simulator.disconnect_clients(&Whom::client(&mia.id), None);
    let said = mia.frame().await.unwrap();
    assert_eq!(said, [json!({"channel": "/meta/disconnect", "clientId": mia.id, "successful": true})]);
    assert_eq!(mia.connect().await["error"], "402::Unknown client", "the socket stays open");
}

#[tokio::test]
async fn the_server_forgets_its_clients_and_not_the_chats() {
    for cut in [false, true] {
        let simulator = simulator().await;
        let (mut mia, started) = Bayeux::chat(&simulator, Carrier::LongPolling).await;
        let connect = connect_aside(&mut mia);
        held(&simulator).await;
        assert_eq!(simulator.forget_clients(&Whom::all(), cut), 1);
        match (cut, connect.await.unwrap()) {
            (true, None) => {}
            (false, Some((200, messages))) => {
                assert_eq!(messages[0]["error"], "402::Unknown client");
                assert_eq!(messages[0]["advice"]["reconnect"], "handshake");
            }
            other => panic!("{other:?}"),
        }
        mia.handshake(json!({})).await;
        mia.connect().await;
        let again = mia.notifications(json!(1)).await;
        assert_eq!((&again["chatId"], lines(&again).len()), (&started["chatId"], 1));

        let (mut sue, _) = Bayeux::chat(&simulator, Carrier::WebSocket).await;
        simulator.forget_clients(&Whom::client(&sue.id), cut);
        if cut {
            assert_eq!(sue.frame().await, None);
        } else {
            assert_eq!(
                sue.publish(json!({"operation": "startTyping"})).await["error"],
                "402::Unknown client"
            );
        }
        assert_eq!(simulator.cometd().clients.len(), 1);
    }
}

#[tokio::test]
async fn the_whole_server_restarts() {
    for carrier in BOTH {
        let simulator = simulator().await;
        let (mut mia, started) = Bayeux::chat(&simulator, carrier).await;
        let connect = (carrier == Carrier::LongPolling).then(|| connect_aside(&mut mia));
        simulator.restart(KeepMemory::Yes).await.unwrap();
        if let Some(connect) = connect {
            assert_eq!(connect.await.unwrap(), None);
        } else {
            assert_eq!((mia.frame().await, simulator.cometd().open_sockets), (None, 0));
            mia.reopen().await;
        }
        simulator.join_agent(started["chatId"].as_str().unwrap(), "Sam").unwrap();
        mia.connect().await;
        assert_eq!(lines(&mia.told().await), ["ParticipantJoined -"], "{carrier}");
        simulator.restart(KeepMemory::No).await.unwrap();
        if carrier == Carrier::WebSocket {
            mia.reopen().await;
        }
        assert_eq!(mia.connect().await["error"], "402::Unknown client");
        mia.handshake(json!({})).await;
        mia.connect().await;
        let lost = mia.notifications(json!(1)).await;
        assert_eq!((&lost["statusCode"], &lost["chatEnded"]), (&json!(2), &json!(true)));
    }
}

#[tokio::test]
async fn shutdown_closes_sockets() {
    let simulator = simulator().await;
    let mut mia = Bayeux::start(&simulator, Carrier::WebSocket).await;
    simulator.shutdown().await;
    assert_eq!(mia.frame().await, None);
    let simulator = super::bayeux::simulator().await;
    let mut mia = Bayeux::start(&simulator, Carrier::WebSocket).await;
    drop(simulator);
    assert_eq!(mia.frame().await, None);
}

#[tokio::test]
async fn news_of_an_offline_chat_server_wait() {
    let simulator = simulator().await;
    let (mut mia, started) = Bayeux::chat(&simulator, Carrier::WebSocket).await;
    simulator.go_offline();
    simulator.join_agent(started["chatId"].as_str().unwrap(), "Sam").unwrap();
    assert_eq!(mia.ask(json!({"operation": "sendMessage", "message": "x"})).await["statusCode"], 1);
    assert_eq!((mia.inbox.len(), simulator.cometd().clients[0].waiting), (0, 0));
    simulator.go_online();
    assert_eq!(lines(&mia.told().await), ["ParticipantJoined -"]);
}
