//! Faults on demand.

use std::time::Duration;

use serde_json::json;
use tokio::time::{advance, pause, resume};
use webchat_simulator::api::web_messaging::WebMessagingSettings;
use webchat_simulator::{Fault, Operation, Simulator};

use super::errors::any_request;
use super::guest::{Guest, base, refused, simulator, texts};
use crate::customer::client;

async fn start() -> (Simulator, Guest) {
    let simulator = simulator(WebMessagingSettings::default()).await;
    let guest = Guest::start(&simulator).await;
    (simulator, guest)
}

#[tokio::test]
async fn errors_with_what_they_have_besides() {
    let (simulator, mut guest) = start().await;
    let mut presign = any_request().remove(4).1;
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
    for (operation, request) in any_request() {
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
    simulator.faults().push(Fault::slow_reply(Duration::from_mins(10)).on(Operation::Configuration));
    let late = tokio::spawn(client().get(&url).send());
    let is_third = |simulator: &Simulator| {
        let log = simulator.log();
        (log.iter().filter(|entry| entry.operation == Some(Operation::Configuration)).count() == 3)
            .then_some(())
    };
    simulator.wait_for(is_third).await;
    pause();
    advance(Duration::from_mins(10)).await;
    resume();
    assert_eq!(late.await.unwrap().unwrap().status(), 200, "late, and whole");
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
