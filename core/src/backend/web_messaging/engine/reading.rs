//! Reading the history: page by page, the newest first, with a key that is asked for over the socket. One reads at a time
//! (web-messaging.md, 5.3).
//!
//! A look for what was missed, or for what became of a message, goes on to an entry that was known before; a replay to the end, or to what was
//! told last; who wants older entries begins with the page on which the oldest was seen, because new ones only ever move it on.

use super::{Answer, Engine, Job, JobId, Step, TaskId, asked::What, entries::Seq, hearing::with_news, pace};
use crate::{
    ErrorKind, Private, Retry,
    backend::web_messaging::wire::{self, Entry, Kind, Request},
    carrier::http::{local_failure, lost_connection},
    model::{Index, Received},
    transport::{Applied, Body, Failure, Incoming, Operation, Reply},
};
use bytes::Bytes;
use std::time::Duration;

/// How many entries a page has where many are wanted: there are few calls.
const LARGE: u64 = 100;
/// How long a key is taken to be good. It lives for about a minute.
const KEY: Duration = Duration::from_secs(30);
/// How often a request that failed is made again.
const REPETITIONS: u32 = 3;
/// A look that has to wait longer than this for its turn says so, so that what is pushed is told meanwhile.
const LONG: Duration = Duration::from_secs(3);
/// How many pages are read at once. No chat has more.
const MOST_PAGES: u64 = 1000;

/// What somebody reads for.
#[derive(Debug)]
enum Aim {
    /// For all that is newer than what was known then.
    Look(Seq),
    /// For the conversation, back to the entry called so, or its beginning.
    Replay { newest: Private, whole: bool },
    /// For entries older than any known.
    Older,
}

/// How far it is.
#[derive(Debug)]
enum State {
    WantsKey,
    AskedKey,
    WantsTurn,
    Asked(JobId),
    Pausing(Duration),
}

/// Somebody reads.
#[derive(Debug)]
pub(super) struct Reading {
    task: TaskId,
    aim: Aim,
    size: u64,
    number: u64,
    state: State,
    began: Duration,
    /// Until when the link is waited for.
    until: Duration,
    /// The key was refused once.
    has_new_key: bool,
    repetitions: u32,
    /// The links lost before it began.
    epoch: u64,
    /// What was read, the newest first, and where each page begins.
    entries: Vec<Entry>,
    pages: Vec<usize>,
    body: Bytes,
}

impl Engine {
    /// Has a task wait until it can read.
    pub(super) fn line_up_to_read(&mut self, id: TaskId) {
        if let Some(task) = self.tasks.get_mut(&id) {
            task.step = Step::Reading;
            self.readers.push_back(id);
        }
    }

    /// Nobody waits for a task any more.
    pub(super) fn stop_reading(&mut self, id: TaskId) {
        self.readers.retain(|reader| *reader != id);
        if let Some(reading) = self.reading.take_if(|reading| reading.task == id)
            && let State::Asked(job) = reading.state
        {
            self.outputs.push_back(super::Output::Drop(job));
        }
    }

    /// Whether a task reads.
    pub(super) fn is_reading(&self, id: TaskId) -> bool {
        self.reading.as_ref().is_some_and(|reading| reading.task == id)
    }

    /// Reads on as far as that goes.
    pub(super) fn read_on(&mut self) {
        loop {
            if self.reading.is_none() {
                let Some(id) = self.readers.pop_front() else { return };
                self.reading = self.begin_to_read(id);
                continue;
            }
            if !self.step() {
                return;
            }
        }
    }

    fn begin_to_read(&self, id: TaskId) -> Option<Reading> {
        let task = self.tasks.get(&id)?;
        let (aim, size, number) = match &task.operation {
            Operation::Restore => {
                let whole = !self.settings.asynchronous;
                let size = if whole { LARGE } else { self.settings.page_size };
                (Aim::Replay { newest: task.session.newest.clone(), whole }, size, 1)
            }
            Operation::History { .. } => (Aim::Older, self.settings.page_size, self.oldest_page),
            Operation::Upload(_) => (Aim::Look(self.known_before_file(id)), LARGE, 1),
            _ => {
                let known = self.entries.mark();
                let after = match &task.operation {
                    Operation::Poll { from, .. } => from.after.as_ref(),
                    _ => None,
                };
                let taken = if self.entries.is_empty() { 0 } else { self.entries.since_place(after) };
                let mark = self.gap.unwrap_or(known).min(self.in_doubt.unwrap_or(known)).min(taken);
                (Aim::Look(mark), LARGE, 1)
            }
        };
        Some(Reading {
            task: id,
            aim,
            size,
            number,
            state: State::WantsKey,
            began: self.now,
            until: self.now + self.settings.ajax_timeout * 2,
            has_new_key: false,
            repetitions: 0,
            epoch: self.epoch,
            entries: Vec::new(),
            pages: Vec::new(),
            body: Bytes::new(),
        })
    }

    /// One step; false when something has to come first.
    fn step(&mut self) -> bool {
        let now = self.now;
        let key = self.history_key.as_ref().filter(|(_, until)| *until > now).map(|(key, _)| key.clone());
        let (turn, room) = (self.pace.ready_at(pace::What::Page), self.pace.ready_at(pace::What::Other));
        let Some(reading) = &mut self.reading else { return false };
        match reading.state {
            State::WantsKey if key.is_some() => reading.state = State::WantsTurn,
            State::WantsKey if reading.until <= now => {
                let failure = lost_connection(Applied::No, "the history cannot be had without the link");
                self.reading_fails(failure);
            }
            State::WantsKey if !self.link.is_up() || room > now => return false,
            State::WantsKey => {
                reading.state = State::AskedKey;
                self.ask(None, What::HistoryKey, pace::What::Other, &Request::HistoryKey);
                return false;
            }
            State::WantsTurn if turn > now => {
                let wait = turn.saturating_sub(now);
                if !matches!(reading.aim, Aim::Look(_)) || wait <= LONG {
                    return false;
                }
                let failure = too_many(wait);
                self.reading_fails(failure);
            }
            State::WantsTurn => match key {
                Some(key) => {
                    let (number, size) = (reading.number, reading.size);
                    self.pace.note(pace::What::Page, now);
                    let job = self.work(Job::Page { key, number, size });
                    if let Some(reading) = &mut self.reading {
                        reading.state = State::Asked(job);
                    }
                    return false;
                }
                None => reading.state = State::WantsKey,
            },
            State::Pausing(until) if until <= now => reading.state = State::WantsKey,
            State::Pausing(_) | State::AskedKey | State::Asked(_) => return false,
        }
        true
    }

    pub(super) fn reading_deadline(&self) -> Option<Duration> {
        let reading = self.reading.as_ref()?;
        match reading.state {
            State::WantsKey if self.link.is_up() => {
                Some(self.pace.ready_at(pace::What::Other).max(self.now).min(reading.until))
            }
            State::WantsKey => Some(reading.until),
            State::WantsTurn => Some(self.pace.ready_at(pace::What::Page)),
            State::Pausing(until) => Some(until),
            State::AskedKey | State::Asked(_) => None,
        }
    }

    pub(super) fn reading_due(&mut self) {
        self.read_on();
    }

    /// The key has come.
    pub(super) fn key_told(&mut self, key: Private) {
        self.history_key = Some((key, self.now + KEY));
        if let Some(reading) =
            self.reading.as_mut().filter(|reading| matches!(reading.state, State::AskedKey))
        {
            reading.state = State::WantsTurn;
        }
    }

    /// The key does not come.
    pub(super) fn no_key(&mut self, failure: Failure) {
        if self.reading.as_ref().is_some_and(|reading| matches!(reading.state, State::AskedKey)) {
            self.again_or_fail(failure);
        }
    }

    /// Takes what came of a page; false, if the work was none.
    pub(super) fn page_answered(&mut self, job: JobId, outcome: &Result<Answer, Failure>) -> bool {
        let Some(reading) = &mut self.reading else { return false };
        if !matches!(reading.state, State::Asked(of) if of == job) {
            return false;
        }
        match outcome {
            Ok(Answer::Body(body)) => self.page_read(body.clone()),
            Ok(_) => {}
            Err(failure) if failure.status == 401 && !reading.has_new_key => {
                reading.has_new_key = true;
                reading.state = State::WantsKey;
                self.history_key = None;
            }
            Err(failure) => {
                if failure.kind == ErrorKind::RateLimited {
                    let wait =
                        if let Retry::After(wait) = failure.retry { wait } else { Duration::from_secs(6) };
                    self.pace.put_off(pace::What::Page, self.now + wait);
                }
                self.again_or_fail(failure.clone());
            }
        }
        true
    }

    /// Tries again after a pause, where that can help and nobody else does.
    fn again_or_fail(&mut self, failure: Failure) {
        let pause = Duration::from_millis(500);
        let Some(reading) = &mut self.reading else { return };
        let replays = matches!(reading.aim, Aim::Replay { .. });
        let hopeless = failure.retry == Retry::Never || failure.ended;
        if hopeless || !replays || reading.repetitions >= REPETITIONS {
            return self.reading_fails(failure);
        }
        let at_least = if let Retry::After(wait) = failure.retry { wait } else { Duration::ZERO };
        reading.state = State::Pausing(self.now + (pause * (1 << reading.repetitions)).max(at_least));
        reading.until = self.now + at_least + self.settings.ajax_timeout * 2;
        reading.repetitions += 1;
    }

    /// Whoever reads has read in vain. What a look misses is looked for again.
    fn reading_fails(&mut self, failure: Failure) {
        let Some(reading) = self.reading.take() else { return };
        if self.looks_for_file(reading.task) {
            return self.look_for_file_again(reading.task, &failure);
        }
        let is_restore = matches!(reading.aim, Aim::Replay { .. });
        if is_restore {
            return self.start_fails(reading.task, failure);
        }
        let is_lost = failure.is_disconnect();
        let failure = if is_lost { failure } else { with_news(failure) };
        self.done(reading.task, Err(failure));
    }

    fn page_read(&mut self, body: Bytes) {
        let Some(reading) = &mut self.reading else { return };
        let Some(page) = wire::page(&body, reading.number) else {
            let cause = "a page of the history cannot be read";
            let failure =
                Failure { applied: Applied::Unknown, ..local_failure(ErrorKind::Protocol, cause.into()) };
            return self.again_or_fail(Failure { retry: Retry::WithBackoff, ..failure });
        };
        reading.pages.push(reading.entries.len());
        let first = reading.entries.len();
        reading.entries.extend(page.entries);
        reading.body = body;
        reading.repetitions = 0;
        let new = reading.entries.get(first..).unwrap_or_default();
        let found = match &reading.aim {
            Aim::Look(mark) => {
                new.iter().any(|entry| self.entries.since(entry).is_some_and(|seq| seq <= *mark))
            }
            Aim::Replay { whole: true, .. } => false,
            Aim::Replay { newest, .. } if newest.is_empty() => true,
            Aim::Replay { newest, .. } => new.iter().any(|entry| entry.is_called(newest)),
            Aim::Older => new.iter().any(|entry| self.entries.since(entry).is_none()),
        };
        if found || page.is_last || reading.number >= MOST_PAGES {
            return self.read_through();
        }
        reading.number += 1;
        reading.state = State::WantsKey;
        reading.until = self.now + self.settings.ajax_timeout * 2;
    }

    /// All is read that was wanted.
    fn read_through(&mut self) {
        let Some(mut reading) = self.reading.take() else { return };
        let looks = matches!(reading.aim, Aim::Look(_));
        self.settle_files(&reading.entries, looks.then_some(reading.began));
        if self.looks_for_file(reading.task) {
            return;
        }
        if matches!(reading.aim, Aim::Older) {
            // Pages may have moved on meanwhile: what comes before the oldest known is known.
            self.oldest_page = reading.number;
        }
        if matches!(reading.aim, Aim::Replay { whole: false, .. }) {
            self.oldest_page = reading.number;
        }
        self.learn_names(&reading.entries);
        self.settle_join(&reading.entries, reading.epoch);
        let before = matches!(reading.aim, Aim::Older).then(|| self.entries.oldest()).flatten();
        let mut entries = std::mem::take(&mut reading.entries);
        for entry in &entries {
            self.note_files(entry);
        }
        let numbers: Vec<_> = entries.iter().map(|entry| self.number_of(entry)).collect();
        self.note_arrivals(&numbers);
        let mut placed = self.entries.past(&entries, before, |_| None);
        let last = placed.iter().rposition(|(_, since)| since.is_some());
        if let Some(last) = last.filter(|_| looks && self.settings.asynchronous) {
            // What is older than all that was known was not asked for.
            entries.truncate(last + 1);
            placed.truncate(last + 1);
        }
        let named = self.names_in_history == Some(true);
        let entries = entries.into_iter().zip(placed).zip(numbers).rev();
        let mut messages: Vec<_> =
            entries.map(|((entry, (index, _)), number)| told(entry, index, number, named)).collect();
        if looks && reading.epoch == self.epoch && self.link.is_up() {
            self.gap = None;
        }
        self.add_unshown(&reading, &mut messages);
        self.tell_what_was_read(&reading, messages);
    }

    /// Adds what came live and the history does not show yet: who looks may not have taken it. What came behind a gap that is still open
    /// waits for its look.
    fn add_unshown(&mut self, reading: &Reading, messages: &mut Vec<Received>) {
        let shown = |received: &Received| {
            messages.iter().any(|message| message.message.index == received.message.index)
        };
        self.unshown.retain(|(_, received)| !shown(received));
        if let Aim::Look(mark) = reading.aim {
            let behind_gap = |since: Seq| self.gap.is_some_and(|gap| since > gap);
            let missing = self.unshown.iter().filter(|(since, _)| *since > mark && !behind_gap(*since));
            messages.extend(missing.map(|(_, received)| received.clone()));
        }
    }

    fn tell_what_was_read(&mut self, reading: &Reading, messages: Vec<Received>) {
        let read_only = self.session.as_ref().is_some_and(|session| session.read_only);
        let body = Body(reading.body.clone());
        match reading.aim {
            Aim::Look(_) => {
                let reply = Reply { ended: Some(read_only), messages, body, ..Reply::default() };
                self.done(reading.task, Ok(reply));
            }
            Aim::Older => self.done(reading.task, Ok(Reply { messages, body, ..Reply::default() })),
            Aim::Replay { .. } => {
                let opened = self.session.as_ref().map(|session| session.opened.body.clone());
                let session = Some(self.data());
                let body = Body(opened.unwrap_or_default());
                let reply = Reply { ended: Some(false), messages, session, body, ..Reply::default() };
                self.done(reading.task, Ok(reply));
                if read_only {
                    self.tell(Incoming::Batch(Box::new(Reply { ended: Some(true), ..Reply::default() })));
                }
            }
        }
    }
}

/// An entry of the history at its place.
fn told(entry: Entry, index: Index, number: Option<u64>, named: bool) -> Received {
    let others_are = named && entry.is_own && entry.kind == Kind::Said;
    let mut received = entry.at(index);
    received.whose = Engine::told_of(number, others_are);
    received
}

/// No page can be had for so long.
fn too_many(wait: Duration) -> Failure {
    let cause = "the server gives no more pages of the history for now";
    Failure { retry: Retry::After(wait), status: 429, ..local_failure(ErrorKind::RateLimited, cause.into()) }
}
