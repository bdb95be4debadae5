//! The limits of the service, each by the clock.

use std::time::Duration;

use serde_json::json;
use tokio::time::{advance, pause, resume};
use webchat_simulator::api::web_messaging::WebMessagingSettings;

use super::guest::{Guest, refused, simulator};
use webchat_simulator::{LogEntry, Operation};

/// Lets time pass at once. Requests are made while the clock runs, so that none can time out.
async fn pass(seconds: u64) {
    pause();
    advance(Duration::from_secs(seconds)).await;
    resume();
}

#[tokio::test]
async fn sixty_requests_a_minute() {
    let simulator = simulator(WebMessagingSettings::default()).await;
    let mut guest = Guest::start(&simulator).await;
    for _ in 1..60 {
        assert_eq!(guest.ask(json!({"action": "getJwt"})).await["code"], 200);
    }
    let refused = guest.ask(json!({"action": "getJwt"})).await;
    assert_eq!((&refused["class"], &refused["code"]), (&json!("TooManyRequestsErrorMessage"), &json!(429)));
    assert_eq!(refused["body"]["errorCode"], 4029);
    let wait = refused["body"]["retryAfter"].as_u64().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    pass(wait).await;
    assert_eq!(guest.ask(json!({"action": "getJwt"})).await["code"], 200);
}

#[tokio::test]
async fn five_messages_a_second() {
    let mut settings = WebMessagingSettings::default();
    // A minute in place of a second would be another limit; so many requests fit into one.
    settings.limits.requests_per_minute = 0;
    let simulator = simulator(settings).await;
    let mut guest = Guest::start(&simulator).await;
    let mut sent = Vec::new();
    for number in 0..200 {
        sent.push(
            guest
                .send(json!({"action": "onMessage", "message": {"type": "Text", "text": number.to_string()}}))
                .await,
        );
    }
    let mut refusals = 0;
    for _ in sent {
        let answer = guest.next().await;
        if answer["code"] == 429 {
            assert_eq!(answer["body"]["retryAfter"], 1);
            refusals += 1;
        }
    }
    assert!(refusals > 0, "200 at once are too many");
    pass(1).await;
    assert_eq!(guest.say("later").await["code"], 200);
}

#[tokio::test]
async fn two_echoes_and_one_typing() {
    let simulator = simulator(WebMessagingSettings::default()).await;
    let (mut guest, _) = Guest::chat(&simulator).await;
    let echo = json!({"action": "echo", "message": {"type": "Text", "text": "ping"}});
    for code in [200, 200, 429] {
        assert_eq!(guest.ask(echo.clone()).await["code"], code);
    }
    pass(60).await;
    assert_eq!(guest.ask(echo).await["code"], 200);
    let typing = json!({"action": "onMessage", "message": {"type": "Event", "events": [{"eventType": "Typing", "typing": {"type": "On"}}]}});
    guest.send(typing.clone()).await;
    assert_eq!(guest.ask(typing.clone()).await["code"], 429, "the first is not answered, the second refused");
    guest.say("a message resets it").await;
    guest.send(typing.clone()).await;
    let is_typing = |entry: &LogEntry| entry.operation == Some(Operation::StartTyping);
    simulator.wait_for_requests(3, is_typing).await;
    pass(5).await;
    guest.send(typing.clone()).await;
    guest.say("nothing was refused").await;
    simulator.change_web_messaging(|settings| settings.deployment.user_typing = false);
    assert_eq!(guest.ask(typing).await["code"], 403);
}

#[tokio::test]
async fn configures_connections_and_pages() {
    let mut settings = WebMessagingSettings::default();
    settings.limits.configures_per_minute = 2;
    settings.limits.connections_per_minute = 2;
    let simulator = simulator(settings).await;
    let mut guest = Guest::start(&simulator).await;
    assert_eq!(guest.configure().await["code"], 200);
    assert_eq!(guest.configure().await["code"], 429);
    Guest::connect(&simulator, "other").await;
    assert_eq!(refused(&simulator, "?deploymentId=any", None).await, 429);
    let jwt = guest.jwt().await;
    for _ in 0..10 {
        assert_eq!(guest.page_with(&jwt, "").await.status(), 200);
    }
    let response = guest.page_with(&jwt, "").await;
    assert_eq!(response.status(), 429);
    let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
}

#[tokio::test]
async fn none_of_pace_where_they_are_off() {
    let simulator = webchat_simulator::Simulator::builder().set("web-messaging.limits=false").unwrap();
    let simulator = simulator.start().await.unwrap();
    let mut guest = Guest::start(&simulator).await;
    for number in 0..200 {
        assert_eq!(guest.say(&number.to_string()).await["code"], 200);
    }
    assert_eq!(guest.say(&"x".repeat(4097)).await["code"], 4011);
}
