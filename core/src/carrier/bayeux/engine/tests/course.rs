//! The regular course: handshake, subscription, connects, deliveries, goodbye.

use super::{
    script::{Script, connected, handshake, refused, subscribed},
    *,
};
use serde_json::json;

#[test]
fn the_handshake_says_what_the_client_can_do() {
    let mut script = Script::started(settings(false, 1));
    let Some(Output::Post(_, payload)) = script.engine.poll_output() else { panic!("no handshake") };
    let messages: Vec<serde_json::Value> = serde_json::from_slice(&payload).unwrap();
    assert_eq!(
        messages,
        [json!({"id": "1", "channel": "/meta/handshake", "version": "1.0", "minimumVersion": "1.0",
            "supportedConnectionTypes": ["long-polling"], "advice": {"timeout": 60000, "interval": 0}, "ext": {"ack": true}})]
    );
}

#[test]
fn one_connect_follows_another() {
    let mut script = Script::on_websocket(false);
    assert_eq!(script.engine.poll_timeout(), Some(seconds(15.0)), "then it is asked for a sign of life");
    script.receive(&json!([connected(4)]));
    assert_eq!(script.seen(), ["write /meta/connect#5"]);

    let mut script = Script::on_long_polling();
    assert_eq!(
        script.engine.poll_timeout(),
        Some(seconds(36.0)),
        "30 s as advised, and 6 s that it may be late"
    );
    script.answer(8, &json!([connected(7)]));
    assert_eq!(script.seen(), ["post 10: /meta/connect#9"]);
}

#[test]
fn the_interval_advised_passes_between_connects() {
    let mut script = Script::on_websocket(false);
    let mut reply = connected(4);
    reply["advice"] = json!({"interval": 2000, "multiple-clients": true});
    script.receive(&json!([reply]));
    assert!(script.seen().is_empty());
    assert_eq!(script.wait(), seconds(2.0));
    assert_eq!(script.seen(), ["write /meta/connect#5"]);
}

#[test]
fn deliveries_come_on_any_answer_with_or_without_subscription() {
    let mut script = Script::on_long_polling();
    script.publish("1");
    assert_eq!(script.seen(), ["post 11: /service/a#10 1"]);
    script.answer(11, &json!([{"channel": "/service/a", "data": {"n": 1}}, {"channel": "/service/a", "id": "10", "successful": true}]),
    );
    script.answer(
        8,
        &json!([{"channel": "/service/b", "data": 2}, connected(7), {"channel": "/meta/odd", "data": 3}]),
    );
    assert_eq!(
        script.seen(),
        [
            r#"message /service/a {"n":1}"#,
            "PublishId(9) taken",
            "message /service/b 2",
            "post 13: /meta/connect#12"
        ]
    );
}

#[test]
fn a_refused_subscription_does_not_disturb() {
    let mut script = Script::started(settings(true, 1));
    script.input(Input::Opened);
    script.receive(&json!([handshake(1, false)]));
    script.receive(&json!([refused("/meta/subscribe", 2, "403:/service/a:denied", None), connected(3)]));
    assert_eq!(script.seen()[3..], ["up", "write /meta/connect#4"]);
}

#[test]
fn replies_without_an_id_and_to_nobody_are_borne() {
    let mut script = Script::on_websocket(false);
    script.receive(
        &json!([connected(3), {"channel": "/meta/handshake", "successful": true, "clientId": "c2"}]),
    );
    script.receive(&json!([{"channel": "/service/a", "id": "77", "successful": true}]));
    assert!(script.seen().is_empty());
    script.receive(&json!([{"channel": "/meta/connect", "successful": true}]));
    assert_eq!(script.seen(), ["write /meta/connect#5"]);
}

#[test]
fn a_server_without_websockets_is_spoken_to_by_long_polling() {
    let mut script = Script::started(settings(true, 1));
    script.input(Input::Opened);
    let mut reply = handshake(1, false);
    reply["supportedConnectionTypes"] = json!(["long-polling"]);
    script.receive(&json!([reply]));
    assert_eq!(script.seen()[2..], ["close", "post 4: /meta/subscribe#2", "post 5: /meta/connect#3 at once"]);
    script.answer(4, &json!([subscribed(2)]));
    script.answer(5, &json!([connected(3)]));
    script.fail(7, script::lost());
    script.wait();
    assert!(script.seen().contains(&"post 9: /meta/connect#8 at once".to_owned()));
}

#[test]
fn goodbye_is_said_and_not_waited_for_too_long() {
    let mut script = Script::on_websocket(false);
    script.engine.stop(script.now);
    assert_eq!(script.seen(), ["write /meta/disconnect#5"]);
    script.receive(&json!([{"channel": "/meta/disconnect", "id": "5", "successful": true}]));
    assert_eq!(script.seen(), ["close", "stopped"]);
    assert_eq!(script.engine.poll_timeout(), None);

    let mut script = Script::on_long_polling();
    script.engine.stop(script.now);
    assert_eq!(script.seen(), ["post 10: /meta/disconnect#9"]);
    assert_eq!(script.wait(), seconds(2.0));
    assert_eq!(script.seen(), ["abandon 8", "abandon 10", "stopped"]);
    script.engine.stop(script.now);
    assert!(script.seen().is_empty());
}

#[test]
fn a_client_that_has_stopped_can_start_anew() {
    let mut script = Script::on_websocket(false);
    script.engine.stop(script.now);
    script.engine.start(script.now);
    script.publish("1");
    assert_eq!(script.seen(), ["write /meta/disconnect#5"], "not before it has said goodbye");
    script.receive(&json!([{"channel": "/meta/disconnect", "id": "5", "successful": true}]));
    assert_eq!(script.seen(), ["close", "stopped", "open"]);
    script.input(Input::Opened);
    script.receive(&json!([handshake(7, false)]));
    script.receive(&json!([connected(9)]));
    assert_eq!(script.seen().pop().unwrap(), "write /service/a#11 1");
}

#[test]
fn stopping_while_nothing_works_yet_is_done_at_once() {
    for rounds in 0..4 {
        let mut script = Script::started(settings(true, 1));
        for _ in 0..rounds {
            script.wait();
        }
        script.engine.stop(script.now);
        assert_eq!(script.seen().pop().unwrap(), "stopped");
        assert_eq!(script.engine.poll_timeout(), None);
    }
}
