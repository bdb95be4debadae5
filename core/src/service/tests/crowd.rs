//! Many chats of one server, in simulated time: what they do together.

use super::{answers::*, script::Script};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    time::Duration,
};

/// How many there are.
const CHATS: usize = 1_000;

/// Chats that all began in the same instant.
struct Crowd {
    chats: Vec<Script>,
    due: BinaryHeap<Reverse<(Duration, usize)>>,
    began: Duration,
}

impl Crowd {
    fn new(change: impl Fn(&mut Script)) -> Self {
        let chat = |seed| {
            Script::started_with(|script| {
                script.seed = Some(seed);
                change(script);
            })
        };
        let chats: Vec<_> = (0..CHATS as u64).map(chat).collect();
        let due = chats.iter().enumerate().map(|(at, chat)| Reverse((next(chat), at))).collect();
        let began = chats[0].now;
        Self { chats, due, began }
    }

    /// Goes on to `end`, after the beginning, and answers every poll at once, as `answer` wants, which is told when it was made.
    fn go_on(&mut self, end: Duration, mut answer: impl FnMut(usize, &mut Script, Duration)) {
        let end = self.began + end;
        while let Some(Reverse((due, at))) = self.due.pop() {
            if due > end {
                self.due.push(Reverse((due, at)));
                return;
            }
            let chat = &mut self.chats[at];
            chat.step();
            if chat.kinds().contains(&"poll") {
                answer(at, chat, due - self.began);
            }
            self.due.push(Reverse((next(chat), at)));
        }
    }
}

fn next(chat: &Script) -> Duration {
    chat.service.next_timeout().expect("polling goes on")
}

/// How many of `times` are in each part of this length.
fn parts(times: &[Duration], length: Duration) -> BTreeMap<u128, usize> {
    let mut parts = BTreeMap::new();
    for time in times {
        *parts.entry(time.as_micros() / length.as_micros()).or_default() += 1;
    }
    parts
}

/// The times of the polls from `from` to `to` where all are answered.
fn polls(crowd: &mut Crowd, from: Duration, to: Duration) -> Vec<Duration> {
    let mut times = Vec::new();
    crowd.go_on(to, |_, chat, time| {
        times.push(time);
        chat.answer("poll", done());
    });
    times.retain(|time| *time >= from);
    times
}

#[test]
fn chats_that_began_together_come_apart_and_keep_their_pace() {
    let (from, to) = (Duration::from_secs(20), Duration::from_secs(80));
    for dynamic in [true, false] {
        let mut crowd = Crowd::new(|script| script.config.polling.dynamic = dynamic);
        // Where the interval is a fixed one, twenty of them have passed.
        let (from, to) = if dynamic { (from, to) } else { (from * 3, from * 6) };
        let times = polls(&mut crowd, from, to);
        let share = CHATS / 30;
        let most = parts(&times, Duration::from_millis(100)).into_values().max().unwrap();
        assert!(most < 2 * share, "{most} in a tenth of a second, where {share} are a fair share");
        let (got, expected) = (times.len(), CHATS * 20);
        assert!(got.abs_diff(expected) <= expected / 100, "{got} polls, not {expected}");
    }
}

#[test]
fn no_interval_is_shorter_or_longer_by_more_than_a_quarter() {
    let mut crowd = Crowd::new(|script| script.config.polling.dynamic = false);
    let mut before: BTreeMap<usize, Duration> = BTreeMap::new();
    let seconds = 2.25..3.75;
    crowd.go_on(Duration::from_secs(30), |at, chat, time| {
        if let Some(before) = before.insert(at, time) {
            assert!(seconds.contains(&(time - before).as_secs_f64()), "{:?}", time - before);
        }
        chat.answer("poll", done());
    });
    assert_eq!(before.len(), CHATS);
}

#[test]
fn own_activity_quickens_however_chance_falls() {
    let mut crowd = Crowd::new(|_| {});
    polls(&mut crowd, Duration::ZERO, Duration::from_secs(30));
    for chat in &mut crowd.chats {
        chat.now = crowd.began + Duration::from_secs(30);
        let before = chat.now;
        chat.send("hi");
        chat.answer("send", done());
        chat.step();
        assert!(chat.kinds().contains(&"poll") && chat.now - before <= Duration::from_millis(500));
    }
}

#[test]
fn what_a_server_asks_for_is_kept_to_and_not_by_all_in_one_instant() {
    let mut crowd = Crowd::new(|_| {});
    let asked = Duration::from_secs(8);
    crowd.go_on(Duration::from_secs(1), |_, chat, _| chat.fail("poll", come_back(503, asked)));
    let times = polls(&mut crowd, Duration::ZERO, Duration::from_secs(12));
    let (first, last) = (times.iter().take(CHATS).min().unwrap(), times.iter().take(CHATS).max().unwrap());
    assert!(*first >= asked && *last <= Duration::from_secs(12), "{first:?} {last:?}");
    let most = parts(&times[..CHATS], Duration::from_millis(100)).into_values().max().unwrap();
    assert!(most < CHATS / 8, "{most}");
}

#[test]
fn chats_whose_server_comes_back_after_an_hour_come_back_one_after_the_other() {
    let mut crowd = Crowd::new(|_| {});
    polls(&mut crowd, Duration::ZERO, Duration::from_secs(5));
    let back = Duration::from_secs(3_600);
    crowd.go_on(back, |_, chat, _| chat.fail("poll", unreachable()));
    let mut times = Vec::new();
    crowd.go_on(back + Duration::from_secs(30), |_, chat, time| {
        chat.take();
        chat.answer("poll", done());
        if chat.take().contains(&"reconnected".to_owned()) {
            times.push(time);
        }
    });
    assert_eq!(times.len(), CHATS, "nobody is later than the longest pause");
    let most = parts(&times, Duration::from_secs(1)).into_values().max().unwrap();
    assert!(most <= CHATS / 10, "{most} in one second");
}
