//! Where a playback stands: what of the recording the client has asked again, and what may be told by now. It is given the time, and does
//! nothing itself.
//!
//! What the client asks is matched by operation, in order. The server's word comes when everything has been asked again that came before
//! it in the recording and shows in the transcript, so that nobody is answered before they have spoken.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::operation::{self, CONNECT, POLL, UPGRADE};
use super::recording::{Outcome, RecordedChat, Tell, id};
use super::substitute::Substitutes;

/// How fast a recording is played back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pace {
    /// At once: what brought nothing is passed over, and nobody is kept waiting.
    #[default]
    Fast,
    /// With the pauses of the recording.
    Recorded,
}

/// What there is for something that the client asked.
pub(super) enum Found {
    /// The request came to this; the time is when it was asked.
    Outcome(Outcome, u64),
    /// The message is answered in its time.
    Message,
    /// Nothing is to be told now.
    Idle,
    /// It was not recorded; why, in words.
    Unrecorded(String),
}

/// What is to go to the client.
pub(super) enum Out {
    Message(Option<String>, Value),
    Close(Option<u16>),
    Noise(u64),
}

/// When nobody listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outage {
    pub(super) after: Duration,
    pub(super) lasts: Duration,
}

pub(super) struct Play {
    chat: RecordedChat,
    pace: Pace,
    done: Vec<bool>,
    given: Vec<bool>,
    /// The client's ids of messages, and when they came.
    said: HashMap<usize, (String, Instant)>,
    /// Connects that were answered without the recording's answer.
    answered: HashSet<usize>,
    /// When the latest thing was asked, now and in the recording.
    anchor: Option<(Instant, u64)>,
    pub(super) outbox: VecDeque<Out>,
    pub(super) substitutes: Substitutes,
    pub(super) notes: Vec<String>,
    /// What was said of what is not recorded.
    named: HashSet<String>,
    waits_for: Option<usize>,
    /// The latest poll had no answer, or a failure's.
    poll_failed: bool,
    /// Until when nobody listens, or when that has just been decided.
    down_until: Option<Instant>,
}

impl Play {
    pub(super) fn new(chat: RecordedChat, pace: Pace, substitutes: Substitutes) -> Self {
        let passes = |ask: &super::recording::Ask| {
            ask.outcome.as_ref().is_some_and(|outcome| {
                let why = outcome.failure.as_deref();
                let given_up = why == Some("abandoned") && outcome.answer.is_none();
                why == Some("turnedAway") || given_up && matches!(ask.key.as_str(), POLL | CONNECT)
            })
        };
        Self {
            done: chat.asks.iter().map(passes).collect(),
            given: vec![false; chat.told.len()],
            chat,
            pace,
            said: HashMap::new(),
            answered: HashSet::new(),
            anchor: None,
            outbox: VecDeque::new(),
            substitutes,
            notes: Vec::new(),
            named: HashSet::new(),
            waits_for: None,
            poll_failed: false,
            down_until: None,
        }
    }

    pub(super) fn chat(&self) -> &RecordedChat {
        &self.chat
    }

    pub(super) fn pace(&self) -> Pace {
        self.pace
    }

    /// The next of the recorded ones with this key.
    fn next(&self, key: &str) -> Option<usize> {
        self.chat.asks.iter().zip(&self.done).position(|(ask, done)| !done && ask.key == key)
    }

    /// The place of the first that shows in the transcript and has not been asked yet.
    fn frontier(&self) -> usize {
        let mut left = self.chat.asks.iter().zip(&self.done);
        let first = left.find(|(ask, done)| !**done && operation::is_telling(&ask.key));
        first.map_or(usize::MAX, |(ask, _)| ask.place)
    }

    /// A request was made.
    pub(super) fn asked(&mut self, key: &str, words: Vec<(&'static str, String)>, now: Instant) -> Found {
        if key == POLL {
            return self.polled(now);
        }
        let Some(index) = self.next(key) else { return Found::Unrecorded(self.unrecorded(key)) };
        self.learn(index, words);
        self.take(index, now)
    }

    /// A message of Bayeux was sent.
    pub(super) fn said(&mut self, message: &Value, now: Instant) -> Found {
        self.substitutes.learn(message);
        let key = operation::of_message(message);
        let mut next = self.next(&key);
        while let Some(index) = next.filter(|index| key == CONNECT && self.is_idle_connect(*index)) {
            self.finish(index);
            self.answered.insert(index);
            next = self.next(&key);
        }
        let Some(index) = next else {
            return if key == CONNECT { Found::Idle } else { Found::Unrecorded(self.unrecorded(&key)) };
        };
        self.learn(index, operation::words_of_message(message));
        self.said.insert(index, (id(message).unwrap_or_default(), now));
        self.take(index, now)
    }

    /// What the customer says now stands from now on for what was said then.
    fn learn(&mut self, index: usize, words: Vec<(&'static str, String)>) {
        let Some(ask) = self.chat.asks.get(index) else { return };
        for (name, now) in words {
            if let Some((_, then)) = ask.words.iter().find(|(of, then)| *of == name && !then.is_empty()) {
                self.substitutes.words.insert(then.clone(), now);
            }
        }
    }

    fn take(&mut self, index: usize, now: Instant) -> Found {
        self.finish(index);
        let Some(ask) = self.chat.asks.get(index).cloned() else { return Found::Idle };
        self.anchor = Some((now, ask.at));
        let Some(outcome) = ask.outcome else { return Found::Message };
        // Whatever went with it fared no better.
        for (other, done) in self.chat.asks.iter().zip(&mut self.done) {
            *done |= other.exchange == ask.exchange && other.place == ask.place;
        }
        Found::Outcome(outcome, ask.at)
    }

    fn finish(&mut self, index: usize) {
        if let Some(done) = self.done.get_mut(index) {
            *done = true;
        }
    }

    /// A poll tells nothing before its time, and those that told nothing are passed over where nobody waits for them.
    fn polled(&mut self, now: Instant) -> Found {
        let frontier = self.frontier();
        while let Some(index) = self.next(POLL) {
            let Some(outcome) = self.chat.asks.get(index).and_then(|ask| ask.outcome.as_ref()) else {
                return self.take(index, now);
            };
            if frontier < outcome.place {
                self.note_wait();
                return Found::Idle;
            }
            // One behind a failure tells that it is over.
            let is_news = self.poll_failed;
            if self.pace == Pace::Recorded || is_news || !is_idle(outcome) {
                self.poll_failed = !is_success(outcome);
                return self.take(index, now);
            }
            self.finish(index);
        }
        Found::Idle
    }

    /// Whether a connect was held for long and brought nothing.
    fn is_idle_connect(&self, index: usize) -> bool {
        let Some(ask) = self.chat.asks.get(index).filter(|ask| ask.outcome.is_none()) else { return false };
        let is_answer = |tell: &Tell| matches!(tell, Tell::Answer(of, value) if *of == index && value["successful"] == true);
        let Some(answer) = self.chat.told.iter().find(|told| is_answer(&told.what)) else { return false };
        let meanwhile =
            self.chat.told.iter().filter(|told| told.place >= ask.place && told.place <= answer.place);
        let brought = meanwhile.filter(|told| !matches!(told.what, Tell::Answer(..))).count();
        self.pace == Pace::Fast && brought == 0 && answer.at.saturating_sub(ask.at) > 1000
    }

    /// Puts what may be told by now into the outbox; when there may be more.
    pub(super) fn step(&mut self, now: Instant) -> Option<Instant> {
        let frontier = self.frontier();
        let (mut is_blocked, mut next) = (false, None::<Instant>);
        for at in 0..self.chat.told.len() {
            let (Some(told), Some(false)) = (self.chat.told.get(at).cloned(), self.given.get(at)) else {
                continue;
            };
            let asked = match told.what {
                Tell::Answer(ask, _) => Some(ask),
                _ => None,
            };
            if let Some(ask) = asked
                && (self.answered.contains(&ask) || !self.done.get(ask).is_some_and(|done| *done))
            {
                continue;
            }
            let is_connect =
                asked.and_then(|ask| self.chat.asks.get(ask)).is_some_and(|ask| ask.key == CONNECT);
            let has_order = asked.is_none() || is_connect;
            if has_order && (is_blocked || frontier < told.place) {
                is_blocked = true;
                continue;
            }
            let time = self.time_of(asked, told.at, now);
            if time > now {
                next = Some(next.map_or(time, |next| next.min(time)));
                is_blocked |= has_order;
                continue;
            }
            if let Some(given) = self.given.get_mut(at) {
                *given = true;
            }
            let out = self.out(told.what);
            self.outbox.push_back(out);
        }
        if is_blocked && next.is_none() {
            self.note_wait();
        }
        next
    }

    fn time_of(&self, asked: Option<usize>, at: u64, now: Instant) -> Instant {
        if self.pace == Pace::Fast {
            return now;
        }
        let of_ask = asked.and_then(|ask| Some((self.said.get(&ask)?.1, self.chat.asks.get(ask)?.at)));
        let (then, recorded) = of_ask.or(self.anchor).unwrap_or((now, at));
        then + Duration::from_millis(at.saturating_sub(recorded))
    }

    fn out(&mut self, what: Tell) -> Out {
        match what {
            Tell::Push(message) => Out::Message(None, self.substitutes.in_json(message)),
            Tell::Answer(ask, mut message) => {
                let id = self.said.get(&ask).map(|(id, _)| id.clone()).unwrap_or_default();
                message["id"] = json!(id);
                Out::Message(Some(id), self.substitutes.in_json(message))
            }
            Tell::Close(code) => Out::Close(code),
            Tell::Noise(bytes) => Out::Noise(bytes),
        }
    }

    /// Answers the connect `id` without the recording's answer.
    pub(super) fn held_long_enough(&mut self, id: &str) -> Value {
        let of = self.said.iter().find(|(_, (said, _))| said == id).map(|(ask, _)| *ask);
        self.answered.extend(of);
        json!({"channel": CONNECT, "id": id, "successful": true})
    }

    /// The outage that begins now, if nothing comes before it any more.
    pub(super) fn outage(&mut self) -> Option<Outage> {
        let matters = |key: &str| {
            operation::is_telling(key)
                || [POLL, CONNECT, UPGRADE, "/meta/handshake", "/meta/subscribe"].contains(&key)
        };
        let is_out = |ask: &super::recording::Ask| ask.outcome.as_ref().is_some_and(Outcome::is_outage);
        let (first, ask) = self.chat.asks.iter().enumerate().find(|(index, ask)| {
            !self.done.get(*index).is_some_and(|done| *done)
                && matters(&ask.key)
                && !(self.is_passed_over(ask))
        })?;
        let untold = self.chat.told.iter().zip(&self.given).any(|(told, given)| {
            let waits = match told.what {
                Tell::Answer(ask, _) => !self.answered.contains(&ask),
                _ => true,
            };
            !given && told.place < ask.place && waits
        });
        if !is_out(ask) || untold {
            return None;
        }
        let asks = self.chat.asks.iter().filter(|other| other.place < ask.place);
        let answers =
            asks.clone().filter_map(|other| other.outcome.as_ref()).filter(|of| of.place < ask.place);
        let told = self.chat.told.iter().filter(|told| told.place < ask.place).map(|told| told.at);
        let before =
            asks.map(|other| other.at).chain(answers.map(|of| of.at)).chain(told).max().unwrap_or(ask.at);
        let run = self.chat.asks.iter().enumerate().skip(first).filter(|(_, ask)| matters(&ask.key));
        let run: Vec<usize> = run.take_while(|(_, ask)| is_out(ask)).map(|(index, _)| index).collect();
        let last =
            run.iter().filter_map(|index| self.chat.asks.get(*index)?.outcome.as_ref()).map(|of| of.at).max();
        let last = last.unwrap_or(ask.at);
        let next = self.chat.asks.iter().skip(first).find(|other| matters(&other.key) && !is_out(other));
        let back = next.map_or(last + 1000, |next| next.at.max(last));
        let begins = before.midpoint(ask.at.max(before));
        let (after, lasts) = (begins - before, last.midpoint(back).saturating_sub(begins));
        for index in run {
            self.finish(index);
        }
        let (after, lasts) = (Duration::from_millis(after), Duration::from_millis(lasts));
        self.poll_failed = true;
        self.down_until = Some(Instant::now() + after + lasts);
        Some(Outage { after, lasts })
    }

    /// Whether an outage was decided on that has not passed.
    pub(super) fn is_down_soon(&self) -> bool {
        self.down_until.is_some_and(|until| Instant::now() < until)
    }

    /// Whether a poll is passed over that the client need not make.
    fn is_passed_over(&self, ask: &super::recording::Ask) -> bool {
        self.pace == Pace::Fast && ask.key == POLL && ask.outcome.as_ref().is_some_and(is_idle)
    }

    fn unrecorded(&mut self, key: &str) -> String {
        let count = self.chat.asks.iter().filter(|ask| ask.key == key).count();
        let words = match count {
            0 => format!("{key} is not recorded"),
            1 => format!("another {key} is not recorded (the recording has one)"),
            count => format!("another {key} is not recorded (the recording has {count})"),
        };
        // A client may ask again and again, as for typing.
        if self.named.insert(words.clone()) {
            self.notes.push(words.clone());
        }
        words
    }

    /// Says once what the recording waits for.
    fn note_wait(&mut self) {
        let frontier = self.frontier();
        if self.waits_for != Some(frontier) {
            self.waits_for = Some(frontier);
            if let Some(ask) = self.chat.asks.iter().find(|ask| ask.place == frontier) {
                self.notes.push(format!("the recording goes on when the client asks: {}", ask.key));
            }
        }
    }
}

fn is_success(outcome: &Outcome) -> bool {
    let answer = outcome.answer.as_ref().filter(|_| outcome.failure.is_none());
    answer.is_some_and(|answer| answer.status == 200 && answer.broken.is_none())
}

/// Whether an answer to a poll tells nothing.
fn is_idle(outcome: &Outcome) -> bool {
    let Some(answer) =
        outcome.answer.as_ref().filter(|answer| answer.status == 200 && answer.broken.is_none())
    else {
        return false;
    };
    let Some(json) = answer.json.as_ref().filter(|_| outcome.failure.is_none()) else { return false };
    let data = json.get("data").unwrap_or(json);
    let ended = [json, data].iter().any(|of| of["chatEnded"] == true);
    let fails = json.get("statusCode").is_some_and(|code| *code != 0)
        || json.pointer("/status/code").is_some_and(|code| *code != "SUCCESS");
    data["messages"].as_array().is_some_and(Vec::is_empty) && !ended && !fails
}
