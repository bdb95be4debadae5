//! What many chats in one process cost, and what becomes of them.

use super::{
    crowd::{Crowd, count, wait_until},
    line, pace, process,
    served::Served,
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    thread,
    time::{Duration, Instant},
};

/// For how long each thing is watched.
const WHILE: Duration = Duration::from_secs(30);
/// How long the server is away: until pauses are at their longest.
const AWAY: Duration = Duration::from_mins(2);

/// The configuration of chats that poll.
fn polling(served: &Served) -> Value {
    json!({"dataURL": served.urls["chatUrl"], "connection": {"proxy": "none"}})
}

/// The configuration of chats over a WebSocket.
fn pushed(served: &Served) -> Value {
    json!({"connection": {"proxy": "none"}, "cometD": {
        "enabled": true, "cometURL": served.urls["cometdUrl"], "channel": served.urls["cometdChannel"], "websocketEnabled": true,
    }})
}

/// Makes and starts chats; says what came of it, and what they take.
fn begin(config: &Value, chats: usize) -> Crowd {
    let mut crowd = Crowd::new(config);
    crowd.make(1);
    let before = process::memory();
    crowd.make(chats);
    let made = process::memory();
    let took = crowd.start();
    line("started", count(&crowd.told.started));
    line("failed", count(&crowd.told.failed));
    line("in", format!("{took:.2?}"));
    line("bytes each before the start", each(before, made, chats));
    thread::sleep(WHILE / 2);
    line("bytes each", each(before, process::memory(), chats));
    line("descriptors", process::descriptors());
    line("threads", process::threads());
    crowd
}

fn each(before: u64, after: u64, chats: usize) -> u64 {
    after.saturating_sub(before) / chats as u64
}

/// The share of a processor that is used in [`WHILE`].
fn load() -> String {
    let before = process::running();
    thread::sleep(WHILE);
    #[allow(clippy::cast_precision_loss, reason = "a share")]
    let share = process::running().saturating_sub(before).as_secs_f64() / WHILE.as_secs_f64();
    format!("{:.1} %", share * 100.0)
}

fn part(of: u64, all: u64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "a share")]
    let share = of as f64 / all.max(1) as f64;
    format!("{:.2} %", share * 100.0)
}

/// Chats that poll at the default pace.
pub fn polls(served: &Served, chats: usize) {
    println!("\n{chats} chats over gms-rest");
    let mut crowd = begin(&polling(served), chats);
    line("of a processor", load());
    let told = crowd.told.clone();
    let polls = pace::during(|| crowd.talk(64, WHILE));
    line("polls a second", polls.polls / WHILE.as_secs());
    line("polls later than 100 ms", part(polls.late, polls.polls));
    line("polls answered after more than 100 ms", part(polls.slow, polls.polls));
    let mut sent = std::mem::take(&mut *told.sent.lock().unwrap());
    sent.sort_unstable();
    let at = |percent: usize| sent.get(sent.len() * percent / 100).copied().unwrap_or_default();
    line("a message among 64 a second, median", format!("{:.2?}", at(50)));
    line("the same, 99th percentile", format!("{:.2?}", at(99)));
    line("messages that did not arrive", count(&told.unsent));
    line("ended, lost their connection, errors", tallies(&crowd));
    line("descriptors at the end", process::descriptors());
    line("closed in", format!("{:.2?}", crowd.close()));
}

fn tallies(crowd: &Crowd) -> String {
    let told = &crowd.told;
    format!("{}, {}, {}", count(&told.ended), count(&told.lost), count(&told.errors))
}

/// Chats over `WebSockets`, whose server goes away and comes back.
pub fn sockets(served: &mut Served, chats: usize) {
    println!("\n{chats} chats over gms-cometd, by WebSocket");
    let mut crowd = begin(&pushed(served), chats);
    line("of a processor", load());
    outage(served, &crowd);
    line("closed in", format!("{:.2?}", crowd.close()));
}

/// Chats that poll, whose server goes away and comes back.
pub fn away(served: &mut Served, chats: usize) {
    println!("\n{chats} chats over gms-rest, and their server goes away");
    let mut crowd = begin(&polling(served), chats);
    outage(served, &crowd);
    line("closed in", format!("{:.2?}", crowd.close()));
}

fn outage(served: &mut Served, crowd: &Crowd) {
    let chats = crowd.chats.len();
    served.tell("down");
    thread::sleep(AWAY);
    line("lost their connection", count(&crowd.told.lost));
    served.tell("up");
    let up = Instant::now();
    wait_until(|| crowd.told.back.lock().unwrap().len() >= chats || up.elapsed() > AWAY);
    let back = crowd.told.back.lock().unwrap();
    let mut seconds: BTreeMap<u64, usize> = BTreeMap::new();
    for time in back.iter().filter(|time| **time >= up) {
        *seconds.entry(time.duration_since(up).as_secs()).or_default() += 1;
    }
    line("got it back", back.len());
    line(
        "the last after",
        format!("{:.2?}", back.iter().max().map(|last| last.duration_since(up)).unwrap_or_default()),
    );
    let most = seconds.values().max().copied().unwrap_or_default();
    line("most of them in one second", part(most as u64, chats as u64));
    line("ended", count(&crowd.told.ended));
}

/// Chats made, started, closed and made again, a thousand at a time.
pub fn cycles(served: &Served, chats: usize) {
    println!("\n{chats} chats, one after the other, a thousand at a time");
    let at_a_time = chats.clamp(1, 1_000);
    let config = polling(served);
    let mut memory = Vec::new();
    for _ in 0..chats / at_a_time {
        let mut crowd = Crowd::new(&config);
        crowd.make(at_a_time);
        crowd.start();
        crowd.close();
        memory.push(process::memory() >> 20);
    }
    let tenth = memory.get(memory.len() / 10).copied().unwrap_or_default();
    line("MiB after a tenth of them", tenth);
    line("MiB at the end", memory.last().copied().unwrap_or_default());
}
