//! What customers and agents say to each other.

use serde_json::{Value, json};
use webchat_simulator::api::web_messaging::WebMessagingSettings;
use webchat_simulator::{Act, ParticipantKind, Simulator, Upload};

use super::guest::{Guest, simulator};

async fn start() -> (Simulator, Guest, String) {
    let simulator = simulator(WebMessagingSettings::default()).await;
    let (guest, chat) = Guest::chat(&simulator).await;
    (simulator, guest, chat)
}

#[tokio::test]
async fn the_echo_is_the_acknowledgement() {
    let (simulator, mut guest, chat) = start().await;
    let echo = guest.say("hello").await;
    assert_eq!(
        (&echo["type"], &echo["class"], &echo["code"]),
        (&json!("message"), &json!("StructuredMessage"), &json!(200))
    );
    let body = &echo["body"];
    assert_eq!(
        (&body["type"], &body["direction"], &body["text"]),
        (&json!("Text"), &json!("Inbound"), &json!("hello"))
    );
    assert_eq!(body["id"].as_str().unwrap().len(), 32);
    assert_eq!(body["channel"]["messageId"].as_str().unwrap().len(), 36);
    assert!(body["channel"]["time"].as_str().unwrap().ends_with('Z'));
    let last = simulator.transcript(&chat).unwrap().pop().unwrap();
    assert_eq!((last.text.as_deref(), last.from.kind), (Some("hello"), ParticipantKind::Client));
}

#[tokio::test]
async fn nothing_is_routed_before_a_join_or_a_message() {
    let simulator = simulator(WebMessagingSettings::default()).await;
    let mut guest = Guest::start(&simulator).await;
    assert!(simulator.chats().is_empty());
    let attributes = json!({"metadata": {"customAttributes": {"firstname": "Mia", "order": "17"}}});
    guest.message(json!({"type": "Text", "text": "hi", "channel": attributes})).await;
    let chat = simulator.chats().remove(0);
    assert_eq!((chat.nickname.as_str(), chat.user_data["order"].as_str()), ("Mia", "17"));
    assert_eq!(super::guest::texts(&guest.page("").await), ["hi"], "no join is seen then");
    let beside = json!({"action": "onMessage", "channel": {"metadata": {"customAttributes": {"order": "18"}}},
        "message": {"type": "Text", "text": "again"}});
    guest.ask(beside).await;
    assert_eq!(simulator.chats()[0].user_data["order"], "18");
    assert_eq!(guest.join().await["body"]["type"], "Event", "who joins late is told so");
    assert_eq!(simulator.chats().len(), 1);
}

#[tokio::test]
async fn requests_of_any_legal_form() {
    let simulator = simulator(WebMessagingSettings::default()).await;
    let mut guest = Guest::connect(&simulator, "bare").await;
    let bare = r#"{"deploymentId":"any","token":"bare","action":"configureSession"}"#;
    guest.send_text(bare.to_owned()).await;
    let answer = guest.next().await;
    assert_eq!((&answer["body"]["connected"], answer.get("tracingId")), (&json!(true), None));
    let bare = r#"{"message":{"text":"untraced","type":"Text"},"time":"2026-01-01T00:00:00Z","token":"bare","action":"onMessage"}"#;
    guest.send_text(bare.to_owned()).await;
    let echo = guest.next().await;
    assert_eq!((&echo["body"]["text"], echo.get("tracingId")), (&json!("untraced"), None));
    // The forms in which clients answer a prompt.
    let response = json!({"text": "Yes", "payload": "yes", "type": "QuickReply"});
    let answer = json!([{"contentType": "ButtonResponse", "buttonResponse": response}]);
    let button = json!({"type": "Form", "text": "Yes", "payload": "yes"});
    let component = json!({"contentType": "ButtonResponse", "buttonResponse": button});
    let filled = json!({"originatingMessageId": "p", "cannedResponseId": "c", "response": [{"id": "1", "component": component}]});
    let form = json!([{"contentType": "Form", "form": filled}]);
    for message in [
        json!({"type": "Structured", "text": "Yes", "content": form, "metadata": {"parentMessageId": "p"}}),
        json!({"type": "Structured", "text": "Yes", "content": answer}),
        json!({"type": "Text", "text": "", "content": answer, "metadata": {"id": "m-1"}}),
        json!({"type": "Structured", "content": answer, "metadata": {"parentMessageId": "p"}}),
    ] {
        guest.token = "bare".to_owned();
        let echo = guest.message(message.clone()).await;
        assert_eq!(echo["body"]["content"], message["content"], "{message}");
        assert_eq!(echo["body"]["type"], message["type"]);
        let chat = simulator.latest_chat_id().unwrap();
        assert_eq!(simulator.transcript(&chat).unwrap().pop().unwrap().text.as_deref(), Some("Yes"));
    }
}

#[tokio::test]
async fn what_is_refused() {
    let (_simulator, mut guest, _) = start().await;
    for (message, code) in [
        (json!({"type": "Text", "text": "é".repeat(2049)}), 4011),
        (json!({"type": "Text", "text": ""}), 400),
        (json!({"type": "Song", "text": "x"}), 400),
        (json!({"type": "Event", "events": []}), 400),
        (
            json!({"type": "Text", "text": "x", "channel": {"metadata": {"customAttributes": {"k": "v".repeat(2048)}}}}),
            4013,
        ),
        (json!({"content": [{"contentType": "Attachment", "attachment": {"id": "none"}}]}), 4009),
        (json!({"type": "Text", "content": [{"attachment": {}}]}), 400),
    ] {
        let refused = guest.message(message.clone()).await;
        assert_eq!((&refused["class"], &refused["code"]), (&json!("string"), &json!(code)), "{message}");
        assert!(refused["body"].is_string());
    }
    assert_eq!(guest.ask(json!({"action": "onMessage"})).await["code"], 4020);
    assert_eq!(guest.say(&"é".repeat(2048)).await["code"], 200, "the limit itself is taken");
    for text in ["{", "[]", r#"{"action":"dance","token":"token-1"}"#, r#"{"token":"token-1"}"#] {
        guest.send_text(text.to_owned()).await;
        let told = guest.next().await;
        assert_eq!((told.get("class"), &told["message"]), (None, &json!("Forbidden")), "{text}");
    }
}

#[tokio::test]
async fn what_agents_and_bots_say() {
    let (simulator, mut guest, chat) = start().await;
    let bot = simulator.join(&chat, "Robo", ParticipantKind::Bot).unwrap();
    simulator.say(&chat, bot, "beep").unwrap();
    let told = guest.next().await;
    assert_eq!(
        (&told["body"]["originatingEntity"], &told["body"]["channel"]["from"]),
        (&json!("Bot"), &json!({}))
    );
    assert!(told["body"]["channel"].get("messageId").is_none() && told.get("tracingId").is_none());
    let sam = simulator.transfer(&chat, bot, "Sam", ParticipantKind::Agent).unwrap();
    simulator.type_start(&chat, sam).unwrap();
    simulator.type_stop(&chat, sam).unwrap();
    simulator.say(&chat, sam, "hello").unwrap();
    let typing = guest.next().await;
    assert_eq!(
        typing["body"]["events"][0],
        json!({"eventType": "Typing", "typing": {"type": "On", "duration": 5000}})
    );
    let told = guest.next().await;
    assert_eq!(
        (&told["body"]["originatingEntity"], &told["body"]["text"]),
        (&json!("Human"), &json!("hello"))
    );
    assert_eq!(told["body"]["channel"]["from"]["nickname"], "Sam");
    simulator.change_web_messaging(|settings| settings.deployment.humanize = false);
    simulator.say(&chat, sam, "who am I").unwrap();
    assert_eq!(guest.next().await["body"]["channel"]["from"], json!({}));
    let rich = json!({"structured-content": {"genesys-chat": {"content": {"contentType": "quick-replies", "content": [{"text": "Yes"}]}}}});
    let act = Act::Say { text: "Sure?".to_owned(), message_type: None, event_attributes: Some(rich) };
    simulator.act(&chat, sam, act).unwrap();
    let told = guest.next().await;
    assert_eq!(
        (&told["body"]["type"], &told["body"]["content"][0]["quickReply"]["text"]),
        (&json!("Structured"), &json!("Yes"))
    );
    let custom = |kind: &str, attributes: Value| Act::Custom {
        kind: kind.to_owned(),
        text: Some("a text".to_owned()),
        event_attributes: Some(attributes),
    };
    simulator.act(&chat, sam, custom("Hologram", json!({"beams": 3}))).unwrap();
    let told = guest.next().await;
    assert_eq!(told["body"]["content"], json!([{"contentType": "Hologram", "hologram": {"beams": 3}}]));
    simulator.act(&chat, sam, custom("CoBrowse", json!({"type": "Offering"}))).unwrap();
    assert_eq!(guest.next().await["body"]["events"][0]["coBrowse"]["type"], "Offering");
    let long = simulator.say(&chat, sam, &"x".repeat(4001)).unwrap_err().to_string();
    assert!(long.contains("4000"), "{long}");
    let wire = simulator.wire_transcript(&chat).unwrap();
    assert!(
        wire.iter().any(|entry| entry["text"] == "hello" && entry["direction"] == "Outbound"),
        "{wire:?}"
    );
}

#[tokio::test]
async fn files_of_agents() {
    let (simulator, mut guest, chat) = start().await;
    let sam = simulator.join_agent(&chat, "Sam").unwrap();
    let id = simulator.upload(&chat, sam, Upload::new("a b.png", "PNG")).unwrap();
    let told = guest.next().await;
    let file = &told["body"]["content"][0]["attachment"];
    assert_eq!(
        (&file["id"], &file["mediaType"], &file["fileSize"]),
        (&json!(id), &json!("Image"), &json!(3))
    );
    let got = crate::customer::client().get(file["url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!((got.status().as_u16(), got.bytes().await.unwrap().as_ref()), (200, b"PNG".as_ref()));
    let fresh = guest.ask(json!({"action": "getAttachment", "attachmentId": id})).await;
    assert_eq!((&fresh["class"], &fresh["body"]["headers"]), (&json!("PresignedUrlResponse"), &json!({})));
}
