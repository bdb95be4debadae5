//! A process that keeps its outbox and is killed hundreds of times, at any moment: every message that it was told to be queued arrives
//! exactly once, in the order given, also where texts repeat.

use super::{
    answers::*,
    script::{Script, start_chat},
};
use crate::{config::OutboxConfig, transport::Operation};
use std::time::Duration;

const KILLS: u32 = 60;

struct World {
    script: Script,
    random: fastrand::Rng,
    /// What the server has, behind the customer's join.
    transcript: Vec<String>,
    /// What is to arrive: the messages that were told to be queued, by their local ids.
    queued: Vec<(u64, String)>,
    /// What was given to this process.
    given: Vec<(u64, String)>,
    last_id: u64,
    kills: u32,
}

fn process() -> Script {
    let mut script = Script::new();
    script.config.outbox = OutboxConfig { tells: true, keep: true, queues: false, bound: None };
    script.hold_stores = true;
    script.config.restore_timeout = None;
    script
}

impl World {
    fn new(seed: u64) -> Self {
        let mut script = process();
        script.configure();
        script.command(start_chat());
        script.answer("start", session("chat-1"));
        Self {
            script,
            random: fastrand::Rng::with_seed(seed),
            transcript: Vec::new(),
            queued: Vec::new(),
            given: Vec::new(),
            last_id: 0,
            kills: 0,
        }
    }

    fn entries(&self, from: u64) -> Vec<crate::model::Received> {
        let said = (2..).zip(&self.transcript).map(|(index, text)| says(index, Who::Client, text));
        std::iter::once(joins(1, Who::Client)).chain(said).skip(usize::try_from(from - 1).unwrap()).collect()
    }

    /// Takes note of what this process has told since it began.
    fn note(&mut self) {
        let queued: Vec<u64> = self
            .script
            .payloads("outbox")
            .iter()
            .filter(|told| told["state"] == "queued" && told["restored"] == false)
            .map(|told| told["localID"].as_u64().unwrap())
            .collect();
        for (id, text) in self.given.extract_if(.., |(id, _)| queued.contains(id)) {
            self.queued.push((id, text));
        }
        assert!(
            self.script
                .payloads("outbox")
                .iter()
                .all(|told| told["state"] != "unknown" && told["state"] != "rejected"),
            "{:?}",
            self.script.payloads("outbox")
        );
    }

    fn send(&mut self) {
        let text = ["hi", "ho", "hey"][self.random.usize(0..3)];
        self.script.send(text);
        self.last_id += 1;
        self.given.push((self.last_id, text.to_owned()));
    }

    /// The server gets the oldest request, or not, and its answer arrives, or not.
    fn request(&mut self) {
        if self.script.pending.is_empty() {
            return;
        }
        let pending = self.script.pending.remove(0);
        let answers = self.random.u8(0..4) > 0;
        let reply = match &pending.request.operation {
            Operation::Send(text) => {
                if answers || self.random.bool() {
                    self.transcript.push(text.text.to_string());
                }
                done()
            }
            Operation::Poll { from, .. } => batch(self.entries(from.next)),
            Operation::Restore => return self.script.reply(pending.id, Ok(batch(self.entries(1)))),
            other => panic!("nobody asked for {other:?}"),
        };
        let is_send = matches!(pending.request.operation, Operation::Send(_));
        self.script.reply(pending.id, if answers || !is_send { Ok(reply) } else { Err(http(503)) });
    }

    /// Only what is stored is left; a request on its way arrives, or not.
    fn kill(&mut self) {
        self.note();
        self.kills += 1;
        if let Some(Operation::Send(text)) = self
            .script
            .pending
            .iter()
            .map(|pending| &pending.request.operation)
            .find(|operation| matches!(operation, Operation::Send(_)))
            && self.random.bool()
        {
            self.transcript.push(text.text.to_string());
        }
        let mut next = process();
        next.stored = self.script.stored.clone();
        next.now = self.script.now + Duration::from_millis(self.random.u64(0..2_000));
        next.configure();
        self.given.clear();
        // Ids that nobody was told of are given again.
        self.last_id = self.queued.last().map_or(0, |(id, _)| *id);
        self.script = next;
    }

    fn step(&mut self) {
        match self.random.u8(0..12) {
            0..2 if self.is_live() => self.send(),
            2..5 => self.request(),
            5..8 => self.script.write(),
            8 => self.kill(),
            _ if self.script.service.next_timeout().is_some() => self.script.step(),
            _ => {}
        }
    }

    fn is_live(&self) -> bool {
        self.script.events().iter().any(|event| matches!(event.name(), "restored" | "started"))
    }

    fn settle(&mut self) {
        for _ in 0..400 {
            self.request();
            self.script.write();
            if self.script.pending.is_empty() && self.script.service.next_timeout().is_some() {
                self.script.step();
            }
        }
        self.note();
    }
}

#[test]
fn killed_at_any_moment_what_was_queued_arrives_once_and_in_order() {
    for seed in 0..20 {
        let mut world = World::new(seed);
        while world.kills < KILLS {
            world.step();
        }
        world.settle();
        let queued: Vec<_> = world.queued.iter().map(|(_, text)| text.clone()).collect();
        assert!(queued.len() > 20, "{} messages", queued.len());
        assert_eq!(world.transcript, queued, "seed {seed}");
    }
}
