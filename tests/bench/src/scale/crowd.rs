//! Chats, and what they tell.

use serde_json::Value;
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use webchat_core::{
    Chat, Completion, Config, Runtime,
    command::{Command, SendMessage, StartChat},
};

/// Counts what all chats tell.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) started: AtomicUsize,
    pub(super) failed: AtomicUsize,
    pub(super) ended: AtomicUsize,
    pub(super) lost: AtomicUsize,
    pub(super) errors: AtomicUsize,
    /// When each chat had its connection back.
    pub(super) back: Mutex<Vec<Instant>>,
    pub(super) sent: Mutex<Vec<Duration>>,
    pub(super) unsent: AtomicUsize,
}

/// Chats of one configuration on the default runtime.
pub(super) struct Crowd {
    pub(super) chats: Vec<Chat>,
    pub(super) told: Arc<Told>,
    config: Config,
}

impl Crowd {
    pub(super) fn new(config: &Value) -> Self {
        Self { chats: Vec::new(), told: Arc::default(), config: Config::from_json(config).unwrap() }
    }

    /// Makes chats until there are `count`.
    pub(super) fn make(&mut self, count: usize) {
        while self.chats.len() < count {
            let chat = Chat::builder().config(self.config.clone()).build().unwrap();
            let told = self.told.clone();
            chat.listen(move |delivery| match delivery.event.name() {
                "ended" => count_up(&told.ended),
                "disconnected" => count_up(&told.lost),
                "error" => count_up(&told.errors),
                "reconnected" => told.back.lock().unwrap().push(Instant::now()),
                _ => {}
            });
            self.chats.push(chat);
        }
    }

    /// Starts them all at once, and waits until each has its outcome. How long that took.
    pub(super) fn start(&self) -> Duration {
        let began = Instant::now();
        for chat in &self.chats {
            let told = self.told.clone();
            let done = Completion::new(move |outcome| {
                count_up(if outcome.is_ok() { &told.started } else { &told.failed });
            });
            chat.submit(Command::StartChat(StartChat::default()), None, done);
        }
        wait_until(|| count(&self.told.started) + count(&self.told.failed) == self.chats.len());
        began.elapsed()
    }

    /// Sends messages of chats here and there at `rate` a second, for `time`.
    pub(super) fn talk(&self, rate: u32, time: Duration) {
        let (began, every) = (Instant::now(), Duration::from_secs(1) / rate);
        let step = self.chats.len() / 61 + 1;
        for (turn, chat) in self.chats.iter().cycle().step_by(step).enumerate() {
            let at = every * u32::try_from(turn).unwrap();
            if at >= time {
                break;
            }
            thread::sleep(at.saturating_sub(began.elapsed()));
            let (told, left) = (self.told.clone(), Instant::now());
            let done = Completion::new(move |outcome| match outcome {
                Ok(_) => told.sent.lock().unwrap().push(left.elapsed()),
                Err(_) => count_up(&told.unsent),
            });
            let message = SendMessage { message: Some("hello".into()), ..SendMessage::default() };
            chat.submit(Command::SendMessage(message), None, done);
        }
    }

    /// Lets all chats go, and waits until they are closed. How long that took.
    pub(super) fn close(&mut self) -> Duration {
        let began = Instant::now();
        let closed: Vec<_> = self.chats.iter().map(Chat::closed).collect();
        let runtime = Runtime::shared().unwrap();
        self.chats.clear();
        runtime.handle().block_on(async {
            for closed in closed {
                closed.await;
            }
        });
        began.elapsed()
    }
}

pub(super) fn count(of: &AtomicUsize) -> usize {
    of.load(Ordering::Relaxed)
}

fn count_up(of: &AtomicUsize) {
    of.fetch_add(1, Ordering::Relaxed);
}

pub(super) fn wait_until(is_so: impl Fn() -> bool) {
    while !is_so() {
        thread::sleep(Duration::from_millis(20));
    }
}
