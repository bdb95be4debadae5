//! What the outbox promises, on a link that fails in every way: a message told as sent is in the transcript once, one told as not sent
//! is not, one of unknown fate is there once or not at all; they are in the order in which they were accepted; nothing of the
//! transcript is lost or delivered twice.
//!
//! The promise needs that a server does not carry out a request later than `ajaxTimeout` after the client has given it up.

use super::{
    answers::Who,
    chat_server::{Answer, Effect, Fate, World},
    script::message,
};
use crate::{
    ErrorKind,
    command::{Command, RequestId, Resolution},
};
use proptest::prelude::*;
use std::time::Duration;

/// What the application, the agent and the world do.
#[derive(Clone, Debug)]
enum Act {
    /// Send one of few texts, so that equal ones are frequent; with a deadline in milliseconds.
    Send(usize, Option<u64>),
    /// Give up the message sent this many before the latest.
    Cancel(usize),
    StartPoll,
    StopPoll,
    AgentSays(usize),
    /// The program leaves its events waiting, or takes them again.
    Congested(bool),
    /// The connection is gone for this many milliseconds.
    Down(u64),
    /// The chat server is out of the front's reach.
    Offline(u64),
}

/// How the story ends.
#[derive(Clone, Copy, Debug)]
enum Ending {
    /// The link heals, and all can be settled.
    Healed,
    EndChat,
    ByServer,
    Close,
}

/// The server may trim: the first two are the same to it.
const TEXTS: [&str; 4] = ["hi", " hi", "ho", "hum"];

/// What a server may make of our texts.
const CHANGES: [fn(&str) -> String; 4] = [
    str::to_owned,
    |text| text.trim().into(),
    // All alike.
    |text| text.chars().map(|_| '*').collect(),
    // Some only.
    |text| if text.contains('i') { "masked".into() } else { text.into() },
];

fn acts() -> impl Strategy<Value = Vec<(u64, Act)>> {
    let text = 0..TEXTS.len();
    let deadline = prop_oneof![4 => Just(None), 1 => (0_u64..20_000).prop_map(Some)];
    let act = prop_oneof![
        10 => (text.clone(), deadline).prop_map(|(text, deadline)| Act::Send(text, deadline)),
        2 => (0_usize..3).prop_map(Act::Cancel),
        1 => Just(Act::StartPoll),
        1 => Just(Act::StopPoll),
        2 => text.prop_map(Act::AgentSays),
        1 => any::<bool>().prop_map(Act::Congested),
        1 => prop_oneof![1_u64..10_000, 1_u64..150_000].prop_map(Act::Down),
        1 => prop_oneof![1_u64..10_000, 1_u64..150_000].prop_map(Act::Offline),
    ];
    let pause = prop_oneof![3 => Just(0), 3 => 1_u64..500, 2 => 500_u64..8_000, 1 => 8_000_u64..100_000];
    proptest::collection::vec((pause, act), 1..25)
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let answer = prop_oneof![
        8 => Just(Answer::Good),
        2 => Just(Answer::Scrambled),
        2 => Just(Answer::None),
        1 => Just(Answer::Reset),
        1 => Just(Answer::Temporary),
        1 => Just(Answer::Unavailable),
        1 => Just(Answer::ComeBack),
        1 => Just(Answer::TooMany),
        1 => Just(Answer::Bad),
        1 => Just(Answer::Unreachable),
    ];
    let effect = prop_oneof![Just(Effect::Never), Just(Effect::Now), (0_u32..1_000).prop_map(Effect::Late)];
    let way = || prop_oneof![4 => 1_u64..50, 1 => 50_u64..1_400];
    let fate =
        (answer, effect, (way(), way())).prop_map(|(answer, effect, way)| Fate { answer, effect, way });
    proptest::collection::vec(fate, 0..120)
}

fn act(world: &mut World, act: &Act, sent: &mut Vec<RequestId>) {
    match *act {
        Act::Send(text, deadline) => {
            let deadline = deadline.map(Duration::from_millis);
            sent.push(world.script.command_within(message(TEXTS[text]), deadline));
        }
        Act::Cancel(back) => {
            if let Some(id) = sent.iter().rev().nth(back) {
                world.script.cancel(*id);
            }
        }
        Act::StartPoll => drop(world.script.command(Command::StartPoll)),
        Act::StopPoll => drop(world.script.command(Command::StopPoll)),
        Act::AgentSays(text) => world.say(Who::Agent, TEXTS[text], None),
        Act::Congested(congested) => world.script.congested(congested),
        Act::Down(ms) => world.down_until = world.script.now + Duration::from_millis(ms),
        Act::Offline(ms) => world.offline_until = world.script.now + Duration::from_millis(ms),
    }
}

fn end(world: &mut World, ending: Ending) {
    match ending {
        Ending::Healed => {
            world.heal();
            world.script.congested(false);
            world.script.command(Command::StartPoll);
        }
        Ending::EndChat => drop(world.script.command(Command::EndChat)),
        Ending::ByServer => world.ended = true,
        Ending::Close => world.script.close(),
    }
    world.pass(Duration::from_mins(3));
    if matches!(ending, Ending::ByServer) {
        world.heal();
        world.script.command(Command::StartPoll);
        world.pass(Duration::from_mins(3));
    }
}

/// How often the outcome of a message allows it to be in the transcript.
fn allowed(world: &World, id: RequestId) -> std::ops::RangeInclusive<usize> {
    match world.script.outcome(id) {
        Some(Ok(Resolution::Response(_))) => 1..=1,
        Some(Err(error)) if error.kind() == ErrorKind::OutcomeUnknown => 0..=1,
        Some(Err(_)) => 0..=0,
        other => panic!("{id:?}: {other:?}"),
    }
}

fn check(world: &World, sent: &[RequestId]) {
    for id in sent {
        let count = world.transcript.iter().filter(|(.., sender)| *sender == Some(*id)).count();
        assert!(
            allowed(world, *id).contains(&count),
            "{id:?} is there {count} times: {:?}",
            world.script.outcome(*id)
        );
    }
    let order: Vec<_> = world.transcript.iter().filter_map(|(.., sender)| *sender).collect();
    assert!(order.is_sorted(), "out of order: {order:?}");
}

/// The indexes that listeners were told.
fn delivered(world: &World) -> Vec<u64> {
    let batches = world.script.payloads("messageReceived");
    let messages = batches.iter().flat_map(|batch| batch["messages"].as_array().unwrap());
    messages.map(|message| message["index"].as_u64().unwrap()).collect()
}

proptest! {
    #[test]
    fn no_message_is_lost_or_doubled_and_order_is_kept(
        acts in acts(),
        fates in fates(),
        change in 0..CHANGES.len(),
        patience in prop_oneof![4 => Just(3), 1 => Just(10), 1 => Just(40)],
        ending in prop_oneof![
            4 => Just(Ending::Healed), 1 => Just(Ending::EndChat), 1 => Just(Ending::ByServer), 1 => Just(Ending::Close)
        ],
    ) {
        let mut world = World::new(fates, Duration::from_secs(patience));
        world.change = CHANGES[change];
        let mut sent = Vec::new();
        for (pause, step) in &acts {
            world.pass(Duration::from_millis(*pause));
            act(&mut world, step, &mut sent);
        }
        end(&mut world, ending);
        prop_assert_eq!(world.script.open(), 0, "every command has its outcome");
        check(&world, &sent);
        let delivered = delivered(&world);
        let all: Vec<_> = (1..=world.transcript.len() as u64).collect();
        match ending {
            Ending::Healed => prop_assert_eq!(delivered, all),
            Ending::EndChat | Ending::ByServer | Ending::Close => prop_assert!(all.starts_with(&delivered), "{delivered:?}"),
        }
    }
}
