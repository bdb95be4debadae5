//! What an application was told, in order, and the waits of a scenario's steps.

use crate::{
    adapter::Told,
    backend::BackEnd,
    invariants::Watch,
    pattern::{Saved, matches},
    scenario::Scenario,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Write, time::Duration};
use tokio::{sync::mpsc, time::Instant};

/// Events of trouble: they fail a scenario that does not speak of them.
const TROUBLE: [&str; 10] = [
    "error",
    "restoreTimeout",
    "restoreFailed",
    "restoredOffline",
    "disconnected",
    "reconnected",
    "chatServerWentOffline",
    "chatServerBackOnline",
    "connectionPending",
    "connectionRestored",
];

#[derive(Debug)]
enum Record {
    Told(Told),
    Step(String),
}

/// An entry that a step expects in the timeline.
#[derive(Debug, Clone)]
pub(crate) enum Expected {
    /// An event, and its payload.
    Event(String, Value),
    /// The outcome of a command.
    Outcome(u64),
}

/// How entries have to follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// In this order, with others between them.
    Ordered,
    /// In any order.
    Unordered,
    /// In this order with no other event between them.
    Strict,
}

/// The outcome of a command.
pub(crate) type Outcome = Result<Value, (String, Value)>;

pub(crate) struct Timeline {
    started: Instant,
    /// How long a step waits for what it expects; only a scenario that fails waits so long.
    patience: Duration,
    back_end: BackEnd,
    asynchronous: bool,
    records: Vec<(Duration, Record)>,
    source: mpsc::UnboundedReceiver<Told>,
    watch: Watch,
    outcomes: BTreeMap<u64, (usize, Outcome)>,
    /// Where the steps of kind `event` and `events` go on looking.
    cursor: usize,
    /// Where the present chat object begins.
    chat_began: usize,
    /// How many messages the steps of kind `messages` have passed.
    messages_passed: usize,
    never: Vec<String>,
    expected_trouble: Vec<String>,
}

impl Timeline {
    /// A timeline on which trouble must not happen, but for that which `scenario` speaks of.
    pub(crate) fn new(
        source: mpsc::UnboundedReceiver<Told>,
        scenario: &Scenario,
        back_end: BackEnd,
        patience: Duration,
    ) -> Self {
        let mentioned = scenario.events().into_iter().chain(scenario.may.iter().cloned());
        Self {
            started: Instant::now(),
            patience,
            back_end,
            asynchronous: scenario.asynchronous,
            records: Vec::new(),
            source,
            watch: Watch::new(back_end, scenario.asynchronous),
            outcomes: BTreeMap::new(),
            cursor: 0,
            chat_began: 0,
            messages_passed: 0,
            never: Vec::new(),
            expected_trouble: mentioned.collect(),
        }
    }

    pub(crate) fn note(&mut self, step: String) {
        self.records.push((self.started.elapsed(), Record::Step(step)));
    }

    /// A new chat object: what it tells comes from `source`.
    pub(crate) fn begin_chat(&mut self, source: mpsc::UnboundedReceiver<Told>) {
        self.source = source;
        self.watch = Watch::new(self.back_end, self.asynchronous);
        self.chat_began = self.records.len();
        self.cursor = self.records.len();
        self.messages_passed = 0;
    }

    /// Names events that must not come from now on.
    pub(crate) fn forbid(&mut self, names: &[String]) {
        self.never.extend_from_slice(names);
    }

    /// Takes the next entry; false when there are no more. Checks what is always true.
    async fn advance(&mut self, deadline: Instant) -> Result<bool, String> {
        let next = tokio::time::timeout_at(deadline, self.source.recv()).await;
        let Some(told) = next.map_err(|_| format!("did not come within {} s", self.patience.as_secs()))?
        else {
            return Ok(false);
        };
        self.take(told)?;
        Ok(true)
    }

    /// Takes what is there already.
    pub(crate) fn catch_up(&mut self) -> Result<(), String> {
        while let Ok(told) = self.source.try_recv() {
            self.take(told)?;
        }
        Ok(())
    }

    fn take(&mut self, told: Told) -> Result<(), String> {
        let at = self.records.len();
        let problem = match &told {
            Told::Event(name, envelope) => self.judge_event(name, envelope),
            Told::Resolved(id, value) => self.keep_outcome(*id, at, Ok(value.clone())),
            Told::Rejected(id, kind, value) => self.keep_outcome(*id, at, Err((kind.clone(), value.clone()))),
            Told::Note(_) => Ok(()),
            Told::Broken(why) => Err(format!("the adapter broke the protocol: {why}")),
        };
        self.records.push((self.started.elapsed(), Record::Told(told)));
        problem
    }

    fn judge_event(&mut self, name: &str, envelope: &Value) -> Result<(), String> {
        if self.never.iter().any(|never| never == name) {
            return Err(format!("event {name} must not come here"));
        }
        if TROUBLE.contains(&name) && !self.expected_trouble.iter().any(|expected| expected == name) {
            return Err(format!("event {name} came, of which the scenario says nothing"));
        }
        self.watch.check(name, envelope).map_err(|why| format!("event {name} is malformed: {why}"))
    }

    fn keep_outcome(&mut self, id: u64, at: usize, outcome: Outcome) -> Result<(), String> {
        match self.outcomes.insert(id, (at, outcome)) {
            None => Ok(()),
            Some(_) => Err(format!("command {id} has a second outcome")),
        }
    }

    /// Waits for a command's outcome.
    pub(crate) async fn outcome(&mut self, id: u64) -> Result<Outcome, String> {
        let deadline = Instant::now() + self.patience;
        loop {
            if let Some((_, outcome)) = self.outcomes.get(&id) {
                return Ok(outcome.clone());
            }
            if !self.advance(deadline).await.map_err(|why| format!("the outcome of command {id} {why}"))? {
                return Err(format!("the chat was closed before command {id} had an outcome"));
            }
        }
    }

    /// The outcome a command has by now.
    pub(crate) fn outcome_now(&self, id: u64) -> Option<&Outcome> {
        self.outcomes.get(&id).map(|(_, outcome)| outcome)
    }

    /// Waits for entries after those that earlier steps found.
    pub(crate) async fn expect(
        &mut self,
        expected: &[Expected],
        order: Order,
        saved: &mut Saved,
    ) -> Result<(), String> {
        let deadline = Instant::now() + self.patience;
        let mut found: Vec<bool> = vec![false; expected.len()];
        let mut at = self.cursor;
        let mut last_miss = String::new();
        while let Some(first) = found.iter().position(|found| !found) {
            if at == self.records.len() {
                let missing = expected.get(first).map(describe).unwrap_or_default();
                match self.advance(deadline).await {
                    Ok(true) => {}
                    Ok(false) => {
                        return Err(format!("{missing} did not come before the chat was closed{last_miss}"));
                    }
                    Err(why) if why.starts_with("did not") => {
                        return Err(format!("{missing} {why}{last_miss}"));
                    }
                    Err(why) => return Err(why),
                }
            }
            let candidates: Vec<usize> = match order {
                Order::Unordered => (0..expected.len()).filter(|at| found.get(*at) == Some(&false)).collect(),
                Order::Ordered | Order::Strict => vec![first],
            };
            let hit = self.first_match(at, &candidates, expected, saved, &mut last_miss);
            match hit {
                Some(hit) => found.iter_mut().skip(hit).take(1).for_each(|found| *found = true),
                None if order == Order::Strict && self.is_event(at) => {
                    let missing = expected.get(first).map(describe).unwrap_or_default();
                    return Err(format!("{} came instead of {missing}{last_miss}", self.name(at)));
                }
                None => {}
            }
            at += 1;
            if hit.is_some() {
                self.cursor = at;
            }
        }
        Ok(())
    }

    fn first_match(
        &self,
        at: usize,
        candidates: &[usize],
        expected: &[Expected],
        saved: &mut Saved,
        last_miss: &mut String,
    ) -> Option<usize> {
        let (_, Record::Told(told)) = self.records.get(at)? else { return None };
        candidates.iter().copied().find(|candidate| match (expected.get(*candidate), told) {
            (Some(Expected::Event(name, pattern)), Told::Event(told, envelope)) if name == told => {
                let judged = try_match(pattern, &envelope["data"], saved);
                if let Err(why) = &judged {
                    *last_miss = format!("; the last {name} has data that {why}");
                }
                judged.is_ok()
            }
            (Some(Expected::Outcome(id)), Told::Resolved(told, _) | Told::Rejected(told, _, _)) => id == told,
            _ => false,
        })
    }

    fn is_event(&self, at: usize) -> bool {
        matches!(self.records.get(at), Some((_, Record::Told(Told::Event(..)))))
    }

    fn name(&self, at: usize) -> String {
        match self.records.get(at) {
            Some((_, Record::Told(Told::Event(name, _)))) => format!("event {name}"),
            _ => "something else".into(),
        }
    }

    /// Waits for messages in this order after those that earlier steps found, whatever batches they come in.
    pub(crate) async fn messages(&mut self, patterns: &[Value], saved: &mut Saved) -> Result<(), String> {
        let deadline = Instant::now() + self.patience;
        let mut at = self.messages_passed;
        let mut waiting = patterns.iter();
        let mut next = waiting.next();
        while let Some(pattern) = next {
            let Some(message) = self.nth_message(at) else {
                let more = self.advance(deadline).await.map_err(|why| format!("message {pattern}: {why}"))?;
                if more {
                    continue;
                }
                return Err(format!("message {pattern} did not come"));
            };
            if try_match(pattern, &message, saved).is_ok() {
                self.messages_passed = at + 1;
                next = waiting.next();
            }
            at += 1;
        }
        Ok(())
    }

    /// The nth message the present chat object has published, with the original one as `original`.
    fn nth_message(&self, nth: usize) -> Option<Value> {
        let batches = self.records.iter().skip(self.chat_began).filter_map(|(_, record)| match record {
            Record::Told(Told::Event(name, envelope)) if name == "messageReceived" => Some(&envelope["data"]),
            _ => None,
        });
        let list = |data: &Value, key: &str| data[key].as_array().cloned().unwrap_or_default();
        let all =
            batches.flat_map(|data| list(data, "messages").into_iter().zip(list(data, "originalMessages")));
        all.skip(nth)
            .map(|(mut message, original)| {
                message["original"] = original;
                message
            })
            .next()
    }

    /// Waits until the application's keeper is told to forget.
    pub(crate) async fn forgotten(&mut self, pattern: &Value, saved: &mut Saved) -> Result<(), String> {
        let deadline = Instant::now() + self.patience;
        let mut at = self.chat_began;
        loop {
            if at == self.records.len()
                && !self.advance(deadline).await.map_err(|why| format!("to forget {why}"))?
            {
                return Err("the chat was closed before the keeper was told to forget".into());
            }
            if let Some((_, Record::Told(Told::Note(note)))) = self.records.get(at)
                && let Some(lost) = note.strip_prefix("forgotten ")
            {
                let lost = serde_json::from_str(lost).map_err(|error| format!("{note:?}: {error}"))?;
                return matches(pattern, Some(&lost), saved)
                    .map_err(|why| format!("what is to be forgotten {why}"));
            }
            at += 1;
        }
    }

    /// How often an event has come, over all chat objects of the scenario.
    pub(crate) fn count(&self, name: &str) -> usize {
        let is_it = |record: &Record| matches!(record, Record::Told(Told::Event(told, _)) if told == name);
        self.records.iter().filter(|(_, record)| is_it(record)).count()
    }

    /// Takes the rest, until the adapter is done.
    pub(crate) async fn drain(&mut self) -> Result<(), String> {
        let deadline = Instant::now() + self.patience;
        while self.advance(deadline).await.map_err(|why| format!("the end of the chat: {why}"))? {}
        Ok(())
    }

    /// Everything, for a person.
    pub(crate) fn render(&self) -> String {
        let mut text = String::new();
        for (when, record) in &self.records {
            let line = match record {
                Record::Step(step) => format!("> {step}"),
                Record::Told(Told::Event(name, envelope)) => {
                    format!("  {name} {}", shortened(&envelope["data"]))
                }
                Record::Told(Told::Resolved(id, value)) => {
                    format!("  command {id} resolved with {}", shortened(value))
                }
                Record::Told(Told::Rejected(id, kind, value)) => {
                    format!("  command {id} rejected as {kind} with {}", shortened(value))
                }
                Record::Told(Told::Note(text)) => format!("  ({text})"),
                Record::Told(Told::Broken(why)) => format!("  protocol broken: {why}"),
            };
            let _ = writeln!(text, "    {:6.3} {line}", when.as_secs_f64());
        }
        text
    }
}

/// Matches, and saves values only when all of it does.
fn try_match(pattern: &Value, value: &Value, saved: &mut Saved) -> Result<(), String> {
    let mut trial = saved.clone();
    matches(pattern, Some(value), &mut trial)?;
    *saved = trial;
    Ok(())
}

fn describe(expected: &Expected) -> String {
    match expected {
        Expected::Event(name, data) if *data == json!({}) => format!("event {name}"),
        Expected::Event(name, data) => format!("event {name} with {data}"),
        Expected::Outcome(id) => format!("the outcome of command {id}"),
    }
}

fn shortened(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(900) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
