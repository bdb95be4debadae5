//! The link is cut a thousand times while both sides talk: no message is lost, none comes twice, order is kept. The owner does what the
//! service does: it asks for the history after a gap, and publishes again what it finds not to have arrived.

use super::{
    world::{LIMIT, World},
    *,
};
use crate::transport::Applied;

fn talk_through_kills(websocket: bool, acks: bool, kills: u32, seed: u64) -> World {
    let mut world = World::new(websocket, acks, seed);
    let mut random = fastrand::Rng::with_seed(seed);
    world.pass(seconds(1.0));
    for kill in 0..kills {
        let until = world.now + Duration::from_millis(random.u64(20..10_000));
        while world.now < until {
            match random.u8(0..8) {
                0..3 => world.say(),
                3..5 => settle_and_publish(&mut world),
                _ => {}
            }
            world.pass(Duration::from_millis(random.u64(0..400)));
        }
        world.kill(kill % 7 == 0);
        if kill % 11 == 0 {
            world.server.restart();
        }
    }
    world.pass(seconds(120.0));
    settle_and_publish(&mut world);
    world.say();
    world.pass(seconds(10.0));
    world
}

/// Publishes the next number, or again the one whose fate is known to be bad. One is on its way at a time.
fn settle_and_publish(world: &mut World) {
    let Some((_, (number, _, outcome))) = world.owner.published.last_key_value() else {
        return world.publish();
    };
    match (*outcome, *number) {
        (None, _) => {}
        (Some(Err(Applied::No)), number) => world.publish_again(number),
        (Some(Err(Applied::Unknown)), number) if !world.server.has_heard(number) => {
            // It may still be under way, on a line that is not dead yet.
            world.pass(LIMIT);
            if !world.server.has_heard(number) {
                world.publish_again(number);
            }
        }
        _ => world.publish(),
    }
}

fn check(world: &World) {
    assert!(world.owner.up);
    assert!(world.owner.known.iter().copied().eq(1..=world.server.said));
    let heard = &world.server.heard;
    assert!(heard.iter().copied().eq(1..=heard.len() as u64), "{heard:?}");
    assert!(heard.len() > 300 && world.server.said > 300);
    let ids: BTreeSet<_> = world.server.ids.iter().collect();
    assert_eq!(ids.len(), world.server.ids.len(), "an id was used twice");
}

#[test]
fn a_thousand_kills_with_acknowledgements() {
    let world = talk_through_kills(true, true, 1000, 1);
    check(&world);
    assert!(world.owner.ups > 400, "{}", world.owner.ups);
}

#[test]
fn a_thousand_kills_without_acknowledgements() {
    check(&talk_through_kills(true, false, 1000, 2));
}

#[test]
fn a_thousand_kills_of_long_polls() {
    check(&talk_through_kills(false, true, 300, 3));
    check(&talk_through_kills(false, false, 300, 4));
}
