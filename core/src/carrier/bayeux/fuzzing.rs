//! The Bayeux engine and its messages, given whatever a network and a server can do, in simulated time.

use super::{
    engine::{Engine, Event, ExchangeId, Input, Output, Settings, Timing},
    failure, message,
};
use crate::transport::{Applied, Failure};
use bytes::Bytes;
use serde_json::value::RawValue;
use std::{collections::BTreeSet, time::Duration};

/// More of what is to be done at one moment than this is a storm.
const STORM: usize = 2_000;

struct World {
    engine: Engine,
    now: Duration,
    posts: Vec<ExchangeId>,
    open: BTreeSet<String>,
    outputs: usize,
}

/// Plays the bytes: one says what happens, those up to the next line break what comes with it. In the end every publish has its outcome.
///
/// # Panics
/// If it finds something.
pub fn bayeux_engine(data: &[u8]) {
    let settings = Settings {
        websocket: data.first().is_some_and(|first| first % 2 == 0),
        channels: vec!["/service/chatV2/v2Api".into()],
        timing: Timing::default(),
        seed: 7,
    };
    let mut world = World {
        engine: Engine::new(settings),
        now: Duration::from_secs(1),
        posts: Vec::new(),
        open: BTreeSet::new(),
        outputs: 0,
    };
    world.engine.start(world.now);
    world.drain();
    for line in data.split(|byte| *byte == b'\n').take(64) {
        if let Some((what, with)) = line.split_first() {
            world.happen(*what, with);
            world.drain();
        }
    }
    world.engine.stop(world.now);
    world.drain();
    world.pass(Duration::from_mins(10));
    assert!(world.open.is_empty(), "publishes without an outcome: {:?}", world.open);
}

impl World {
    fn happen(&mut self, what: u8, with: &[u8]) {
        let now = self.now;
        match what {
            b'o' => self.engine.handle(now, Input::Opened),
            b'c' => self.engine.handle(now, Input::Closed(lost())),
            b'l' => self.engine.handle(now, Input::TooLarge(lost())),
            b'r' => {
                if let Ok(messages) = message::read(&Bytes::copy_from_slice(with)) {
                    self.engine.handle(now, Input::Received(messages));
                }
            }
            b'a' if !self.posts.is_empty() => {
                let exchange = self.posts.remove(0);
                let answer = message::read(&Bytes::copy_from_slice(with)).map_err(|_| lost());
                self.engine.handle(now, Input::Answered(exchange, answer));
            }
            b'w' if !self.posts.is_empty() => {
                let exchange = self.posts.iter().cycle().nth(with.len() / 2);
                if let Some(exchange) = exchange.copied() {
                    self.engine.handle(now, Input::Connecting(exchange, with.len().is_multiple_of(2)));
                }
            }
            b'p' => {
                if let Ok(data) = RawValue::from_string("{\"operation\":\"x\"}".into()) {
                    let limit = Duration::from_secs(with.len().try_into().unwrap_or(60));
                    let id = self.engine.publish(now, "/service/chatV2/v2Api".into(), data, limit);
                    self.open.insert(format!("{id:?}"));
                }
            }
            b't' => self.pass(Duration::from_millis(u64::try_from(with.len()).unwrap_or(0) * 500)),
            b's' => self.engine.start(now),
            b'e' => self.engine.stop(now),
            _ => {}
        }
    }

    /// Lets time pass, doing what becomes due.
    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        self.outputs = 0;
        while let Some(due) = self.engine.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.engine.handle_timeout(self.now);
            self.drain();
            let next = self.engine.poll_timeout();
            assert!(next.is_none_or(|next| next > self.now), "what was due is still due");
        }
        self.now = end;
    }

    fn drain(&mut self) {
        while let Some(output) = self.engine.poll_output() {
            self.outputs += 1;
            assert!(self.outputs < STORM, "a storm");
            match output {
                Output::Post(exchange, _) => self.posts.push(exchange),
                Output::Abandon(exchange) => self.posts.retain(|post| *post != exchange),
                Output::Event(Event::Published(id, _)) => {
                    assert!(self.open.remove(&format!("{id:?}")), "a second outcome");
                }
                Output::Open
                | Output::Close
                | Output::Write(_)
                | Output::Ping
                | Output::Silent(_)
                | Output::Event(_) => {}
            }
        }
    }
}

fn lost() -> Failure {
    failure::lost(Applied::Unknown, "cut")
}

/// A Bayeux payload; what is in its deliveries is GMS's.
pub fn bayeux_frame(data: &[u8]) {
    for mut message in message::read(&Bytes::copy_from_slice(data)).unwrap_or_default() {
        let _ = (message.ack().cloned(), format!("{message:?}"));
        if let Some(delivered) = message.take_data() {
            crate::fuzzing::gms_answer(&delivered);
        }
    }
}
