//! Paths that bring nothing any more, and tell nobody.

use super::{
    script::{Script, connected},
    world::World,
    *,
};
use serde_json::json;

#[test]
fn a_websocket_on_which_a_publish_meets_silence_is_made_anew() {
    let mut script = Script::on_websocket(true);
    script.pass(seconds(4.0));
    script.publish("1");
    assert_eq!(script.wait(), seconds(1.5));
    assert_eq!(script.seen(), ["write /service/a#6 1", "ping"]);
    assert_eq!(script.wait(), seconds(1.5));
    assert_eq!(script.seen(), ["PublishId(5) Timeout, applied Unknown", "silent", "close"]);
    assert!(script.wait() <= seconds(0.5));
    assert_eq!(script.seen(), ["open"], "traffic on a new connection after `ajaxTimeout` and half a second");
    script.input(Input::Opened);
    script.seen();
    script.pass(seconds(1.4));
    script.receive(&json!([connected(7)]));
    assert_eq!(script.seen()[0], "up", "what was back within `ajaxTimeout` is nobody's business");
}

#[test]
fn silence_on_the_new_connection_too_is_told_in_its_time() {
    for websocket in [true, false] {
        let mut script = if websocket { Script::on_websocket(true) } else { Script::on_long_polling() };
        script.publish("1");
        script.pass(seconds(5.9));
        assert!(!script.seen().contains(&"down".to_owned()));
        script.pass(seconds(0.2));
        assert_eq!(script.seen(), ["down"]);
    }
}

#[test]
fn long_polls_that_meet_silence_go_over_new_connections() {
    let mut script = Script::on_long_polling();
    script.publish("1");
    assert_eq!(script.wait(), seconds(3.0));
    assert_eq!(
        script.seen(),
        [
            "post 11: /service/a#10 1",
            "PublishId(9) Timeout, applied Unknown",
            "silent",
            "abandon 8",
            "abandon 11",
        ]
    );
    assert!(script.wait() <= seconds(0.5));
    let seen = script.seen();
    assert!(seen.iter().any(|line| line.ends_with("at once")), "{seen:?}");
}

#[test]
fn a_server_that_is_busy_and_gives_signs_of_life_keeps_its_websocket() {
    let mut script = Script::on_websocket(false);
    for _ in 0..5 {
        script.publish("1");
        script.pass(seconds(1.5));
        script.receive(&json!([]));
        script.pass(seconds(1.5));
    }
    let seen = script.seen();
    assert_eq!(seen.iter().filter(|line| *line == "ping").count(), 5);
    assert!(!seen.contains(&"close".to_owned()), "{seen:?}");
}

#[test]
fn an_idle_websocket_is_asked_for_signs_of_life() {
    let mut script = Script::on_websocket(false);
    assert_eq!(script.wait(), seconds(15.0));
    script.receive(&json!([]));
    assert_eq!(script.wait(), seconds(15.0));
    assert_eq!(script.wait(), seconds(3.0));
    assert_eq!(script.seen(), ["ping", "ping", "silent", "close"]);
}

#[test]
fn a_large_message_has_the_time_that_a_slow_line_needs() {
    let mut script = Script::on_websocket(false);
    script.publish(&format!("\"{}\"", "x".repeat(40_000)));
    script.pass(seconds(6.0));
    // The line is busy with it: the ping comes behind it.
    assert!(!script.seen().iter().any(|line| line.starts_with("PublishId") || line == "close"));
}

#[test]
fn a_connect_that_brings_nothing_of_what_was_sent_is_made_anew_once() {
    let mut script = Script::on_long_polling();
    script.pass(seconds(1.0));
    script.engine.doubt(script.now);
    assert_eq!(script.seen(), ["abandon 8", "post 10: /meta/connect#9 at once"]);
    script.answer(10, &json!([connected(9)]));
    assert_eq!(script.seen(), ["up with a gap", "post 12: /meta/connect#11"]);
    script.engine.doubt(script.now);
    assert!(script.seen().is_empty(), "a server that shows nothing is not asked again and again");
    let mut script = Script::on_websocket(false);
    script.engine.doubt(script.now);
    assert!(script.seen().is_empty(), "one connection for everything: the publish got through on it");
}

#[test]
fn a_message_after_the_path_has_died_arrives_soon() {
    for (websocket, seed) in [(true, 1), (false, 2), (true, 3), (false, 4)] {
        let mut world = World::new(websocket, true, seed);
        world.pass(seconds(20.0));
        world.kill(true);
        world.publish();
        world.pass(seconds(7.0));
        let heard = world.server.heard.len();
        world.publish();
        world.pass(seconds(1.0));
        assert_eq!(world.server.heard.len(), heard + 1, "websocket {websocket}");
        assert_eq!(world.owner.downs, 0);
        // With long-polling publishes have lines of their own, and get through. Only the connect is dead: nothing comes of them.
        world.doubt();
        world.pass(seconds(1.0));
        world.say();
        world.pass(seconds(10.0));
        let known = &world.owner.known;
        assert!(known.iter().copied().eq(1..=world.server.said), "websocket {websocket}: {known:?}");
    }
}
