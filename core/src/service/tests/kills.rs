//! A link that is killed a thousand times while both sides talk: nothing is lost, nothing doubled, the order kept.

use super::{
    answers::*,
    push::PUSH,
    script::{Script, message},
};
use crate::{
    ErrorKind,
    command::RequestId,
    model::Received,
    service::ExchangeId,
    transport::{Applied, Failure, Incoming, News, Operation, Reply},
};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

const KILLS: u32 = 1_000;

/// Something on its way to the customer.
enum Flying {
    Push(Reply),
    Answer(ExchangeId, Reply),
}

/// A server that pushes to whoever has asked for the transcript, and the link to it.
struct World {
    script: Script,
    random: fastrand::Rng,
    /// What was said: by whom, what.
    transcript: Vec<(Who, String)>,
    flying: VecDeque<Flying>,
    up: bool,
    /// The server pushes what is said from here on.
    subscribed: bool,
    /// The server repeats what has not been acknowledged.
    acks: bool,
    sent: BTreeMap<RequestId, String>,
    kills: u32,
}

/// A publish that nobody acknowledged.
fn unanswered() -> Failure {
    Failure { news: News::Nothing, ..lost() }
}

impl World {
    fn new(seed: u64, acks: bool) -> Self {
        let script = Script::started_with(|script| script.capabilities = PUSH);
        Self {
            script,
            random: fastrand::Rng::with_seed(seed),
            transcript: vec![(Who::Client, String::new())],
            flying: VecDeque::new(),
            up: true,
            subscribed: true,
            acks,
            sent: BTreeMap::new(),
            kills: 0,
        }
    }

    fn entry(&self, index: usize) -> Received {
        let (who, text) = &self.transcript[index];
        says(index as u64 + 1, *who, text)
    }

    /// Somebody says something; it is on its way to the customer if that works.
    fn say(&mut self, who: Who, text: String) {
        self.transcript.push((who, text));
        if self.subscribed && (self.up || self.acks) {
            let news = batch(vec![self.entry(self.transcript.len() - 1)]);
            self.flying.push_back(Flying::Push(news));
        }
    }

    /// The next thing arrives.
    fn arrive(&mut self) {
        match self.flying.pop_front() {
            Some(Flying::Push(news)) => self.script.incoming(Incoming::Batch(Box::new(news))),
            Some(Flying::Answer(id, reply)) => self.script.reply(id, Ok(reply)),
            None => {}
        }
    }

    /// The server gets the oldest request, or it is lost on the way.
    fn request(&mut self) {
        if self.script.pending.is_empty() {
            return;
        }
        let pending = self.script.pending.remove(0);
        if !self.up {
            let never = Failure { applied: Applied::No, ..unanswered() };
            return self.script.reply(pending.id, Err(never));
        }
        match &pending.request.operation {
            Operation::Send(text) => {
                self.say(Who::Client, text.text.to_string());
                self.flying.push_back(Flying::Answer(pending.id, done()));
            }
            Operation::Poll { from, .. } => {
                let known = usize::try_from(from.next - 1).unwrap();
                let missed = (known..self.transcript.len()).map(|index| self.entry(index)).collect();
                self.flying.push_back(Flying::Answer(pending.id, batch(missed)));
                self.subscribed = true;
            }
            other => panic!("nobody asked for {other:?}"),
        }
    }

    /// The link is lost, and with it every answer on its way; what the server got has its effect all the same.
    fn kill(&mut self) {
        if !self.up {
            return;
        }
        self.kills += 1;
        self.up = false;
        if self.random.bool() {
            // A request that was just leaving.
            if let Some(at) = self.script.pending.iter().position(|pending| pending.kind() == "send") {
                let leaving = self.script.pending.remove(at);
                self.script.reply(leaving.id, Err(unanswered()));
            }
        }
        let (answers, pushes): (Vec<_>, Vec<_>) =
            self.flying.drain(..).partition(|flying| matches!(flying, Flying::Answer(..)));
        for answer in answers {
            if let Flying::Answer(id, _) = answer {
                self.script.reply(id, Err(unanswered()));
            }
        }
        if self.acks {
            self.flying.extend(pushes);
        } else {
            self.subscribed = false;
        }
    }

    fn come_up(&mut self) {
        if self.up {
            return;
        }
        if self.random.bool() {
            self.script.incoming(Incoming::Down(unreachable()));
            let wait = Duration::from_millis(self.random.u64(0..20_000));
            self.script.wait(wait);
        }
        self.up = true;
        self.script.incoming(Incoming::Up { gap: !self.acks });
    }

    fn step(&mut self) {
        match self.random.u8(0..12) {
            0..2 => self.say(Who::Agent, format!("agent {}", self.transcript.len())),
            2..4 => {
                let text = format!("mia {}", self.sent.len());
                let id = self.script.command(message(&text));
                self.sent.insert(id, text);
            }
            4..7 => self.request(),
            7..10 => self.arrive(),
            10 if self.up => self.kill(),
            10 => self.come_up(),
            _ => {
                let wait = Duration::from_millis(self.random.u64(0..2_000));
                self.script.wait(wait);
            }
        }
    }

    /// The link holds until everything is said and done.
    fn settle(&mut self) {
        self.come_up();
        loop {
            self.request();
            self.arrive();
            let busy = !self.flying.is_empty() || !self.script.pending.is_empty();
            match self.script.service.next_timeout() {
                _ if busy => {}
                Some(_) => self.script.step(),
                None => break,
            }
        }
    }

    fn check(&self) {
        let told: Vec<(u64, String)> = self
            .script
            .payloads("messageReceived")
            .iter()
            .flat_map(|payload| payload["messages"].as_array().unwrap())
            .filter(|message| message["type"] == "Message")
            .map(|message| (message["index"].as_u64().unwrap(), message["text"].as_str().unwrap().to_owned()))
            .collect();
        // The first entry was told before the world began.
        let said: Vec<(u64, String)> = (2..)
            .zip(self.transcript.iter().skip(1))
            .map(|(index, (_, text))| (index, text.clone()))
            .collect();
        assert_eq!(told, said);
        let mut unknown = 0;
        for (id, text) in &self.sent {
            let times = said.iter().filter(|(_, said)| said == text).count();
            match self.script.outcome(*id).unwrap() {
                Ok(outcome) if outcome.to_json()["statusCode"] == 0 => assert_eq!(times, 1, "{text}: sent"),
                Ok(_) => assert_eq!(times, 0, "{text}: not sent"),
                Err(error) if error.kind() == ErrorKind::OutcomeUnknown => {
                    assert!(times <= 1, "{text}: {error}");
                    unknown += 1;
                }
                Err(error) => assert_eq!(times, 0, "{text}: {error}"),
            }
        }
        let (arrived, sent) = (said.len(), self.sent.len());
        assert!(arrived > 1_000 && sent > 1_000, "{arrived} said, {sent} sent");
        assert!(unknown * 100 <= sent, "{unknown} of {sent} were in doubt for too long");
    }
}

#[test]
fn a_thousand_kills_lose_nothing_and_double_nothing() {
    for (seed, acks) in [(1, false), (2, true), (3, false), (4, true)] {
        let mut world = World::new(seed, acks);
        while world.kills < KILLS {
            world.step();
        }
        world.settle();
        world.check();
    }
}
