//! What becomes of a publish.

use super::{
    script::{Script, connected, handshake, lost, refused, status, subscribed},
    *,
};
use crate::transport::Applied;
use serde_json::{Value, json};

fn taken(id: u64) -> Value {
    json!({"channel": "/service/a", "id": id.to_string(), "successful": true})
}

#[test]
fn publishes_wait_for_the_link_and_go_in_order() {
    let mut script = Script::started(settings(false, 1));
    script.publish("1");
    script.publish("2");
    script.answer(2, &json!([handshake(1, false)]));
    script.seen();
    script.answer(8, &json!([connected(6)]));
    assert_eq!(script.seen(), ["up", "post 10: /meta/connect#9"], "the subscription is still under way");
    script.answer(7, &json!([subscribed(5)]));
    assert_eq!(script.seen(), ["post 13: /service/a#11 1 + /service/a#12 2"]);
    script.publish("3");
    assert!(script.seen().is_empty(), "two requests could overtake each other");
    script.answer(13, &json!([taken(12), taken(11)]));
    assert_eq!(script.seen(), ["PublishId(4) taken", "PublishId(3) taken", "post 16: /service/a#15 3"]);
}

#[test]
fn on_a_websocket_publishes_go_at_once() {
    let mut script = Script::on_websocket(false);
    script.publish("1");
    script.publish("2");
    assert_eq!(script.seen(), ["write /service/a#6 1", "write /service/a#8 2"]);
    script.receive(&json!([taken(8)]));
    script.receive(&json!([taken(6)]));
    assert_eq!(script.seen(), ["PublishId(7) taken", "PublishId(5) taken"]);
}

#[test]
fn a_reply_may_come_on_the_connect() {
    let mut script = Script::on_long_polling();
    script.publish("1");
    script.answer(11, &json!([]));
    script.answer(8, &json!([taken(10), connected(7)]));
    assert_eq!(
        script.seen(),
        ["post 11: /service/a#10 1", "PublishId(9) taken", "post 13: /meta/connect#12"]
    );
}

#[test]
fn a_refused_publish_did_not_arrive() {
    let mut script = Script::on_websocket(false);
    script.publish("1");
    script.receive(&json!([refused("/service/a", 6, "400::bad", None)]));
    assert_eq!(script.seen()[1..], ["PublishId(5) Rejected, applied No"]);

    let mut script = Script::on_long_polling();
    script.publish("1");
    script.publish("2");
    script.fail(11, status(413));
    assert_eq!(script.seen()[1..], ["PublishId(9) Disconnected, applied No", "post 14: /service/a#13 2"]);
}

#[test]
fn a_publish_that_the_session_was_too_old_for_goes_with_the_next() {
    let mut script = Script::on_websocket(false);
    script.publish("1");
    script.publish("2");
    script.receive(&json!([
        refused("/service/a", 6, "402::Unknown client", None),
        refused("/service/a", 8, "402::Unknown client", None)
    ]));
    script.wait();
    script.input(Input::Opened);
    script.receive(&json!([handshake(9, false)]));
    script.seen();
    script.receive(&json!([subscribed(10), connected(11)]));
    assert_eq!(
        script.seen(),
        ["up with a gap", "write /meta/connect#12", "write /service/a#13 1 + /service/a#14 2"]
    );
}

#[test]
fn a_publish_under_way_when_the_connection_is_lost_is_in_doubt() {
    let mut script = Script::on_websocket(false);
    script.publish("1");
    script.close();
    script.publish("2");
    assert_eq!(
        script.seen(),
        ["write /service/a#6 1", "close", "PublishId(5) Disconnected, applied Unknown"]
    );
    script.wait();
    script.input(Input::Opened);
    script.receive(&json!([connected(8)]));
    assert_eq!(script.seen().pop().unwrap(), "write /service/a#10 2", "what has not left waits for the link");

    let mut script = Script::on_long_polling();
    script.publish("1");
    script.fail(11, lost());
    assert_eq!(script.seen()[1..], ["abandon 8", "PublishId(9) Disconnected, applied Unknown"]);
}

#[test]
fn a_publish_that_has_certainly_not_left_goes_again() {
    let mut script = Script::on_long_polling();
    script.publish("1");
    script.fail(11, Failure { applied: Applied::No, ..lost() });
    assert_eq!(script.seen()[1..], ["abandon 8"]);
    script.wait();
    script.answer(13, &json!([connected(12)]));
    assert_eq!(script.seen().pop().unwrap(), "post 17: /service/a#16 1");
}

#[test]
fn every_publish_has_an_outcome_within_its_limit() {
    let mut script = Script::on_websocket(false);
    script.publish("1");
    assert_eq!(script.wait(), seconds(1.5));
    script.receive(&json!([]));
    script.pass(seconds(1.5));
    assert_eq!(script.seen()[1..], ["ping", "PublishId(5) Timeout, applied Unknown"]);
    script.receive(&json!([taken(6)]));
    assert!(script.seen().is_empty());

    let mut script = Script::started(settings(true, 1));
    script.publish("1");
    script.pass(seconds(3.0));
    assert_eq!(script.seen()[1..], ["PublishId(1) Disconnected, applied No"]);
}

#[test]
fn stopping_settles_every_publish() {
    let mut script = Script::on_long_polling();
    script.publish("1");
    script.publish("2");
    script.engine.stop(script.now);
    script.publish("3");
    script.answer(14, &json!([{"channel": "/meta/disconnect", "id": "13", "successful": true}]));
    assert_eq!(
        script.seen()[2..],
        [
            "PublishId(9) Disconnected, applied Unknown",
            "PublishId(12) Disconnected, applied No",
            "PublishId(15) Disconnected, applied No",
            "abandon 8",
            "abandon 11",
            "stopped",
        ]
    );
}

#[test]
fn a_request_that_is_never_answered_does_not_block_those_after_it() {
    let mut script = Script::on_long_polling();
    script.publish("1");
    script.pass(seconds(2.0));
    // As long as something else comes, the link is not lost.
    script.answer(8, &json!([connected(7)]));
    script.publish("2");
    assert_eq!(script.seen(), ["post 11: /service/a#10 1", "post 13: /meta/connect#12"], "one at a time");
    assert_eq!(script.wait(), seconds(1.0));
    let expected = ["PublishId(9) Timeout, applied Unknown", "abandon 11", "post 16: /service/a#15 2"];
    assert_eq!(script.seen(), expected);
}
