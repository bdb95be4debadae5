//! What is unknown of the real service, in all its values.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{advance, pause, resume};
use webchat_simulator::Operation;
use webchat_simulator::api::web_messaging::{Repeats, Tracing, TypingForm, WebMessagingSettings};

use super::guest::{Guest, simulator, texts};

#[tokio::test]
async fn what_echo_and_history_repeat() {
    for (repeats, id, metadata) in [
        (Repeats::Nothing, false, false),
        (Repeats::TracingId, true, false),
        (Repeats::Metadata, false, true),
        (Repeats::Both, true, true),
    ] {
        for in_history in [false, true] {
            let mut settings = WebMessagingSettings::default();
            if in_history {
                settings.history_repeats = repeats;
            } else {
                settings.echo_repeats = repeats;
            }
            let simulator = simulator(settings).await;
            let mut guest = Guest::start(&simulator).await;
            let echo = guest.message(json!({"type": "Text", "text": "x", "metadata": {"id": "m-1"}})).await;
            let past = guest.page("").await["entities"][0].clone();
            let seen = |body: &Value| {
                (body["channel"]["messageId"] == echo["tracingId"], body["metadata"]["id"] == "m-1")
            };
            let (live, past) = (seen(&echo["body"]), seen(&past));
            assert_eq!(if in_history { past } else { live }, (id, metadata), "{repeats:?} {in_history}");
            assert_eq!(if in_history { live } else { past }, (false, false), "{repeats:?} {in_history}");
        }
    }
}

#[tokio::test]
async fn ids_in_the_history() {
    for other in [false, true] {
        let simulator =
            simulator(WebMessagingSettings { other_history_ids: other, ..Default::default() }).await;
        let mut guest = Guest::start(&simulator).await;
        let echo = guest.say("x").await;
        let past = guest.page("").await["entities"][0].clone();
        assert_eq!(past["id"] != echo["body"]["id"], other);
        assert_eq!(past["channel"]["messageId"], echo["body"]["channel"]["messageId"]);
    }
}

#[tokio::test]
async fn answers_with_and_without_tracing_id() {
    for tracing in [Tracing::Envelope, Tracing::Body, Tracing::Absent] {
        let simulator = simulator(WebMessagingSettings { tracing, ..Default::default() }).await;
        let mut guest = Guest::connect(&simulator, "t").await;
        let id = guest.send(json!({"action": "configureSession", "deploymentId": "any"})).await;
        let answer = guest.next().await;
        let seen = (answer["tracingId"] == id.as_str(), answer["body"]["tracingId"] == id.as_str());
        assert_eq!(seen, (tracing == Tracing::Envelope, tracing == Tracing::Body));
    }
    let simulator = simulator(WebMessagingSettings { errors_untraced: true, ..Default::default() }).await;
    let mut guest = Guest::start(&simulator).await;
    guest.send(json!({"action": "onMessage"})).await;
    let refused = guest.next().await;
    assert_eq!((&refused["code"], refused.get("tracingId")), (&json!(4020), None));
}

#[tokio::test]
async fn the_history_shows_late_what_was_accepted() {
    let mut settings =
        WebMessagingSettings { history_delay: Duration::from_secs(1000), ..Default::default() };
    settings.limits.jwt = Duration::from_secs(10_000);
    let simulator = simulator(settings).await;
    let mut guest = Guest::start(&simulator).await;
    guest.say("x").await;
    assert!(texts(&guest.page("").await).is_empty());
    pause();
    advance(Duration::from_secs(1000)).await;
    resume();
    assert_eq!(texts(&guest.page("").await), ["x"]);
}

#[tokio::test]
async fn a_frame_applied_or_not_when_its_link_dies() {
    for lost in [false, true] {
        let simulator = simulator(WebMessagingSettings {
            apply_delay: Duration::from_hours(1),
            lost_with_link: lost,
            ..Default::default()
        })
        .await;
        let mut guest = Guest::start(&simulator).await;
        guest.send(json!({"action": "onMessage", "message": {"type": "Text", "text": "x"}})).await;
        let arrived = |simulator: &webchat_simulator::Simulator| {
            simulator.log().iter().any(|entry| entry.operation == Some(Operation::Send)).then_some(())
        };
        simulator.wait_for(arrived).await;
        drop(guest);
        simulator.wait_for(|simulator| (simulator.web_messaging().open_sockets == 0).then_some(())).await;
        pause();
        advance(Duration::from_secs(3601)).await;
        resume();
        if lost {
            let done = simulator.wait_for_requests(1, |entry| entry.operation == Some(Operation::Send)).await;
            assert!(!done[0].effect && simulator.chats().is_empty());
        } else {
            let chat = simulator.wait_for_chat().await;
            assert_eq!(simulator.transcript(&chat).unwrap().pop().unwrap().text.as_deref(), Some("x"));
        }
    }
}

#[tokio::test]
async fn messages_out_of_order() {
    let mut settings = WebMessagingSettings { disorder: Duration::from_secs(1), ..Default::default() };
    settings.deployment.auto_start = false;
    let simulator = simulator(settings).await;
    let (mut guest, chat) = {
        let mut guest = Guest::start(&simulator).await;
        guest.join().await;
        (guest, simulator.wait_for_chat().await)
    };
    let agent = simulator.join_agent(&chat, "Sam").unwrap();
    for number in 0..20 {
        simulator.say(&chat, agent, &number.to_string()).unwrap();
    }
    let mut seen = Vec::new();
    for _ in 0..20 {
        seen.push(guest.next().await["body"]["text"].as_str().unwrap().parse::<u32>().unwrap());
    }
    assert_ne!(seen, (0..20).collect::<Vec<_>>());
    seen.sort_unstable();
    assert_eq!(seen, (0..20).collect::<Vec<_>>(), "all of them come");
}

#[tokio::test]
async fn planned_closes_idle_limit_and_frame_limit() {
    for words in ["lifetimeMs=1", "idleMs=1"] {
        let simulator =
            webchat_simulator::Simulator::builder().set(&format!("web-messaging.{words}")).unwrap();
        let simulator = simulator.start().await.unwrap();
        let mut guest = Guest::connect(&simulator, "t").await;
        assert_eq!(guest.receive().await, Err(Some(1001)), "{words}");
    }
    let simulator = simulator(WebMessagingSettings { max_frame: Some(300), ..Default::default() }).await;
    let mut guest = Guest::start(&simulator).await;
    guest.say("short").await;
    guest.send(json!({"action": "onMessage", "message": {"type": "Text", "text": "x".repeat(300)}})).await;
    assert_eq!(guest.receive().await, Err(Some(1009)));
}

#[tokio::test]
async fn how_typing_is_told() {
    for (form, wanted) in [
        (TypingForm::Duration, vec![json!({"type": "On", "duration": 5000})]),
        (TypingForm::DurationMs, vec![json!({"type": "On", "durationMs": 5000})]),
        (TypingForm::Plain, vec![json!({"type": "On"})]),
        (
            TypingForm::Off,
            vec![json!({"type": "On", "duration": 5000}), json!({"type": "Off", "duration": 5000})],
        ),
    ] {
        let simulator = simulator(WebMessagingSettings { typing: form, ..Default::default() }).await;
        let (mut guest, chat) = Guest::chat(&simulator).await;
        let agent = simulator.join_agent(&chat, "Sam").unwrap();
        simulator.type_start(&chat, agent).unwrap();
        simulator.type_stop(&chat, agent).unwrap();
        simulator.say(&chat, agent, "end").unwrap();
        let mut seen = Vec::new();
        loop {
            let told = guest.next().await;
            if told["body"]["text"] == "end" {
                break;
            }
            seen.push(told["body"]["events"][0]["typing"].clone());
        }
        assert_eq!(seen, wanted, "{form:?}");
    }
}

#[tokio::test]
async fn no_echo_at_all_and_a_clear_told_first() {
    let simulator =
        simulator(WebMessagingSettings { silent_echoes: true, clear_echo_first: true, ..Default::default() })
            .await;
    let mut guest = Guest::start(&simulator).await;
    guest.send(json!({"action": "onMessage", "message": {"type": "Text", "text": "x"}})).await;
    assert_eq!(texts(&guest.page("").await), ["x"]);
    let clear =
        json!({"type": "Event", "events": [{"eventType": "Presence", "presence": {"type": "Clear"}}]});
    assert_eq!(guest.message(clear).await["class"], "StructuredMessage");
    assert_eq!(guest.next().await["class"], "SessionClearedEvent");
}
