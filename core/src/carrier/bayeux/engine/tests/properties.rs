//! Anything in any order: losses, restarts, silence, a blocked WebSocket, talk. Whatever happens, no two handshakes are under way, none
//! are sent in a storm, ids are unique, each publish has one outcome, what arrives arrives once and in order, and in the end the link is up.

use super::{world::World, *};
use crate::transport::Applied;
use proptest::prelude::*;

#[derive(Clone, Copy, Debug)]
enum Act {
    Pass(u64),
    Kill { silently: bool },
    Restart,
    Reachable(bool),
    WebSockets(bool),
    Mute(bool),
    Say,
    Publish,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (0_u64..3000).prop_map(Act::Pass),
        2 => (3000_u64..90_000).prop_map(Act::Pass),
        2 => any::<bool>().prop_map(|silently| Act::Kill { silently }),
        1 => Just(Act::Restart),
        1 => any::<bool>().prop_map(Act::Reachable),
        1 => any::<bool>().prop_map(Act::WebSockets),
        1 => any::<bool>().prop_map(Act::Mute),
        3 => Just(Act::Say),
        3 => Just(Act::Publish),
    ]
}

fn perform(world: &mut World, act: Act) {
    match act {
        Act::Pass(millis) => world.pass(Duration::from_millis(millis)),
        Act::Kill { silently } => world.kill(silently),
        Act::Restart => world.server.restart(),
        Act::Reachable(reachable) => world.reachable = reachable,
        Act::WebSockets(websockets) => world.websockets = websockets,
        Act::Mute(mute) => world.mute = mute,
        Act::Say => world.say(),
        Act::Publish => world.publish(),
    }
}

/// The most that happen within `window`.
fn densest(times: &[Duration], window: Duration) -> usize {
    let within =
        |start: &Duration| times.iter().filter(|time| (*start..*start + window).contains(*time)).count();
    times.iter().map(within).max().unwrap_or_default()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_happens(acts in prop::collection::vec(act(), 1..60), websocket: bool, acks: bool, seed: u64) {
        let mut world = World::new(websocket, acks, seed);
        for act in acts {
            perform(&mut world, act);
        }
        (world.reachable, world.mute) = (true, false);
        world.pass(seconds(300.0));
        world.say();
        world.publish();
        world.pass(seconds(10.0));

        prop_assert!(world.owner.up);
        prop_assert!(world.owner.known.iter().copied().eq(1..=world.server.said));
        let unsettled = world.owner.published.values().filter(|(_, _, outcome)| outcome.is_none()).count();
        prop_assert_eq!(unsettled, 0);
        let last = world.owner.published.values().next_back().and_then(|(_, _, outcome)| *outcome);
        prop_assert_eq!(last, Some(Ok(())));
        prop_assert!(world.server.heard.is_sorted_by(|one, other| one < other), "{:?}", world.server.heard);
        let ids: BTreeSet<_> = world.server.ids.iter().collect();
        prop_assert_eq!(ids.len(), world.server.ids.len());
        prop_assert!(densest(&world.handshakes, seconds(10.0)) <= 14, "{:?}", world.handshakes);
    }
}

#[test]
fn a_link_that_is_cut_again_and_again_causes_no_storm() {
    let mut world = World::new(true, true, 1);
    while world.now < seconds(600.0) {
        world.kill(false);
        world.server.restart();
        world.pass(Duration::from_millis(200));
    }
    assert!(densest(&world.handshakes, seconds(10.0)) <= 14, "{:?}", world.handshakes);
}

#[test]
fn a_server_that_forgets_everybody_at_once_sees_no_storm() {
    let mut world = World::new(true, true, 1);
    while world.now < seconds(600.0) {
        world.server.restart();
        world.pass(Duration::from_millis(50));
    }
    assert!(densest(&world.handshakes, seconds(60.0)) <= 10, "{:?}", world.handshakes);
    assert!((20..50).contains(&world.handshakes.len()), "{:?}", world.handshakes);
}

#[test]
fn a_publish_on_a_cut_line_is_in_doubt() {
    let mut world = World::new(false, false, 1);
    world.pass(seconds(1.0));
    for _ in 0..20 {
        world.publish();
        world.kill(false);
        world.pass(seconds(30.0));
    }
    let outcomes: Vec<_> = world.owner.published.values().map(|(_, _, outcome)| outcome.unwrap()).collect();
    assert!(outcomes.iter().all(|outcome| *outcome == Err(Applied::Unknown)), "{outcomes:?}");
}
