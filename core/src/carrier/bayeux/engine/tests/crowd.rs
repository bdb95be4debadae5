//! Clients of a server that is away for hours, and comes back to all of them.

use super::{world::World, *};

const CLIENTS: u64 = 500;

#[test]
fn clients_whose_server_comes_back_after_hours_come_back_one_after_the_other() {
    for websocket in [true, false] {
        let mut seconds_after = BTreeMap::new();
        for seed in 0..CLIENTS {
            let mut world = World::new(websocket, true, seed);
            world.pass(seconds(5.0));
            world.reachable = false;
            world.kill(false);
            world.pass(seconds(3.0 * 3_600.0));
            assert!(!world.owner.up);
            world.reachable = true;
            let back = world.now;
            while !world.owner.up {
                world.pass(seconds(0.1));
            }
            let after = world.now.saturating_sub(back);
            assert!(after <= seconds(45.0), "{after:?}");
            *seconds_after.entry(after.as_secs()).or_insert(0) += 1;
        }
        let most = seconds_after.into_values().max().unwrap();
        assert!(most <= CLIENTS / 10, "{most} of {CLIENTS} in one second");
    }
}
