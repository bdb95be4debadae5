//! Single courses.

use super::{
    server::{Repeats, Server, Ways},
    world::{LIMIT, SETTLE, World},
};
use crate::{ErrorKind, command::Command};
use serde_json::json;
use std::time::Duration;

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// Every way of naming messages, in answers and in the history.
pub(super) fn every_way() -> impl Iterator<Item = Ways> {
    let repeats = Repeats::ALL.into_iter().flat_map(|echo| Repeats::ALL.map(|history| (echo, history)));
    let more = [(true, false, false), (true, true, false), (true, false, true), (false, false, false)];
    repeats.flat_map(move |(echo, history)| {
        more.map(|(traced, other_ids, timeless)| Ways {
            echo,
            history,
            traced,
            other_ids,
            timeless,
            ..Ways::default()
        })
    })
}

#[test]
fn messages_arrive_in_order_whatever_the_server_repeats() {
    for ways in every_way() {
        let mut world = World::chat(ways, 1);
        let ids = [(); 5].map(|()| world.send());
        world.agent_says("hello");
        world.pass(seconds(30));
        for id in ids {
            assert_eq!(world.script.resolved(id)["direction"], "Inbound", "{ways:?}");
        }
        world.check();
        assert_eq!(world.told().len(), 6, "{ways:?}");
        assert_eq!((world.server.pages, world.server.refused), (0, 0), "nothing had to be read, {ways:?}");
    }
}

#[test]
fn two_hundred_messages_given_at_once_never_meet_a_limit() {
    let mut world = World::chat(Ways::default(), 3);
    let ids: Vec<_> = (0..200).map(|_| world.send()).collect();
    world.pass(seconds(360));
    assert!(ids.iter().all(|id| matches!(world.script.outcome(*id), Some(Ok(_)))));
    world.check();
    assert_eq!(world.server.refused, 0);
}

#[test]
fn what_was_missed_while_the_link_was_lost_comes_in_its_place() {
    for ways in every_way() {
        let mut world = World::chat(ways, 5);
        world.send();
        world.agent_says("one");
        world.pass(seconds(2));
        world.kill(false);
        world.agent_says("two");
        world.pass(seconds(1));
        world.agent_says("three");
        world.pass(seconds(20));
        assert_eq!(world.told(), world.server.texts(), "{ways:?}");
        assert_eq!((world.count("disconnected"), world.server.configured), (0, 2), "{ways:?}");
    }
}

#[test]
fn a_link_that_stays_lost_is_told_and_so_is_its_return() {
    let mut world = World::chat(Ways::default(), 7);
    world.reachable = false;
    world.kill(false);
    world.pass(seconds(20));
    assert_eq!((world.count("disconnected"), world.count("reconnected")), (1, 0));
    let given = world.send();
    world.pass(seconds(1));
    assert_eq!(world.script.error(given).kind(), ErrorKind::NotSent);
    world.reachable = true;
    world.pass(seconds(40));
    assert_eq!((world.count("disconnected"), world.count("reconnected")), (1, 1));
    world.send();
    world.pass(seconds(5));
    assert_eq!(world.told(), world.server.texts());
}

#[test]
fn a_silent_loss_is_found_by_a_ping() {
    let mut world = World::chat(Ways::default(), 9);
    world.kill(true);
    world.pass(seconds(31));
    world.agent_says("hello");
    world.pass(seconds(5));
    assert_eq!((world.told(), world.server.configured), (vec!["hello".to_owned()], 2));
}

#[test]
fn a_link_that_does_not_come_back_ends_the_chat_here_and_leaves_it_stored() {
    let mut world = World::chat(Ways::default(), 11);
    world.reachable = false;
    world.kill(false);
    world.pass(seconds(400));
    assert_eq!((world.count("ended"), world.count("error")), (1, 1));
    world.reachable = true;
    world.agent_says("still here");
    world.reborn(12);
    world.script.config.restore_timeout = None;
    world.pass(seconds(5));
    // It was parted from for longer than restoreTimeout: what is stored can be taken up by asking for it.
    let token =
        world.script.stored.iter().find(|(key, _)| key.ends_with(".session")).map(|(_, token)| token.clone());
    assert!(token.is_none() || world.count("restored") <= 1);
}

#[test]
fn a_message_in_doubt_is_settled_by_the_history() {
    for ways in every_way() {
        for seed in 0..6 {
            let mut world = World::chat(ways, seed);
            world.send();
            world.pass(seconds(2));
            let id = world.send();
            world.pass(Duration::from_millis(20 * seed));
            world.kill(seed % 2 == 0);
            world.pass(seconds(80));
            assert!(matches!(world.script.outcome(id), Some(Ok(_))), "{ways:?} {seed}");
            world.check();
            assert_eq!(world.told(), world.server.texts(), "{ways:?} {seed}");
        }
    }
}

#[test]
fn the_same_text_from_elsewhere_misleads_nobody_where_messages_are_named() {
    for history in [Repeats::TracingId, Repeats::Metadata, Repeats::Both] {
        let ways = Ways { history, ..Ways::default() };
        let mut world = World::chat(ways, 21);
        // So that the history shows what it names messages by.
        world.send();
        world.pass(seconds(1));
        world.kill(false);
        world.pass(seconds(10));
        // The frame is lost with its line, and another device says the same.
        world.reachable = false;
        let id = world.send_text("mine 7");
        world.pass(Duration::from_millis(10));
        world.kill(false);
        world.reachable = true;
        let frame = json!({"action": "onMessage", "token": "t", "tracingId": "other", "message": {"type": "Text", "text": "mine 7"}});
        world.server.take(world.now, frame.to_string().as_bytes());
        world.pass(seconds(60));
        assert!(matches!(world.script.outcome(id), Some(Ok(_))));
        let count = world.server.texts().iter().filter(|text| **text == "mine 7").count();
        assert_eq!(count, 2, "{history:?}: its own as well");
    }
}

#[test]
fn a_server_that_accepts_without_an_echo_is_asked_for_what_it_has() {
    let ways = Ways { silent: true, delay: seconds(1), ..Ways::default() };
    let mut world = World::chat(ways, 23);
    let ids = [(); 3].map(|()| world.send());
    world.pass(seconds(120));
    assert!(ids.iter().all(|id| matches!(world.script.outcome(*id), Some(Ok(_)))));
    world.check();
    assert_eq!(world.told(), world.server.texts());
}

#[test]
fn attached_data_ride_once_and_again_where_they_have_not_arrived() {
    let mut world = World::new(Ways::default(), 25);
    world.script.config.user_data = json!({"a": "1"}).as_object().unwrap().clone();
    world.script.service = crate::service::Service::new();
    world.script.configure();
    world.command(crate::service::tests::script::start_chat());
    world.pass(seconds(2));
    assert_eq!(world.server.attributes, [json!({"a": "1"})]);
    let update = world.command(Command::UpdateUserData(json!({"b": 2}).as_object().unwrap().clone()));
    assert_eq!(world.script.resolved(update)["deferred"], true);
    world.send();
    world.send();
    world.pass(seconds(5));
    assert_eq!(world.server.attributes, [json!({"a": "1"}), json!({"b": "2"})]);
    let large = json!({"c": "x".repeat(2048)}).as_object().unwrap().clone();
    let refused = world.command(Command::UpdateUserData(large));
    assert_eq!(world.script.error(refused).response().unwrap()["errorCode"], 4013);
    world.send();
    world.pass(seconds(5));
    assert_eq!(world.server.attributes.len(), 2, "and it was not kept");
}

#[test]
fn the_end_clears_the_conversation_also_over_another_link() {
    for cut in [false, true] {
        let mut world = World::chat(Ways::default(), 27);
        let end = world.command(Command::EndChat);
        if cut {
            world.kill(false);
        }
        world.pass(seconds(20));
        assert_eq!(world.script.resolved(end), json!({"conversationEnded": true}));
        assert!(world.server.cleared && world.count("ended") == 1);
    }
}

#[test]
fn an_end_while_the_link_is_lost_is_found_when_it_is_back() {
    let mut world = World::chat(Ways::default(), 29);
    world.kill(false);
    world.server.say(world.now, "bye");
    world.server.leave(world.now);
    world.pass(seconds(20));
    assert_eq!((world.told(), world.count("ended")), (vec!["bye".to_owned()], 1));
    assert_eq!(world.count("clientDisconnected"), 1);
}

#[test]
fn a_server_that_lets_go_of_the_connection_is_not_called_again() {
    for (class, stays) in [
        ("ConnectionClosedEvent", true),
        ("SessionExpiredEvent", false),
        ("LogoutEvent", false),
        ("SessionClearedEvent", false),
    ] {
        let mut world = World::chat(Ways::default(), 31);
        world.push(json!({"class": class, "code": 200, "body": {}}).to_string());
        world.pass(seconds(60));
        assert_eq!((world.count("ended"), world.server.configured), (1, 1), "{class}");
        let is_stored = world.script.stored.keys().any(|key| key.ends_with(".session"));
        assert_eq!(is_stored, stays, "{class}");
    }
}

#[test]
fn another_process_goes_on_where_the_first_has_ended() {
    for ways in every_way() {
        let mut world = World::chat(ways, 33);
        for number in 0..4 {
            world.send();
            world.agent_says(&format!("theirs {number}"));
            world.pass(seconds(1));
        }
        world.reborn(34);
        world.pass(seconds(5));
        assert_eq!(
            (world.count("restored"), world.told()),
            (1, world.server.texts().into_iter().map(str::to_owned).collect()),
            "{ways:?}"
        );
        world.agent_says("again");
        world.send_text("mine 99");
        world.pass(seconds(5));
        assert_eq!(world.told(), world.server.texts(), "{ways:?}");
        assert_eq!(world.server.joined, 1);
    }
}

#[test]
fn a_joining_that_a_process_did_not_live_to_send_is_sent_by_the_next() {
    let mut world = World::new(Ways::default(), 35);
    world.command(crate::service::tests::script::start_chat());
    while world.count("started") == 0 {
        world.pass(Duration::from_millis(1));
    }
    assert_eq!(world.server.joined, 0);
    world.kill(true);
    world.reborn(36);
    world.pass(seconds(10));
    assert_eq!((world.count("restored"), world.server.joined), (1, 1));
}

#[test]
fn a_session_that_is_not_known_any_more_is_not_restored() {
    let mut world = World::chat(Ways::default(), 37);
    world.server = Server::default();
    world.reborn(38);
    world.pass(seconds(10));
    assert_eq!((world.count("restoreFailed"), world.count("restored")), (1, 0));
    assert!(!world.script.stored.keys().any(|key| key.ends_with(".session")));
}

#[test]
fn somebody_types_until_they_do_not() {
    let mut world = World::chat(Ways::default(), 39);
    let typing = json!({"class": "StructuredMessage", "body": {"id": "t", "type": "Event", "direction": "Outbound",
        "events": [{"eventType": "Typing", "typing": {"type": "On", "duration": 2000}}]}});
    world.push(typing.to_string());
    world.pass(seconds(1));
    assert_eq!((world.count("agentTypingStarted"), world.count("agentTypingStopped")), (1, 0));
    world.pass(seconds(2));
    assert_eq!(world.count("agentTypingStopped"), 1);
    assert_eq!(world.count("agentConnected"), 1, "who types is there");
    assert!(LIMIT < SETTLE);
}
