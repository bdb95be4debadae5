//! Whole chats.

use super::{
    server::Way,
    world::{Customer, LIMIT, World, chat},
};
use crate::{command::Command, service::tests::script::typing};
use std::time::Duration;

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// All carriers and ways.
fn every_way() -> impl Iterator<Item = (bool, bool, Way)> {
    let carriers = [(true, true), (true, false), (false, true), (false, false)];
    Way::ALL.into_iter().flat_map(move |way| carriers.map(|(websocket, acks)| (websocket, acks, way)))
}

fn tells_all(world: &World) {
    let all: Vec<_> = (1..=world.owner.chat.transcript.len() as u64).collect();
    assert_eq!(world.owner.told(), all);
}

#[test]
fn whatever_the_server_tells_messages_arrive_and_are_shown() {
    for (websocket, acks, way) in every_way() {
        for change in [str::to_owned, |_: &str| "***".to_owned()] {
            let mut world = chat(websocket, acks, way, 7);
            world.owner.chat.change = change;
            let ids = [(); 3].map(|()| world.with(Customer::send));
            world.with(|customer, _| customer.chat.say("hello"));
            let notice = Command::SendCustomNotice { message: "n".into() };
            let notice = world.with(|customer, now| customer.command(now, notice));
            let typing = world.with(|customer, now| customer.command(now, typing()));
            world.pass(seconds(60));
            for id in ids.into_iter().chain([notice, typing]) {
                let outcome = world.owner.script.resolved(id);
                assert_eq!(outcome["statusCode"], 0, "{way:?}");
            }
            world.owner.check();
            tells_all(&world);
            assert_eq!(world.owner.chat.asked["sendMessage"], 3, "{way:?}");
        }
    }
}

#[test]
fn a_server_that_accepts_without_showing_is_asked_for_what_it_has_accepted() {
    let mut world = chat(true, true, Way::Hidden, 1);
    let asked = world.owner.chat.asked["requestNotifications"];
    for _ in 0..10 {
        world.with(Customer::send);
    }
    world.pass(seconds(3));
    tells_all(&world);
    let looks = world.owner.chat.asked["requestNotifications"] - asked;
    assert_eq!(
        (looks, world.owner.script.open()),
        (10, 0),
        "each is sure before the next goes, without delay"
    );
}

#[test]
fn events_that_follow_their_outcomes_are_not_asked_for() {
    for way in [Way::Reply, Way::Push, Way::Ahead, Way::Quiet] {
        let mut world = chat(true, true, way, 1);
        let asked = world.owner.chat.asked["requestNotifications"];
        for _ in 0..10 {
            world.with(Customer::send);
            world.pass(Duration::from_millis(300));
        }
        world.pass(seconds(30));
        tells_all(&world);
        assert_eq!(world.owner.chat.asked["requestNotifications"], asked, "{way:?}");
    }
}

#[test]
fn a_message_that_is_refused_is_rejected_at_once() {
    let mut world = chat(true, true, Way::Reply, 1);
    world.owner.chat.refuses = "sendMessage";
    let id = world.with(Customer::send);
    world.pass(seconds(1));
    assert_eq!(world.owner.script.error(id).kind(), crate::ErrorKind::Rejected);
    world.owner.check();
}

#[test]
fn a_late_outcome_of_a_message_that_was_shown_is_not_that_of_the_next() {
    for names_next in [true, false] {
        let mut world = chat(false, false, Way::Ahead, 3);
        world.owner.chat.names_next = names_next;
        world.with(Customer::send);
        world.pass(seconds(10));
        world.kill(true);
        world.with(Customer::send);
        world.pass(LIMIT * 30);
        world.owner.check();
        tells_all(&world);
    }
}

#[test]
fn the_end_of_a_chat_is_told_whatever_is_under_way() {
    for (websocket, acks, way) in every_way() {
        let mut world = chat(websocket, acks, way, 11);
        let send = world.with(Customer::send);
        let end = world.with(|customer, now| customer.command(now, Command::EndChat));
        world.pass(seconds(30));
        assert_eq!(world.owner.script.resolved(end)["chatEnded"], true, "{way:?}");
        assert!(world.owner.script.outcome(send).is_some());
        world.owner.check();
        tells_all(&world);
        assert!(world.owner.chat.ended);
    }
}
