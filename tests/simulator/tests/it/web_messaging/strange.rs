//! Frames that mean nothing among those that do.

use std::collections::BTreeSet;

use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use webchat_simulator::api::web_messaging::{Party, WebMessagingSettings};

use super::guest::{Guest, simulator};

#[tokio::test]
async fn between_frames_that_mean_something() {
    let simulator = simulator(WebMessagingSettings::default()).await;
    let mut guest = Guest::start(&simulator).await;
    simulator.change_web_messaging(|settings| settings.strange = true);
    let (mut classes, mut pings, mut binary, mut deepest) = (BTreeSet::new(), 0, 0, 0);
    for number in 0..8 {
        let tracing_id = guest.send(json!({"action": "getJwt"})).await;
        loop {
            let text = match guest.socket.next().await.unwrap().unwrap() {
                Message::Text(text) => text.as_str().to_owned(),
                other => {
                    pings += u32::from(other.is_ping());
                    binary += u32::from(other.is_binary());
                    continue;
                }
            };
            if text.contains(&tracing_id) {
                let answer: Value = serde_json::from_str(&text).unwrap();
                assert_eq!(answer["class"], "JwtResponse", "{number}: whole, though in fragments");
                break;
            }
            deepest = deepest.max(text.matches('[').count());
            classes.extend(
                text.split("\"class\":\"").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned),
            );
        }
    }
    let wanted = ["Hologram", "StructuredMessage", "UploadSuccessEvent"].map(str::to_owned);
    assert_eq!(classes, BTreeSet::from(wanted));
    assert_eq!((pings, binary, deepest), (17, 1, 10_000), "two pings in each answer, and one beside");
}

#[tokio::test]
async fn each_kind_of_wrong_frame_can_be_sent() {
    let simulator = simulator(WebMessagingSettings::default()).await;
    let (mut guest, chat) = Guest::chat(&simulator).await;
    let party = Party::chat(&chat);
    for (class, body) in [
        ("Hologram", json!({})),
        ("StructuredMessage", json!({"id": "1", "type": "Dance", "direction": "Sideways", "text": null})),
        (
            "StructuredMessage",
            json!({"id": 1, "type": [], "text": {"a": 1}, "channel": {"time": 5}, "content": "x"}),
        ),
        ("SessionResponse", json!({"connected": "yes", "expirationDate": "soon", "allowedMedia": []})),
        ("PresignedUrlResponse", json!({"attachmentId": "a", "url": null, "headers": "none"})),
        ("JwtResponse", json!({"jwt": 5, "exp": "never"})),
        ("TooManyRequestsErrorMessage", json!({"retryAfter": -1, "errorCode": "many"})),
        ("ConnectionClosedEvent", Value::Null),
    ] {
        assert_eq!(simulator.send_event(&party, class, &body), 1);
        let told = guest.next().await;
        assert_eq!((&told["class"], &told["body"]), (&json!(class), &body));
    }
    for text in [
        "",
        "{",
        "null",
        "[]",
        "7",
        "\"x\"",
        "{\"class\":7}",
        "{\"message\":\"Internal server error\"}",
        "\u{feff}{}",
    ] {
        assert_eq!(simulator.send_text(&party, text), 1);
        match guest.socket.next().await.unwrap().unwrap() {
            Message::Text(told) => assert_eq!(told.as_str(), text),
            other => panic!("{other:?}"),
        }
    }
    guest.say("nothing of it has changed the session").await;
}
