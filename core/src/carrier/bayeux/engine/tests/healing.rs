//! What is lost, refused or silent, and how the link comes up again.

use super::{
    script::{Script, connected, handshake, lost, refused, status, subscribed},
    *,
};
use crate::Retry;
use serde_json::{Value, json};

#[test]
fn a_session_survives_the_loss_of_its_connection() {
    let mut script = Script::on_websocket(false);
    script.pass(seconds(12.0));
    script.close();
    assert_eq!(script.seen(), ["close"]);
    assert!(script.wait() < seconds(0.5));
    assert_eq!(script.seen(), ["open"]);
    script.input(Input::Opened);
    assert_eq!(script.seen(), ["write /meta/connect#5 at once"]);
    script.receive(&json!([connected(5)]));
    assert_eq!(script.seen(), ["up with a gap", "write /meta/connect#6"]);
}

#[test]
fn with_acknowledgements_a_loss_leaves_no_gap_and_nothing_comes_twice() {
    let mut script = Script::on_websocket(true);
    let mut reply = connected(4);
    reply["ext"] = json!({"ack": 7});
    script.receive(&json!([reply, {"channel": "/service/a", "data": 1}]));
    script.receive(&json!([{"channel": "/service/a", "data": 2}]));
    assert_eq!(
        script.seen(),
        ["message /service/a 1", "write /meta/connect#5, ack 7", "message /service/a 2"]
    );
    script.close();
    script.wait();
    script.input(Input::Opened);
    assert_eq!(script.seen(), ["close", "open", "write /meta/connect#6 at once, ack 7"]);
    let mut reply = connected(6);
    reply["ext"] = json!({"ack": 8});
    script
        .receive(&json!([{"channel": "/service/a", "data": 2}, {"channel": "/service/a", "data": 3}, reply]));
    assert_eq!(script.seen(), ["message /service/a 3", "up", "write /meta/connect#7, ack 8"]);
}

#[test]
fn a_session_that_the_server_forgot_is_begun_anew_at_once() {
    let mut script = Script::on_websocket(true);
    script.close();
    script.wait();
    script.input(Input::Opened);
    script.seen();
    script.receive(&json!([refused("/meta/connect", 5, "402::Unknown client", Some("handshake"))]));
    assert_eq!(script.seen(), ["write /meta/handshake#6"]);
    script.receive(&json!([handshake(6, true)]));
    script.receive(&json!([subscribed(7), connected(8)]));
    assert_eq!(
        script.seen(),
        [
            "write /meta/subscribe#7 + /meta/connect#8 at once, ack -1",
            "up with a gap",
            "write /meta/connect#9, ack -1",
        ]
    );
}

#[test]
fn every_way_of_ending_a_session_is_answered_by_a_new_handshake() {
    for ending in [
        refused("/meta/connect", 4, "402::Unknown client", Some("handshake")),
        refused("/meta/connect", 4, "402::Unknown client", None),
        refused("/meta/connect", 4, "403::Forbidden", None),
        refused("/meta/connect", 4, "", Some("handshake")),
        json!({"channel": "/meta/connect", "id": "4", "successful": true, "advice": {"reconnect": "handshake"}}),
        json!({"channel": "/meta/disconnect", "successful": true}),
    ] {
        let mut script = Script::on_websocket(false);
        script.receive(&json!([ending]));
        assert_eq!(script.seen(), ["close"], "{ending}");
        script.wait();
        script.input(Input::Opened);
        assert_eq!(script.seen(), ["open", "write /meta/handshake#5"], "{ending}");
    }
}

#[test]
fn a_failed_connect_that_may_be_retried_is_retried() {
    for failed in [
        refused("/meta/connect", 4, "500::busy", Some("retry")),
        refused("/meta/connect", 4, "500::busy", None),
    ] {
        let mut script = Script::on_websocket(false);
        script.receive(&json!([failed]));
        script.wait();
        script.input(Input::Opened);
        assert_eq!(script.seen(), ["close", "open", "write /meta/connect#5 at once"]);
    }
}

#[test]
fn a_server_that_forbids_to_go_on_is_asked_once_more_and_then_obeyed() {
    let forbidden = |id: u64| {
        [
            refused("/meta/connect", id, "403::denied", Some("none")),
            json!({"channel": "/meta/connect", "id": id.to_string(), "successful": true, "advice": {"reconnect": "none"}}),
        ]
    };
    for reply in forbidden(4) {
        for refusal in [refused("/meta/handshake", 5, "403::denied", Some("none")), handshake(5, false)] {
            let mut script = Script::on_websocket(false);
            script.receive(&json!([reply]));
            script.wait();
            script.input(Input::Opened);
            assert_eq!(script.seen(), ["close", "open", "write /meta/handshake#5"]);
            script.receive(&json!([refusal]));
            if refusal["successful"] == true {
                script.receive(&json!([refused("/meta/connect", 7, "403::denied", Some("none"))]));
            }
            assert!(script.seen().pop().unwrap().starts_with("stopped: the server refused the "));
            assert_eq!(script.engine.poll_timeout(), None);
            script.engine.start(script.now);
            assert_eq!(script.seen(), ["open"]);
        }
        let mut script = Script::on_websocket(false);
        script.receive(&json!([reply]));
        script.wait();
        script.input(Input::Opened);
        script.receive(&json!([handshake(5, false)]));
        script.receive(&json!([subscribed(6), connected(7)]));
        assert_eq!(script.seen().split_off(4), ["up with a gap", "write /meta/connect#8"]);
        script.pass(seconds(1.0));
        script.receive(&json!([connected(8)]));
        for again in forbidden(9).into_iter().take(1) {
            script.receive(&json!([again]));
            assert_eq!(script.seen(), ["write /meta/connect#9", "close"], "it held: it is asked again");
        }
    }
    let mut script = Script::started(settings(false, 1));
    script.answer(2, &json!([refused("/meta/handshake", 1, "403::denied", Some("none"))]));
    assert_eq!(script.seen()[1..], ["stopped: the server refused the handshake: 403 denied"]);
}

#[test]
fn a_connect_that_hangs_for_too_long_is_a_loss() {
    let mut script = Script::on_long_polling();
    assert_eq!(script.wait(), seconds(36.0));
    assert_eq!(script.seen(), ["silent", "abandon 8"]);
    let paused = script.wait();
    assert_eq!(script.seen(), ["post 10: /meta/connect#9 at once"]);
    assert_eq!(paused + script.wait(), Timing::default().answer);
    assert_eq!(script.seen(), ["down"]);
    script.wait();
    assert_eq!(script.seen(), ["silent", "abandon 10", "failed 1"]);
    script.wait();
    let another = ["post 12: /meta/disconnect#11", "post 14: /meta/handshake#13"];
    assert_eq!(script.seen(), another, "a session that answers nothing is given up");
}

#[test]
fn a_short_loss_is_nobodys_business_and_a_failed_attempt_is() {
    let mut script = Script::on_long_polling();
    script.pass(seconds(20.0));
    script.fail(8, lost());
    script.wait();
    assert_eq!(script.seen(), ["post 10: /meta/connect#9 at once"]);
    script.fail(10, lost());
    assert_eq!(script.seen(), ["down", "failed 1"]);
    script.wait();
    script.fail(12, lost());
    assert_eq!(script.seen(), ["post 12: /meta/connect#11 at once", "failed 2"]);
    script.wait();
    script.answer(14, &json!([connected(13)]));
    assert_eq!(
        script.seen(),
        ["post 14: /meta/connect#13 at once", "up with a gap", "post 16: /meta/connect#15"]
    );
}

#[test]
fn a_blocked_websocket_gives_way_to_long_polling_at_once() {
    let mut script = Script::started(settings(true, 1));
    script.close();
    assert_eq!(script.seen(), ["open", "close", "post 2: /meta/handshake#1"]);
    let mut script = Script::started(settings(true, 1));
    assert_eq!(script.wait(), Timing::default().open);
    assert_eq!(script.seen(), ["open", "close", "post 2: /meta/handshake#1"]);
    let mut script = Script::started(settings(true, 1));
    script.input(Input::Opened);
    assert_eq!(script.wait(), Timing::default().network_delay, "something swallows what is sent");
    assert_eq!(
        script.seen(),
        ["open", "write /meta/handshake#1", "silent", "close", "post 3: /meta/handshake#2"]
    );
    script.answer(3, &json!([handshake(2, false)]));
    assert_eq!(script.seen(), ["post 6: /meta/subscribe#4", "post 7: /meta/connect#5 at once"]);
    script.answer(6, &json!([subscribed(4)]));
    script.answer(7, &json!([connected(5)]));
    script.fail(9, lost());
    script.wait();
    assert_eq!(
        script.seen().pop().unwrap(),
        "post 11: /meta/connect#10 at once",
        "it stays with long-polling"
    );
}

#[test]
fn a_session_goes_on_with_the_other_carrier() {
    let mut script = Script::on_websocket(false);
    script.pass(seconds(12.0));
    script.close();
    script.wait();
    script.close();
    assert_eq!(script.seen(), ["close", "open", "close", "post 6: /meta/connect#5 at once"]);
    script.answer(6, &json!([connected(5)]));
    assert_eq!(script.seen(), ["up with a gap", "post 8: /meta/connect#7"]);
}

#[test]
fn an_answer_without_a_reply_is_a_failure() {
    let mut script = Script::started(settings(false, 1));
    script.answer(2, &json!([]));
    assert_eq!(script.seen(), ["post 2: /meta/handshake#1", "failed 1"]);
    let mut script = Script::on_long_polling();
    script.answer(8, &json!([{"channel": "/service/a", "data": 1}]));
    assert_eq!(script.seen(), ["message /service/a 1"]);
    script.wait();
    assert_eq!(script.seen(), ["post 10: /meta/connect#9 at once"]);
}

#[test]
fn a_server_that_does_not_know_the_address_of_the_session_does_not_know_the_session() {
    let mut script = Script::on_long_polling();
    script.fail(8, status(404));
    script.wait();
    assert_eq!(script.seen(), ["post 10: /meta/handshake#9"]);
    let mut script = Script::on_long_polling();
    script.fail(8, status(502));
    script.wait();
    assert_eq!(script.seen(), ["post 10: /meta/connect#9 at once"]);
}

#[test]
fn failed_attempts_become_rare() {
    let mut script = Script::started(settings(false, 1));
    let mut handshakes = 0;
    while script.now < seconds(600.0) {
        for line in script.seen() {
            if let Some((exchange, _)) = line.strip_prefix("post ").and_then(|line| line.split_once(": ")) {
                handshakes += 1;
                script.fail(exchange.parse().unwrap(), status(503));
            }
        }
        script.wait();
    }
    assert!((20..50).contains(&handshakes), "{handshakes}");
}

#[test]
fn a_server_that_asks_for_a_pause_gets_it() {
    let mut script = Script::on_long_polling();
    script.fail(8, Failure { retry: Retry::After(seconds(9.0)), ..status(503) });
    script.pass(seconds(8.9));
    assert_eq!(script.seen(), ["down"]);
    script.pass(seconds(0.1));
    assert_eq!(script.seen(), ["post 10: /meta/connect#9 at once"]);

    let mut script = Script::on_long_polling();
    let mut refusal = refused("/meta/connect", 7, "500::busy", Some("retry"));
    refusal["advice"]["interval"] = json!(5000);
    script.answer(8, &json!([refusal]));
    script.pass(seconds(4.9));
    assert_eq!(script.seen(), ["down"]);
}

#[test]
fn a_server_that_holds_no_connect_back_is_not_asked_all_the_time() {
    for deliveries in [false, true] {
        let mut script = Script::on_websocket(false);
        let (mut connects, mut last) = (0, 4);
        while script.now < seconds(60.0) {
            connects += 1;
            let mut messages = vec![connected(last)];
            if deliveries {
                messages.push(json!({"channel": "/service/a", "data": connects}));
            }
            script.receive(&Value::Array(messages));
            script.now += Duration::from_millis(1);
            while !script.seen().iter().any(|line| line.starts_with("write /meta/connect")) {
                script.wait();
            }
            last += 1;
        }
        let allowed = if deliveries { 300..1_300 } else { 15..60 };
        assert!(allowed.contains(&connects), "{connects} with deliveries: {deliveries}");
    }
}

#[test]
fn the_pause_for_a_crowd_goes_with_the_crowd() {
    let mut script = Script::on_long_polling();
    let mut crowded = connected(7);
    crowded["advice"] =
        json!({"reconnect": "retry", "interval": 2000, "timeout": 0, "multiple-clients": true});
    script.answer(8, &json!([crowded]));
    assert_eq!((script.wait(), script.seen()), (seconds(2.0), vec!["post 10: /meta/connect#9".to_owned()]));
    script.pass(seconds(25.0));
    script.answer(10, &json!([connected(9), {"channel": "/service/a", "data": 1}]));
    assert_eq!(script.seen(), ["message /service/a 1", "post 12: /meta/connect#11"], "without a pause");
}

/// A resumption that is not answered gives the session up, of which the server may still hold a connect.
#[test]
fn an_abandoned_session_is_ended_before_the_next_begins() {
    let abandoned = || {
        let mut script = Script::on_long_polling();
        script.fail(8, lost());
        script.wait();
        assert_eq!(script.seen(), ["post 10: /meta/connect#9 at once"]);
        while script.seen().last().is_none_or(|line| line != "failed 1") {
            script.wait();
        }
        script.wait();
        assert_eq!(script.seen(), ["post 12: /meta/disconnect#11", "post 14: /meta/handshake#13"]);
        script
    };
    let goodbye = json!([{"channel": "/meta/disconnect", "id": "11", "successful": true}]);
    for answered in [Some(true), Some(false), None] {
        let mut script = abandoned();
        match answered {
            Some(true) => script.answer(12, &goodbye),
            Some(false) => script.fail(12, status(404)),
            None => {}
        }
        script.answer(14, &json!([handshake(13, false)]));
        let joining = script.seen();
        assert_eq!(joining.len(), 2, "the link comes up whatever becomes of the goodbye: {joining:?}");
        script.answer(17, &json!([subscribed(15)]));
        script.answer(18, &json!([connected(16)]));
        assert_eq!(script.seen()[..1], ["up with a gap"]);
        script.answer(12, &goodbye);
        script.pass(seconds(29.0));
        assert!(script.seen().is_empty(), "nothing waits for it");
    }
    // It is said once.
    let mut script = abandoned();
    script.fail(14, lost());
    script.wait();
    let again = script.seen();
    assert!(again.iter().all(|line| !line.contains("disconnect")), "{again:?}");
}

#[test]
fn a_message_too_large_for_the_websocket_goes_by_long_polling_at_once_and_alone() {
    let large = format!("\"{}\"", "x".repeat(70));
    let too_large = || Input::TooLarge(lost());
    let mut script = Script::on_websocket(false);
    script.pass(seconds(12.0));
    script.publish(&large);
    script.seen();
    script.input(too_large());
    assert_eq!(script.seen(), ["close", "post 8: /meta/connect#7 at once"]);
    script.publish("1");
    script.answer(8, &json!([connected(7)]));
    let lines = script.seen();
    assert_eq!(lines[0], "up with a gap");
    assert!(lines.iter().any(|line| line.contains(&large) && !line.contains(" + ")), "{lines:?}");
    // Refused again, it is rejected for its size; the next goes.
    let exchange_of = |what: &str| -> u64 {
        let line = lines.iter().find(|line| line.contains(what)).unwrap();
        line.strip_prefix("post ").unwrap().split(':').next().unwrap().parse().unwrap()
    };
    script.fail(exchange_of(&large), status(413));
    let connect = exchange_of("/meta/connect");
    let lines = script.seen();
    assert!(lines[0].ends_with("Rejected, applied No"), "{lines:?}");
    assert!(lines[1].ends_with(" 1"), "{lines:?}");
    // The next time the link is made, it is a WebSocket again.
    script.fail(connect, lost());
    script.wait();
    assert!(script.seen().contains(&"open".to_owned()));
}
