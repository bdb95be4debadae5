//! Time limits while connections are being made.

use super::{
    script::{Script, connected, handshake, lost, subscribed},
    *,
};
use crate::transport::Applied;
use serde_json::json;

/// How long making a connection takes here: longer than any limit.
const FAR: f64 = 61.0;

#[test]
fn the_limit_of_a_publish_counts_from_when_it_has_left() {
    let mut script = Script::on_long_polling();
    let held = |script: &mut Script| script.answer(8, &json!([connected(7)]));
    script.publish("1");
    assert_eq!(script.seen(), ["post 11: /service/a#10 1"]);
    script.connecting(11, true);
    script.pass(seconds(20.0));
    held(&mut script);
    assert_eq!(script.seen(), ["post 13: /meta/connect#12"], "nothing is given up that has not left");
    script.connecting(11, false);
    script.pass(seconds(2.9));
    assert!(script.seen().is_empty());
    script.pass(seconds(0.2));
    assert_eq!(script.seen()[0], "PublishId(9) Timeout, applied Unknown");
}

#[test]
fn a_publish_for_which_no_connection_could_be_made_has_not_arrived() {
    let mut script = Script::on_long_polling();
    script.publish("1");
    script.connecting(11, true);
    script.pass(seconds(10.0));
    script.seen();
    script.fail(11, Failure { applied: Applied::No, ..lost() });
    script.pass(Duration::ZERO);
    assert_eq!(script.seen(), ["abandon 8", "PublishId(9) Disconnected, applied No"]);
}

#[test]
fn handshakes_and_connects_have_their_time_from_when_they_have_left() {
    let mut script = Script::started(settings(false, 1));
    let far = |script: &mut Script, exchange| {
        script.connecting(exchange, true);
        script.pass(seconds(FAR));
        script.connecting(exchange, false);
        script.pass(seconds(9.9));
    };
    far(&mut script, 2);
    script.answer(2, &json!([handshake(1, false)]));
    // The subscription and the first connect leave together.
    script.connecting(5, true);
    far(&mut script, 6);
    script.connecting(5, false);
    script.answer(6, &json!([connected(4)]));
    script.pass(seconds(5.0));
    script.answer(5, &json!([subscribed(3)]));
    far(&mut script, 8);
    // It is held back for 30 s, and may be late for 6 s.
    script.pass(seconds(26.0));
    assert_eq!(
        script.seen(),
        [
            "post 2: /meta/handshake#1",
            "post 5: /meta/subscribe#3",
            "post 6: /meta/connect#4 at once",
            "up",
            "post 8: /meta/connect#7",
        ]
    );
    script.pass(seconds(0.2));
    assert_eq!(script.seen(), ["silent", "abandon 8"], "its time is that of the server and of the network");
}

#[test]
fn the_owner_of_a_publish_is_told_when_it_leaves() {
    let mut script = Script::on_long_polling();
    let id = script.publish("1");
    script.connecting(11, true);
    script.connecting(11, true);
    script.connecting(11, false);
    script.connecting(8, true);
    let told: Vec<bool> = std::iter::from_fn(|| script.engine.poll_output())
        .filter_map(|output| match output {
            Output::Event(Event::Left(left, has_left)) if left == id => Some(has_left),
            _ => None,
        })
        .collect();
    assert_eq!(told, [true, false, true]);
}
