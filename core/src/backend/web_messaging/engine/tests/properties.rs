//! Anything in any order.

use super::{
    server::{Repeats, Ways},
    world::World,
};
use proptest::prelude::*;
use std::time::Duration;

#[derive(Clone, Copy, Debug)]
enum Act {
    Pass(u64),
    Send,
    AgentSays,
    Kill { silently: bool },
    Reachable(bool),
    Congested(bool),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        6 => (0_u64..3_000).prop_map(Act::Pass),
        1 => (3_000_u64..60_000).prop_map(Act::Pass),
        6 => Just(Act::Send),
        4 => Just(Act::AgentSays),
        2 => any::<bool>().prop_map(|silently| Act::Kill { silently }),
        1 => any::<bool>().prop_map(Act::Reachable),
        1 => any::<bool>().prop_map(Act::Congested),
    ];
    prop::collection::vec(act, 1..40)
}

fn ways() -> impl Strategy<Value = Ways> {
    let repeats = || prop::sample::select(Repeats::ALL.to_vec());
    (repeats(), repeats(), any::<[bool; 4]>(), 0_u64..4).prop_map(
        |(echo, history, [traced, other_ids, timeless, silent], delay)| Ways {
            echo,
            history,
            traced,
            other_ids,
            timeless,
            silent,
            delay: Duration::from_secs(delay),
            limits: false,
        },
    )
}

proptest! {
    #[test]
    fn no_message_is_lost_or_doubled_and_each_is_told_once_in_order(acts in acts(), ways in ways(), seed: u64) {
        let mut world = World::chat(ways, seed);
        for act in acts {
            match act {
                Act::Pass(ms) => world.pass(Duration::from_millis(ms)),
                Act::Send => drop(world.send()),
                Act::AgentSays => world.agent_says(&format!("theirs {}", world.server.items.len())),
                Act::Kill { silently } => world.kill(silently),
                Act::Reachable(reachable) => world.reachable = reachable,
                Act::Congested(congested) => world.script.congested(congested),
            }
        }
        world.reachable = true;
        world.script.congested(false);
        world.pass(Duration::from_secs(300));
        world.agent_says("the last");
        world.pass(Duration::from_secs(60));
        prop_assert_eq!(world.script.open(), 0, "every command has its outcome");
        world.check();
        if world.count("ended") == 0 {
            // What is never pushed, or shown late, is found by a look, maybe after what came behind it.
            let (mut told, mut all) = (world.told(), world.server.texts());
            if ways.silent || !ways.delay.is_zero() {
                told.sort_unstable();
                all.sort_unstable();
            }
            prop_assert_eq!(told, all);
        }
    }
}
