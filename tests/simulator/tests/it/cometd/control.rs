//! `CometD` in the control API.

use reqwest::Method;
use serde_json::{Value, json};
use webchat_simulator::{Carrier, Operation, Simulator};

use super::bayeux::{BOTH, Bayeux, lines, simulator};
use crate::customer::{client, json as body};

async fn ask(simulator: &Simulator, method: Method, path: &str, members: Value) -> (u16, Value) {
    let request = client().request(method, format!("{}{path}", simulator.control_url()));
    let request = if members.is_null() { request } else { request.json(&members) };
    let response = request.send().await.unwrap();
    (response.status().as_u16(), body(response).await)
}

async fn post(simulator: &Simulator, path: &str, members: Value) -> Value {
    let (status, answer) = ask(simulator, Method::POST, path, members).await;
    assert_eq!(status, 200, "{path}: {answer}");
    answer
}

async fn get(simulator: &Simulator, path: &str) -> Value {
    ask(simulator, Method::GET, path, Value::Null).await.1
}

#[tokio::test]
async fn what_clients_do_is_counted() {
    let simulator = simulator().await;
    let (mut mia, started) = Bayeux::chat(&simulator, Carrier::WebSocket).await;
    Bayeux::chat(&simulator, Carrier::LongPolling).await;
    let message = mia.message("/meta/subscribe", &json!({"subscription": mia.channel.clone()}));
    mia.exchange(message).await;
    let info = get(&simulator, "/gms-cometd").await;
    for (name, count) in [
        ("handshakes", 2),
        ("mostHandshakesAtOnce", 1),
        ("connects", 2),
        ("subscribes", 1),
        ("publishes", 2),
        ("disconnects", 0),
        ("delivered", 2),
        ("requests", 3),
        ("upgrades", 1),
        ("openSockets", 1),
        ("mostOpenSockets", 1),
        ("heldConnects", 0),
        ("expired", 0),
    ] {
        assert_eq!(info[name], count, "{name}");
    }
    let clients = info["clients"].as_array().unwrap();
    let own = clients.iter().find(|client| client["id"] == mia.id.as_str()).unwrap();
    assert_eq!((&own["carrier"], &own["chats"]), (&json!("websocket"), &json!([started["chatId"]])));
    assert_eq!((&own["subscriptions"], &own["acknowledges"]), (&json!([mia.channel]), &json!(false)));
    assert_eq!((&own["connects"], &own["publishes"], &own["delivered"]), (&json!(1), &json!(1), &json!(1)));
    assert_eq!((&own["waiting"], &own["held"]), (&json!(0), &json!(false)));
    let chat = get(&simulator, &format!("/chats/{}", started["chatId"].as_str().unwrap())).await;
    assert_eq!(chat["api"], "gms-cometd");
    assert_eq!(chat["gms-cometd"], json!({"clients": [mia.id], "async": false, "backgroundPosition": null}));
    let urls = get(&simulator, "/urls").await;
    assert_eq!(urls["cometdUrl"], simulator.cometd_url());
    assert_eq!(urls["cometdChannel"], "/service/chatV2/customer-support");
    assert_eq!(urls["cometdFileUrl"], simulator.cometd_file_url());
}

#[tokio::test]
async fn an_agent_acts_and_the_link_breaks() {
    for carrier in BOTH {
        let simulator = simulator().await;
        let (mut mia, _) = Bayeux::chat(&simulator, carrier).await;
        post(&simulator, "/chats/latest/join", json!({"nickname": "Sam"})).await;
        assert_eq!(lines(&mia.told().await), ["ParticipantJoined -"]);
        post(&simulator, "/chats/latest/say", json!({"text": "hi"})).await;
        assert_eq!(lines(&mia.told().await), ["Message hi"]);
        let transcript = get(&simulator, "/chats/latest/transcript").await;
        assert_eq!(transcript[2]["text"], "hi");

        let cut =
            post(&simulator, "/gms-cometd/cut", json!({"chat": "latest", "after": 1, "code": 1001})).await;
        assert_eq!(cut, json!({"sockets": usize::from(carrier == Carrier::WebSocket)}));
        let gone =
            post(&simulator, "/gms-cometd/disconnect", json!({"client": mia.id, "reconnect": "none"})).await;
        assert_eq!(gone, json!({"clients": 1}));
        let forgotten = post(&simulator, "/gms-cometd/forget", json!({"cut": false})).await;
        assert_eq!(forgotten, json!({"clients": 0}));
        let fault = json!({"kind": "refuse", "code": 402, "operation": "connect", "intervalMs": 5});
        let stored = post(&simulator, "/faults", fault.clone()).await;
        assert_eq!(
            (&stored["queued"][0]["code"], &stored["queued"][0]["intervalMs"]),
            (&json!(402), &json!(5))
        );
    }
}

#[tokio::test]
async fn settings_change_while_it_runs() {
    let simulator = simulator().await;
    let settings =
        json!({"gms-cometd": {"timeoutMs": 20, "echo": "never", "connectionTypes": ["long-polling"]}});
    let (status, _) = ask(&simulator, Method::PATCH, "/settings", settings).await;
    assert_eq!(status, 200);
    let mut mia = Bayeux::new(&simulator, Carrier::LongPolling).await;
    let reply = mia.handshake(json!({})).await;
    assert_eq!(
        (&reply["advice"]["timeout"], &reply["supportedConnectionTypes"]),
        (&json!(20), &json!(["long-polling"]))
    );
    mia.connect().await;
    assert_eq!(mia.connect().await["successful"], true, "held for 20 ms");
    mia.request_chat(json!({})).await;
    let quiet = mia.ask(json!({"operation": "sendMessage", "message": "x"})).await;
    assert_eq!(lines(&quiet), Vec::<String>::new());
    let log = get(&simulator, "/log?operation=handshake").await;
    assert_eq!((&log[0]["clientId"], &log[0]["operation"]), (&json!(mia.id), &json!("handshake")));
    assert_eq!(simulator.log().iter().filter(|entry| entry.operation == Some(Operation::Connect)).count(), 2);
}

#[tokio::test]
async fn mistakes_are_named() {
    let simulator = simulator().await;
    for (method, path, members, part) in [
        (Method::POST, "/gms-cometd/cut", json!({"code": 17}), "from 1000 to 4999"),
        (Method::POST, "/gms-cometd/cut", json!({"chat": "latest"}), "no chat \"latest\""),
        (Method::POST, "/gms-cometd/disconnect", json!({"reconnect": "later"}), "later"),
        (Method::POST, "/gms-cometd/forget", json!({"all": true}), "all"),
        (Method::PATCH, "/settings", json!({"gms-cometd": {"timeout": 1}}), "timeout"),
        (Method::POST, "/faults", json!({"kind": "advice"}), "advice needs reconnect"),
    ] {
        let (status, answer) = ask(&simulator, method, path, members).await;
        let error = answer["error"].as_str().unwrap();
        assert!(status >= 400 && error.contains(part), "{path}: {status} {error}");
    }
    let routes = get(&simulator, "").await["routes"].to_string();
    assert!(routes.contains("/control/gms-cometd/forget"));
}
