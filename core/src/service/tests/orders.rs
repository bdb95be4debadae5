//! Every order in which pushes, looks at the transcript, cuts of the link and pauses of the program can come: each message is told once, in the server's order.

use super::{
    answers::*,
    push::PUSH,
    script::{Pending, Script},
};
use crate::{
    model::Received,
    transport::{Applied, Failure, Incoming, News, Operation, Reply},
};
use proptest::prelude::*;
use std::time::Duration;

/// What happens next.
#[derive(Clone, Debug)]
enum Act {
    /// The agent says something, and it is pushed.
    Say,
    /// One of the pushes on their way arrives: they overtake each other.
    Arrive(usize),
    /// The server gets the oldest look, and reads the transcript.
    Read,
    /// The answer to a look arrives.
    Answer,
    /// The link is cut: what is on its way is lost.
    Cut,
    /// The program leaves its events waiting, or takes them again.
    Congested(bool),
    /// Time passes.
    Wait(u64),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        6 => Just(Act::Say),
        8 => (0_usize..4).prop_map(Act::Arrive),
        4 => Just(Act::Read),
        4 => Just(Act::Answer),
        1 => Just(Act::Cut),
        1 => any::<bool>().prop_map(Act::Congested),
        2 => (0_u64..4_000).prop_map(Act::Wait),
    ];
    proptest::collection::vec(act, 1..120)
}

struct World {
    script: Script,
    /// The transcript has so many entries.
    length: u64,
    pushes: Vec<u64>,
    answers: Vec<(Pending, Reply)>,
    /// Whether what is pushed names the next place.
    names_next: bool,
}

fn entry_at(place: u64) -> Received {
    if place == 1 { joins(1, Who::Client) } else { says(place, Who::Agent, &place.to_string()) }
}

impl World {
    fn new(names_next: bool) -> Self {
        let script = Script::started_with(|script| script.capabilities = PUSH);
        Self { script, length: 1, pushes: Vec::new(), answers: Vec::new(), names_next }
    }

    fn act(&mut self, act: &Act) {
        match act {
            Act::Say => {
                self.length += 1;
                self.pushes.push(self.length);
            }
            Act::Arrive(_) if self.pushes.is_empty() => {}
            Act::Arrive(at) => {
                let place = self.pushes.remove(at % self.pushes.len());
                let next_position = self.names_next.then_some(self.length + 1);
                let news = Reply { next_position, ..batch(vec![entry_at(place)]) };
                self.script.incoming(Incoming::Batch(Box::new(news)));
            }
            Act::Read if self.script.pending.is_empty() => {}
            Act::Read => {
                let look = self.script.pending.remove(0);
                let Operation::Poll { from, .. } = &look.request.operation else { panic!("{look:?}") };
                let reply = batch((from.next..=self.length).map(entry_at).collect());
                self.answers.push((look, reply));
            }
            Act::Answer if self.answers.is_empty() => {}
            Act::Answer => {
                let (look, reply) = self.answers.remove(0);
                self.script.reply(look.id, Ok(reply));
            }
            Act::Cut => self.cut(),
            Act::Congested(congested) => self.script.congested(*congested),
            Act::Wait(ms) => self.script.wait_ms(*ms),
        }
    }

    fn cut(&mut self) {
        self.pushes.clear();
        let lost = || Failure { applied: Applied::Unknown, news: News::Nothing, ..lost() };
        let unanswered: Vec<_> = self.answers.drain(..).map(|(look, _)| look).collect();
        for look in unanswered.into_iter().chain(std::mem::take(&mut self.script.pending)) {
            self.script.reply(look.id, Err(lost()));
        }
        self.script.incoming(Incoming::Up { gap: true });
    }

    fn told(&self) -> Vec<u64> {
        let batches = self.script.payloads("messageReceived");
        let messages = batches.iter().flat_map(|batch| batch["messages"].as_array().unwrap());
        messages.map(|message| message["index"].as_u64().unwrap()).collect()
    }

    /// Everything arrives that is on its way, and what is asked for is answered.
    fn settle(&mut self) {
        self.script.congested(false);
        for _ in 0..200 {
            for act in [Act::Arrive(0), Act::Read, Act::Answer] {
                self.act(&act);
            }
        }
        self.script.wait(Duration::from_secs(3));
        for act in [Act::Read, Act::Answer] {
            self.act(&act);
        }
    }
}

proptest! {
    #[test]
    fn each_message_is_told_once_and_in_order(acts in acts(), names_next in any::<bool>()) {
        let mut world = World::new(names_next);
        for act in &acts {
            world.act(act);
            let told = world.told();
            prop_assert!(told.iter().copied().eq(1..=told.len() as u64), "{told:?}");
        }
        world.settle();
        prop_assert_eq!(world.told().len() as u64, world.length);
        prop_assert_eq!(world.script.service.next_timeout(), None);
    }
}
