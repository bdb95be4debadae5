//! Own events, outcomes, pushes, looks and cuts in any order: each message is told once, in the server's order, and each that was sent is
//! in the transcript as its outcome says.

use super::{
    server::Way,
    world::{Customer, chat},
};
use crate::command::Command;
use proptest::prelude::*;
use std::time::Duration;

#[derive(Clone, Copy, Debug)]
enum Act {
    Pass(u64),
    Send,
    Notice,
    AgentSays,
    Kill {
        silently: bool,
    },
    /// The Bayeux server forgets every session; the chat goes on.
    Restart,
    Reachable(bool),
    Mute(bool),
    Slow(u64),
    /// The program leaves its events waiting, or takes them again.
    Congested(bool),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        6 => (0_u64..3_000).prop_map(Act::Pass),
        1 => (3_000_u64..60_000).prop_map(Act::Pass),
        6 => Just(Act::Send),
        1 => Just(Act::Notice),
        4 => Just(Act::AgentSays),
        2 => any::<bool>().prop_map(|silently| Act::Kill { silently }),
        1 => Just(Act::Restart),
        1 => any::<bool>().prop_map(Act::Reachable),
        1 => any::<bool>().prop_map(Act::Mute),
        1 => (0_u64..400).prop_map(Act::Slow),
        1 => any::<bool>().prop_map(Act::Congested),
    ];
    prop::collection::vec(act, 1..40)
}

/// What a server may make of our texts.
const CHANGES: [fn(&str) -> String; 2] = [str::to_owned, |text| text.chars().map(|_| '*').collect()];

proptest! {
    #[test]
    fn no_message_is_lost_or_doubled_and_each_is_told_once_in_order(
        acts in acts(),
        way in prop::sample::select(Way::ALL.to_vec()),
        (websocket, acks, names_next, change) in (any::<bool>(), any::<bool>(), any::<bool>(), 0..CHANGES.len()),
        seed: u64,
    ) {
        let mut world = chat(websocket, acks, way, seed);
        world.owner.chat.names_next = names_next;
        world.owner.chat.change = CHANGES[change];
        for act in acts {
            match act {
                Act::Pass(ms) => world.pass(Duration::from_millis(ms)),
                Act::Send => drop(world.with(Customer::send)),
                Act::Notice => {
                    let notice = Command::SendCustomNotice { message: "n".into() };
                    world.with(|customer, now| customer.command(now, notice));
                }
                Act::AgentSays => world.with(|customer, _| customer.chat.say("hi")),
                Act::Kill { silently } => world.kill(silently),
                Act::Restart => world.server.restart(),
                Act::Reachable(reachable) => world.reachable = reachable,
                Act::Mute(mute) => world.mute = mute,
                Act::Slow(ms) => world.owner.chat.slowness = Duration::from_millis(ms),
                Act::Congested(congested) => world.with(|customer, _| customer.script.congested(congested)),
            }
            let told = world.owner.told();
            prop_assert!(told.iter().copied().eq(1..=told.len() as u64), "{told:?}");
        }
        (world.reachable, world.mute) = (true, false);
        world.with(|customer, _| customer.script.congested(false));
        world.pass(Duration::from_mins(5));
        world.with(|customer, _| customer.chat.say("the last"));
        world.pass(Duration::from_secs(60));
        prop_assert_eq!(world.owner.script.open(), 0, "every command has its outcome");
        world.owner.check();
        let all: Vec<_> = (1..=world.owner.chat.transcript.len() as u64).collect();
        prop_assert_eq!(world.owner.told(), all);
    }
}
