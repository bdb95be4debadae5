//! The link is cut a thousand times while both sides talk and files go up: no message is lost, none comes twice, order is kept, and every
//! command has its outcome.

use super::{
    chats::every_way,
    server::{Repeats, Ways},
    world::World,
};
use std::time::Duration;

fn talk_through_kills(ways: Ways, kills: u64, seed: u64) -> World {
    let mut world = World::chat(ways, seed);
    let mut random = fastrand::Rng::with_seed(seed);
    for kill in 0..kills {
        let until = world.now + Duration::from_millis(random.u64(20..20_000));
        while world.now < until {
            match random.u8(0..17) {
                0..4 => world.agent_says(&format!("theirs {}", world.server.items.len())),
                4..8 => drop(world.send()),
                8 => world.send_file(),
                _ => {}
            }
            world.pass(Duration::from_millis(random.u64(0..1500)));
        }
        world.kill(kill % 7 == 0);
    }
    world.pass(Duration::from_secs(300));
    world
}

fn nothing_is_lost_or_doubled(ways: Ways, kills: u64, seed: u64) {
    let ways = Ways { limits: false, ..ways };
    let world = talk_through_kills(ways, kills, seed);
    assert_eq!(world.script.open(), 0, "{ways:?}: every command has its outcome");
    world.check();
    world.tells_all(&ways);
}

#[test]
fn nothing_is_lost_or_doubled_by_a_thousand_kills() {
    for (at, ways) in every_way().enumerate() {
        nothing_is_lost_or_doubled(ways, 1000 / 64 + 1, at as u64);
    }
}

/// What echoes and the history repeat, each nothing, one or both: a thousand kills of each of the sixteen.
#[test]
#[ignore = "takes minutes: `make kills`"]
fn nothing_is_lost_or_doubled_by_a_thousand_kills_in_each_way() {
    let all = Repeats::ALL.into_iter().flat_map(|echo| Repeats::ALL.map(|history| (echo, history)));
    let all: Vec<_> = all.collect();
    std::thread::scope(|scope| {
        for half in all.chunks(all.len() / 2) {
            scope.spawn(move || {
                for (seed, (echo, history)) in (1..).zip(half) {
                    let ways = Ways { echo: *echo, history: *history, ..Ways::default() };
                    let started = std::time::Instant::now();
                    nothing_is_lost_or_doubled(ways, 1000, seed);
                    eprintln!("{ways:?} {:?}", started.elapsed());
                }
            });
        }
    });
}

#[test]
fn limits_make_it_slower_and_lose_nothing() {
    for (at, ways) in every_way().enumerate().step_by(7) {
        let world = talk_through_kills(ways, 40, 1000 + at as u64);
        assert_eq!(world.script.open(), 0, "{ways:?}");
        world.check();
        let (mut told, mut all) = (world.told(), world.server.texts());
        told.sort_unstable();
        all.sort_unstable();
        let twice = told.windows(2).find(|two| two[0] == two[1]);
        assert_eq!(twice, None, "{ways:?}");
        let missing = all.iter().filter(|text| !told.iter().any(|told| told == *text)).count();
        assert_eq!((missing, told.len()), (0, all.len()), "{ways:?}");
        assert_eq!(world.server.refused, 0, "{ways:?}");
    }
}
