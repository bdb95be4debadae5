//! The control API: what befalls sessions and connections, and the agent's side.

use futures_util::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use webchat_simulator::api::web_messaging::WebMessagingSettings;
use webchat_simulator::{Api, Simulator};

use super::guest::{Guest, simulator};
use crate::customer::{client, json as body_of};

async fn control(simulator: &Simulator, path: &str, body: Value) -> (u16, Value) {
    let method = if body.is_null() { Method::GET } else { Method::POST };
    let url = format!("{}{path}", simulator.control_url());
    let response = client().request(method, url).body(body.to_string()).send().await.unwrap();
    (response.status().as_u16(), body_of(response).await)
}

async fn start() -> (Simulator, Guest, String) {
    let simulator = simulator(WebMessagingSettings::default()).await;
    let (guest, chat) = Guest::chat(&simulator).await;
    (simulator, guest, chat)
}

#[tokio::test]
async fn an_agent_is_played() {
    let (simulator, mut guest, _) = start().await;
    let post = async |path: &str, body: Value| {
        let (status, answer) = control(&simulator, &format!("/chats/latest/{path}"), body).await;
        assert_eq!(status, 200, "{path}: {answer}");
    };
    post("join", json!({"nickname": "Kim"})).await;
    post("type", json!({})).await;
    assert_eq!(guest.next().await["body"]["events"][0]["eventType"], "Typing");
    post("say", json!({"text": "hello", "eventAttributes": {"content": [{"contentType": "Card", "card": {"title": "T"}}]}})).await;
    assert_eq!(guest.next().await["body"]["content"][0]["card"]["title"], "T");
    post("upload", json!({"name": "a.txt", "text": "A"})).await;
    assert_eq!(guest.next().await["body"]["content"][0]["attachment"]["filename"], "a.txt");
    post("event", json!({"type": "ListPicker", "eventAttributes": {"id": "1"}})).await;
    assert_eq!(guest.next().await["body"]["content"][0]["listPicker"]["id"], "1");
    let (_, info) = control(&simulator, "/chats/latest", Value::Null).await;
    assert_eq!((&info["api"], &info["web-messaging"]["token"]), (&json!("web-messaging"), &json!("token-1")));
    let (_, wire) = control(&simulator, "/chats/latest/transcript", Value::Null).await;
    assert_eq!(wire[0]["events"][0]["presence"]["type"], "Join", "{wire}");
    for (path, body) in [("push-url", json!({"url": "http://x"})), ("notice", json!({"text": "n"}))] {
        let (status, answer) = control(&simulator, &format!("/chats/latest/{path}"), body).await;
        assert!(
            status == 400 && answer["error"].as_str().unwrap().contains("is one of Web Messaging"),
            "{answer}"
        );
    }
    post("end", json!({})).await;
    assert_eq!(guest.next().await["body"]["events"][0]["presence"]["type"], "Disconnect");
    assert_eq!(guest.say("x").await["code"], 409);
}

#[tokio::test]
async fn frames_of_any_kind() {
    let (simulator, mut guest, chat) = start().await;
    let send = async |mut order: Value| {
        order["chat"] = chat.as_str().into();
        let (status, answer) = control(&simulator, "/web-messaging/send", order).await;
        assert_eq!((status, &answer["sockets"]), (200, &json!(1)), "{answer}");
    };
    send(json!({"class": "Hologram", "body": {"text": null}})).await;
    assert_eq!(guest.next().await["class"], "Hologram");
    send(json!({"frame": "{\"type\":"})).await;
    assert!(guest.next().await.is_string());
    send(json!({"frame": "[".repeat(10_000)})).await;
    assert_eq!(guest.next().await.as_str().unwrap().len(), 10_000);
    send(json!({"class": "Fragmented", "fragments": 5, "padding": 1000})).await;
    let mut pings = 0;
    loop {
        match guest.socket.next().await.unwrap().unwrap() {
            Message::Ping(_) => pings += 1,
            Message::Text(text) => {
                let frame: Value = serde_json::from_str(text.as_str()).unwrap();
                assert_eq!(
                    (&frame["class"], frame["padding"].as_str().unwrap().len()),
                    (&json!("Fragmented"), 1000)
                );
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(pings, 4);
    send(json!({"base64": "AAEC"})).await;
    assert_eq!(guest.socket.next().await.unwrap().unwrap(), Message::Binary(vec![0, 1, 2].into()));
    guest.socket.send_binary().await;
    guest.say("binary frames are ignored").await;
    let (status, answer) = control(&simulator, "/web-messaging/send", json!({})).await;
    assert!(status == 400 && answer["error"].as_str().unwrap().contains("one of frame"), "{answer}");
}

/// Sends bytes that nobody understands.
trait Binary {
    async fn send_binary(&mut self);
}

impl<T: futures_util::Sink<Message> + Unpin> Binary for T {
    async fn send_binary(&mut self) {
        use futures_util::SinkExt;
        assert!(self.send(Message::Binary(vec![1].into())).await.is_ok());
    }
}

#[tokio::test]
async fn connections_are_broken() {
    for (path, order, wanted) in [
        ("cut", json!({}), None),
        ("cut", json!({"code": 1012}), Some(1012)),
        ("cut", json!({"chat": "latest", "code": 4000}), Some(4000)),
    ] {
        let (simulator, mut guest, _) = start().await;
        let (status, answer) = control(&simulator, &format!("/web-messaging/{path}"), order).await;
        assert_eq!((status, &answer["sockets"]), (200, &json!(1)));
        assert_eq!(guest.receive().await, Err(wanted));
    }
    let (simulator, mut guest, _) = start().await;
    control(&simulator, "/web-messaging/cut", json!({"after": 2})).await;
    guest.say("one").await;
    guest.say("two").await;
    assert_eq!(guest.receive().await, Err(None));
    let (simulator, mut guest, _) = start().await;
    control(&simulator, "/web-messaging/close", json!({"reason": "signedIn"})).await;
    assert_eq!(guest.next().await["body"], json!({"reason": "signedIn", "reasonCode": "signedIn"}));
    assert_eq!(guest.receive().await, Err(Some(1000)));
    let (simulator, mut guest, _) = start().await;
    control(&simulator, "/web-messaging/freeze", json!({"ms": 3_600_000})).await;
    guest.send(json!({"action": "getJwt"})).await;
    assert_eq!(control(&simulator, "/web-messaging/cut", json!({})).await.1["sockets"], 1);
    assert_eq!(guest.receive().await, Err(None), "nothing was answered in between");
}

#[tokio::test]
async fn sessions_are_ended() {
    let (simulator, mut guest, _) = start().await;
    let (_, totals) = control(&simulator, "/web-messaging", Value::Null).await;
    assert_eq!((&totals["openSockets"], &totals["sessions"]), (&json!(1), &json!(1)));
    assert_eq!(
        control(&simulator, "/web-messaging/expire", json!({"token": "token-1"})).await.1["sessions"],
        1
    );
    assert_eq!(guest.next().await["class"], "SessionExpiredEvent");
    assert_eq!(control(&simulator, "/web-messaging/forget", json!({})).await.1["sessions"], 1);
    assert_eq!(guest.configure().await["code"], 4007);
    assert_eq!(control(&simulator, "/web-messaging/clear", json!({"chat": "none"})).await.1["sessions"], 0);
    let (status, answer) = control(&simulator, "/web-messaging/cut", json!({"code": 99})).await;
    assert!(status == 400 && answer["error"].as_str().unwrap().contains("close frame"), "{answer}");
}

#[tokio::test]
async fn alone_and_beside_the_others() {
    let alone = Simulator::builder().apis([Api::WebMessaging]).start().await.unwrap();
    let urls = alone.urls();
    assert!(urls["url"].as_str().unwrap().ends_with("/config.json") && urls["chatUrl"].is_null(), "{urls}");
    Guest::start(&alone).await;
    let beside = simulator(WebMessagingSettings::default()).await;
    let other = crate::customer::Customer::start(&beside.chat_url()).await;
    let (_guest, chat) = Guest::chat(&beside).await;
    assert_ne!(other.chat_id, chat);
    assert_eq!(beside.chats().len(), 2);
}
