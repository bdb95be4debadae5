//! Faults on demand.

use serde_json::{Value, json};
use webchat_simulator::api::web_messaging::WebMessagingSettings;
use webchat_simulator::{Fault, Operation, Simulator};

use super::guest::{Guest, base, refused, simulator, texts};
use crate::customer::client;

async fn start() -> (Simulator, Guest) {
    let simulator = simulator(WebMessagingSettings::default()).await;
    let guest = Guest::start(&simulator).await;
    (simulator, guest)
}

fn requests() -> Vec<(Operation, Value)> {
    let event =
        |event: Value| json!({"action": "onMessage", "message": {"type": "Event", "events": [event]}});
    vec![
        (Operation::Resume, json!({"action": "configureSession", "deploymentId": "any"})),
        (Operation::Join, event(json!({"eventType": "Presence", "presence": {"type": "Join"}}))),
        (Operation::Send, json!({"action": "onMessage", "message": {"type": "Text", "text": "x"}})),
        (Operation::StartTyping, event(json!({"eventType": "Typing", "typing": {"type": "On"}}))),
        (
            Operation::Presign,
            json!({"action": "onAttachment", "fileName": "a.b", "fileType": "a/b", "fileSize": 1}),
        ),
        (Operation::FileAddress, json!({"action": "getAttachment", "attachmentId": "a"})),
        (Operation::FileDelete, json!({"action": "deleteAttachment", "attachmentId": "a"})),
        (Operation::Token, json!({"action": "getJwt"})),
        (Operation::Echo, json!({"action": "echo", "message": {"type": "Text", "text": "ping"}})),
        (Operation::DisconnectClient, json!({"action": "closeSession"})),
        (Operation::Configuration, json!({"action": "getConfiguration", "deploymentId": "any"})),
        (Operation::Disconnect, event(json!({"eventType": "Presence", "presence": {"type": "Clear"}}))),
    ]
}

#[tokio::test]
async fn any_error_at_every_action() {
    let (simulator, mut guest) = start().await;
    for (operation, request) in requests() {
        for code in [429, 500, 4000] {
            simulator.faults().push(Fault::error_code(code.to_string()).on(operation));
            let told = guest.ask(request.clone()).await;
            assert_eq!(told["code"], code, "{operation}");
            if code == 429 {
                assert_eq!(
                    (&told["body"]["errorCode"], &told["body"]["retryAfter"]),
                    (&json!(4029), &json!(3))
                );
            }
        }
    }
    let mut presign = requests().remove(4).1;
    presign["errorsAsJson"] = true.into();
    let fault = Fault::from_words("errorCode,code=4003,operation=presign").unwrap();
    simulator.faults().push(fault);
    let told = guest.ask(presign).await;
    assert_eq!((&told["class"], &told["body"]["errorCode"]), (&json!("GenerateUrlError"), &json!(4003)));
    simulator.faults().push(Fault::from_words("errorCode,code=429,retryAfter=7,operation=send").unwrap());
    assert_eq!(guest.say("x").await["body"]["retryAfter"], 7);
}

#[tokio::test]
async fn links_cut_before_and_after_applying() {
    for (operation, request) in requests() {
        for effect in [false, true] {
            let (simulator, mut guest) = start().await;
            simulator.faults().push(Fault::drop_before().effect(effect).on(operation));
            guest.send(request.clone()).await;
            assert_eq!(guest.receive().await, Err(None), "{operation} {effect}");
            let found = |simulator: &Simulator| {
                simulator.log().into_iter().find(|entry| entry.fault.as_deref() == Some("drop") && entry.done)
            };
            let entry = simulator.wait_for(found).await;
            assert_eq!((entry.operation, entry.status), (Some(operation), None));
        }
    }
    for effect in [false, true] {
        let (simulator, mut guest) = start().await;
        simulator.faults().push(Fault::drop_before().effect(effect).on(Operation::Send));
        guest.send(json!({"action": "onMessage", "message": {"type": "Text", "text": "x"}})).await;
        assert_eq!(guest.receive().await, Err(None));
        let mut guest = Guest::connect(&simulator, "token-1").await;
        guest.configure().await;
        assert_eq!(texts(&guest.page("").await).len(), usize::from(effect));
    }
}

#[tokio::test]
async fn answers_that_are_none() {
    let (simulator, mut guest) = start().await;
    let words = "wrongBody,body={\"message\":\"Internal server error\"},operation=send";
    simulator.faults().push(Fault::from_words(words).unwrap());
    guest.send(json!({"action": "onMessage", "message": {"type": "Text", "text": "x"}})).await;
    assert_eq!(guest.next().await, json!({"message": "Internal server error"}), "a frame without class");
    simulator.faults().push(Fault::non_json().on(Operation::Send));
    guest.send(json!({"action": "onMessage", "message": {"type": "Text", "text": "x"}})).await;
    assert!(guest.next().await.is_string());
    simulator.faults().push(Fault::huge_body(32 << 20).on(Operation::Token));
    let huge = guest.ask(json!({"action": "getJwt"})).await;
    assert_eq!(huge["padding"].as_str().unwrap().len(), 32 << 20);
    simulator.faults().push(Fault::hang().on(Operation::Echo));
    guest.send(json!({"action": "echo", "message": {"type": "Text", "text": "ping"}})).await;
    guest.say("the others are answered").await;
    simulator.faults().push(Fault::truncated_body().on(Operation::Token));
    guest.send(json!({"action": "getJwt"})).await;
    assert!(guest.next().await.is_string(), "half of an answer");
    assert_eq!(guest.receive().await, Err(None));
}

#[tokio::test]
async fn messages_on_their_way() {
    let (simulator, mut guest) = start().await;
    guest.join().await;
    let chat = simulator.wait_for_chat().await;
    let agent = simulator.join_agent(&chat, "Sam").unwrap();
    simulator.faults().push(Fault::duplicate_messages().on(Operation::Deliver).in_chat(&chat));
    simulator.say(&chat, agent, "twice").unwrap();
    assert_eq!(guest.next().await, guest.next().await);
    simulator.faults().push(Fault::non_json().on(Operation::Deliver).effect(false));
    simulator.faults().clear();
    simulator.faults().push(Fault::hang().on(Operation::Deliver));
    simulator.say(&chat, agent, "lost").unwrap();
    simulator.say(&chat, agent, "kept").unwrap();
    assert_eq!(guest.next().await["body"]["text"], "kept");
    simulator.faults().push(Fault::drop_after().on(Operation::Deliver));
    simulator.say(&chat, agent, "last").unwrap();
    assert_eq!(guest.next().await["body"]["text"], "last");
    assert_eq!(guest.receive().await, Err(None));
}

#[tokio::test]
async fn the_other_hosts() {
    let (simulator, mut guest) = start().await;
    let url = format!("{}/webdeployments/v1/deployments/any/config.json", base(&simulator));
    let config = async || client().get(&url).send().await.unwrap();
    simulator.faults().push(Fault::status(404).on(Operation::Configuration));
    assert_eq!(config().await.status(), 404);
    simulator.faults().push(Fault::wrong_body("[1]").on(Operation::Configuration));
    assert_eq!(config().await.text().await.unwrap(), "[1]");
    for status in [403, 503] {
        simulator.faults().push(Fault::status(status).on(Operation::Upgrade));
        assert_eq!(refused(&simulator, "?deploymentId=any", None).await, status);
    }
    for number in 1..=3 {
        guest.say(&number.to_string()).await;
    }
    let jwt = guest.jwt().await;
    simulator.faults().push(Fault::duplicate_messages().on(Operation::History));
    let page = crate::customer::json(guest.page_with(&jwt, "").await).await;
    assert_eq!(texts(&page), ["3", "3", "2", "2", "1", "1"]);
    simulator.faults().push(Fault::reordered_messages().on(Operation::History));
    let page = crate::customer::json(guest.page_with(&jwt, "").await).await;
    assert_eq!(texts(&page), ["1", "2", "3"]);
    simulator.faults().push(Fault::too_many_requests(9).on(Operation::History));
    let response = guest.page_with(&jwt, "").await;
    assert_eq!((response.status().as_u16(), response.headers()["retry-after"].to_str().unwrap()), (429, "9"));
    simulator.faults().push(Fault::error_code("503").on(Operation::History));
    let response = guest.page_with(&jwt, "").await;
    assert_eq!(response.status(), 503);
    assert_eq!(crate::customer::json(response).await["status"], 503);
}
