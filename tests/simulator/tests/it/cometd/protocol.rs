//! The Bayeux layer but for connects: handshake, subscribe, publish, disconnect, bodies, paths, errors.

use std::time::Duration;

use serde_json::{Value, json};
use webchat_simulator::api::cometd::{CometdSettings, CookieCheck, Notification};
use webchat_simulator::{Carrier, Operation, Simulator};

use super::bayeux::{BOTH, Bayeux, open, simulator, simulator_with};
use crate::customer::client;

#[tokio::test]
async fn a_handshake_introduces_both_sides() {
    for carrier in BOTH {
        let simulator = simulator().await;
        let mut mia = Bayeux::new(&simulator, carrier).await;
        let reply = mia.handshake(json!({})).await;
        let id = reply["clientId"].as_str().unwrap();
        assert!(id.len() > 20, "{id}");
        let advice = json!({"reconnect": "retry", "interval": 0, "timeout": 30000});
        let wanted = json!({
            "channel": "/meta/handshake", "id": "1", "successful": true, "clientId": id, "version": "1.0",
            "minimumVersion": "1.0", "supportedConnectionTypes": ["websocket", "long-polling"], "advice": advice,
        });
        assert_eq!(reply, wanted);
        let cookie = mia.cookie.clone().unwrap();
        assert_eq!(cookie, format!("BAYEUX_BROWSER={}", simulator.cometd().clients[0].browser));
        mia.handshake(json!({})).await;
        assert_eq!(mia.cookie, Some(cookie), "one that is known is not set again");
        let info = simulator.cometd();
        assert_eq!((info.handshakes, info.clients.len(), info.most_handshakes_at_once), (2, 2, 1));
    }
}

#[tokio::test]
async fn handshakes_that_cannot_be() {
    let simulator = simulator().await;
    let mut mia = Bayeux::new(&simulator, Carrier::LongPolling).await;
    for (more, error) in [
        (json!({"version": "2.0"}), "400::Unsupported version"),
        (json!({"version": null}), "400::Unsupported version"),
        (json!({"minimumVersion": "2"}), "400::Unsupported version"),
        (json!({"supportedConnectionTypes": ["iframe"]}), "400::No supported connection type"),
        (json!({"supportedConnectionTypes": null}), "400::No supported connection type"),
    ] {
        let reply = mia.handshake(more).await;
        assert_eq!((&reply["successful"], &reply["error"]), (&json!(false), &json!(error)));
        assert_eq!(reply["advice"]["reconnect"], "none");
        assert_eq!(reply["supportedConnectionTypes"], json!(["websocket", "long-polling"]));
    }
    assert!(simulator.cometd().clients.is_empty());
}

#[tokio::test]
async fn subscribing_is_possible_and_makes_no_difference() {
    for carrier in BOTH {
        let simulator = simulator().await;
        let mut mia = Bayeux::start(&simulator, carrier).await;
        let channel = mia.channel.clone();
        let ask = |mia: &mut Bayeux, kind: &str, subscription: Value| {
            mia.message(&format!("/meta/{kind}"), &json!({ "subscription": subscription }))
        };
        for subscription in [json!(channel), json!([channel, "/service/chatV2/other"])] {
            let message = ask(&mut mia, "subscribe", subscription.clone());
            let reply = mia.exchange(message).await;
            let both = (&reply["successful"], &reply["subscription"], &reply["clientId"]);
            assert_eq!(both, (&json!(true), &subscription, &json!(mia.id)));
        }
        assert_eq!(simulator.cometd().clients[0].subscriptions, [channel.as_str(), "/service/chatV2/other"]);
        let message = ask(&mut mia, "unsubscribe", json!(channel));
        assert_eq!(mia.exchange(message).await["successful"], true);
        assert_eq!(simulator.cometd().clients[0].subscriptions, ["/service/chatV2/other"]);
        for (subscription, error) in [
            (json!("/meta/connect"), format!("403:{},/meta/connect:Subscription denied", mia.id)),
            (json!("/chat/rooms"), "404:/chat/rooms:Unknown channel".to_owned()),
            (json!(null), "400::No subscription".to_owned()),
        ] {
            let message = ask(&mut mia, "subscribe", subscription);
            let reply = mia.exchange(message).await;
            assert_eq!((&reply["successful"], &reply["error"]), (&json!(false), &json!(error)));
        }
        assert_eq!(mia.request_chat(json!({})).await["statusCode"], 0);
        assert_eq!(simulator.cometd().subscribes, 6);
    }
}

#[tokio::test]
async fn publishes_that_are_not_taken() {
    for carrier in BOTH {
        let simulator = Simulator::builder().service("sales").start().await.unwrap();
        let mut mia = Bayeux::start(&simulator, carrier).await;
        let own = mia.channel.clone();
        assert_eq!(own, "/service/chatV2/sales");
        for (channel, data, error) in [
            (
                "/service/chatV2/support",
                json!({"operation": "requestChat"}),
                "404:/service/chatV2/support:Unknown channel",
            ),
            ("/service/other", json!({"operation": "requestChat"}), "404:/service/other:Unknown channel"),
            ("/meta/dance", json!({}), "404:/meta/dance:Unknown channel"),
            (&own, json!({}), "400:/service/chatV2/sales:No operation in data"),
            (&own, json!("hello"), "400:/service/chatV2/sales:No operation in data"),
        ] {
            let message = mia.message(channel, &json!({ "data": data }));
            let reply = mia.exchange(message).await;
            assert_eq!((&reply["successful"], &reply["error"]), (&json!(false), &json!(error)), "{channel}");
        }
        assert!(mia.inbox.is_empty() && simulator.chats().is_empty());
    }
}

#[tokio::test]
async fn clients_nobody_knows() {
    for carrier in BOTH {
        let simulator = simulator().await;
        let mut mia = Bayeux::start(&simulator, carrier).await;
        for (id, error) in [("nobody", "402::Unknown client"), ("", "401::No client ID")] {
            id.clone_into(&mut mia.id);
            let reply = mia.connect().await;
            assert_eq!((&reply["successful"], &reply["error"]), (&json!(false), &json!(error)));
            assert_eq!(reply["advice"], json!({"reconnect": "handshake", "interval": 0}));
            for channel in ["/meta/subscribe", "/meta/unsubscribe", "/meta/disconnect", "/service/chatV2/x"] {
                let message = mia.message(channel, &json!({"data": {"operation": "requestChat"}}));
                let reply = mia.exchange(message).await;
                assert_eq!((&reply["error"], reply.get("advice")), (&json!(error), None), "{channel}");
            }
        }
    }
}

#[tokio::test]
async fn the_cookie_belongs_to_the_client() {
    for (check, wanted) in [(CookieCheck::Polling, false), (CookieCheck::Never, true)] {
        let settings =
            CometdSettings { check_cookie: check, timeout: Duration::ZERO, ..CometdSettings::default() };
        let simulator = simulator_with(settings).await;
        let mut mia = Bayeux::start(&simulator, Carrier::LongPolling).await;
        for cookie in [None, Some("BAYEUX_BROWSER=other".to_owned())] {
            mia.cookie = cookie;
            assert_eq!(mia.connect().await["successful"], wanted);
        }
    }
    for (check, wanted) in [(CookieCheck::Polling, true), (CookieCheck::Always, false)] {
        let settings = CometdSettings { check_cookie: check, ..CometdSettings::default() };
        let simulator = simulator_with(settings).await;
        let mut mia = Bayeux::start(&simulator, Carrier::WebSocket).await;
        let (socket, other) = open(&mia.url, None).await.unwrap();
        assert!(other.is_some() && other != mia.cookie);
        mia.socket = Some(socket);
        let message = mia.message("/meta/subscribe", &json!({"subscription": mia.channel.clone()}));
        assert_eq!(mia.exchange(message).await["successful"], wanted);
        mia.socket = Some(open(&mia.url, mia.cookie.as_deref()).await.unwrap().0);
        let message = mia.message("/meta/subscribe", &json!({"subscription": mia.channel.clone()}));
        assert_eq!(mia.exchange(message).await["successful"], true);
    }
}

#[tokio::test]
async fn paths_bodies_and_methods() {
    let simulator = simulator().await;
    let mut mia = Bayeux::start(&simulator, Carrier::LongPolling).await;
    let subscribe = |mia: &mut Bayeux| {
        let subscription = json!({"subscription": mia.channel.clone()});
        mia.message("/meta/subscribe", &subscription)
    };
    for path in [
        "",
        "/",
        "/handshake",
        "/connect/",
        "/disconnect",
        "/subscribe",
        "/unsubscribe/",
        "/publish",
        "/publish/",
    ] {
        let single = subscribe(&mut mia).to_string();
        let (status, replies) = mia.post(path, single).await.unwrap();
        assert_eq!((status, &replies[0]["successful"]), (200, &json!(true)), "{path}");
    }
    let batch = json!([subscribe(&mut mia), subscribe(&mut mia)]);
    let (_, replies) = mia.post("", batch.to_string()).await.unwrap();
    assert_eq!([&replies[0]["id"], &replies[1]["id"]], [&batch[0]["id"], &batch[1]["id"]]);

    let cookie = mia.cookie.clone().unwrap();
    let form =
        [("message", subscribe(&mut mia).to_string()), ("message", json!([subscribe(&mut mia)]).to_string())];
    let posted = mia.http.post(&mia.url).header("cookie", &cookie).form(&form).send().await.unwrap();
    assert_eq!(posted.headers()["content-type"], "application/json;charset=UTF-8");
    let replies: Vec<Value> = serde_json::from_slice(&posted.bytes().await.unwrap()).unwrap();
    assert!(replies.len() == 2 && replies.iter().all(|reply| reply["successful"] == true), "{replies:?}");

    for body in ["", "[", "[]", "7", "[7]"] {
        assert_eq!(mia.post("", body.to_owned()).await.unwrap().0, 400, "{body:?}");
    }
    assert_eq!(mia.post("/dance", "[]".to_owned()).await.unwrap().0, 404);
    let got = mia.http.get(&mia.url).send().await.unwrap();
    assert_eq!(
        (got.status().as_u16(), &got.headers()["allow"]),
        (405, &"GET, POST, OPTIONS".parse().unwrap())
    );
    let origin = mia.http.post(&mia.url).header("origin", "https://shop.example.com").body("[]");
    let allowed = origin.send().await.unwrap().headers()["access-control-allow-credentials"].clone();
    assert_eq!(allowed, "true");
}

#[tokio::test]
async fn disconnecting_ends_the_bayeux_session_and_not_the_chat() {
    for carrier in BOTH {
        let simulator = simulator().await;
        let (mut mia, started) = Bayeux::chat(&simulator, carrier).await;
        let message = mia.message("/meta/disconnect", &json!({}));
        let reply = mia.exchange(message).await;
        assert_eq!((&reply["successful"], &reply["clientId"]), (&json!(true), &json!(mia.id)));
        assert_eq!(mia.connect().await["error"], "402::Unknown client");
        let chat = simulator.chat(started["chatId"].as_str().unwrap()).unwrap();
        assert_eq!((chat.ended, chat.own.cometd.unwrap().clients.len()), (None, 0));
    }
}

#[tokio::test]
async fn the_notification_mode_is_off() {
    let simulator = simulator().await;
    let mut mia = Bayeux::start(&simulator, Carrier::LongPolling).await;
    simulator.change_cometd(|settings| settings.notification = Notification::Silent);
    let ack = mia.publish(json!({"operation": "requestChat", "nickname": "Mia"})).await;
    assert_eq!((&ack["successful"], mia.inbox.len(), simulator.chats().len()), (&json!(true), 0, 0));
    simulator.change_cometd(|settings| settings.notification = Notification::Refused);
    let reply = mia.handshake(json!({})).await;
    assert_eq!(
        (&reply["error"], &reply["advice"]["reconnect"]),
        (&json!("403::Handshake denied"), &json!("none"))
    );
    simulator.change_cometd(|settings| settings.notification = Notification::Absent);
    assert_eq!(mia.post("/handshake", "[]".to_owned()).await.unwrap().0, 404);
    assert!(open(&mia.url, None).await.is_err());
    let form = [("operation", "fileGetLimits")];
    assert_eq!(client().post(simulator.cometd_file_url()).form(&form).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn the_log_has_one_entry_for_each_message() {
    for carrier in BOTH {
        let simulator = simulator().await;
        let (mut mia, started) = Bayeux::chat(&simulator, carrier).await;
        mia.ask(json!({"operation": "sendMessage", "message": "hello", "userData": {"a": "b"}})).await;
        let entry = |operation| {
            let log = simulator.log();
            log.into_iter().find(|entry| entry.operation == Some(operation)).expect("it is in the log")
        };
        let handshake = entry(Operation::Handshake);
        assert_eq!((handshake.client_id.as_ref(), handshake.status), (Some(&mia.id), Some(200)));
        assert_eq!(handshake.field("channel"), Some("/meta/handshake"));
        let connect = entry(Operation::Connect);
        assert_eq!(connect.field("connectionType"), Some(carrier.to_string().as_str()));
        let send = entry(Operation::Send);
        let chat = started["chatId"].as_str();
        assert_eq!((send.chat_id.as_deref(), send.service.as_deref()), (chat, Some("customer-support")));
        assert_eq!((send.field("message"), send.field("userData[a]")), (Some("hello"), Some("b")));
        assert_eq!((send.field("channel"), send.effect, send.done), (Some(mia.channel.as_str()), true, true));
        let method = if carrier == Carrier::WebSocket { "WS" } else { "POST" };
        assert_eq!((send.method.as_str(), send.path.starts_with("/genesys/cometd")), (method, true));
        if carrier == Carrier::WebSocket {
            assert_eq!(entry(Operation::Upgrade).status, Some(101));
        }
    }
}
