//! How late polls are, from what the log tells of each request: a chat's next poll is due at the longest an interval and its spread after the
//! answer to the one before, and its answer comes soon after that.

use log::{Level, LevelFilter, Log, Metadata, Record};
use std::{
    collections::HashMap,
    sync::{Mutex, OnceLock},
    time::{Duration, Instant},
};

/// The longest interval of the default pace, with its spread.
const LONGEST: Duration = Duration::from_millis(3_750);
/// What is late.
const LATE: Duration = Duration::from_millis(100);

/// What the log has told of polls.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    chats: HashMap<u64, Poll>,
    counts: Counts,
}

/// The latest poll of a chat.
#[derive(Debug)]
struct Poll {
    request: u64,
    asked: Instant,
    answered: Option<Instant>,
}

/// What there was.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    /// Polls that were asked for.
    pub(super) polls: u64,
    /// Of these, later than they were due.
    pub(super) late: u64,
    /// Those whose answer took longer, the time in which they wait for their turn counted.
    pub(super) slow: u64,
}

/// What is told of polls while `work` is done.
pub(super) fn during(work: impl FnOnce()) -> Counts {
    static PACE: OnceLock<Pace> = OnceLock::new();
    let pace = PACE.get_or_init(Pace::default);
    let _ = log::set_logger(pace);
    *pace.0.lock().unwrap() = Seen::default();
    log::set_max_level(LevelFilter::Trace);
    work();
    log::set_max_level(LevelFilter::Off);
    pace.0.lock().unwrap().counts
}

impl Log for Pace {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() == Level::Trace && metadata.target() == "webchat::chat"
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata())
            && let Some((chat, request, what)) = read(&record.args().to_string())
        {
            self.0.lock().unwrap().note(chat, request, &what, Instant::now());
        }
    }

    fn flush(&self) {}
}

impl Seen {
    fn note(&mut self, chat: u64, request: u64, what: &str, now: Instant) {
        let before = self.chats.get_mut(&chat);
        if what != "poll" {
            let Some(poll) = before.filter(|poll| poll.request == request) else { return };
            poll.answered = Some(now);
            self.counts.slow += u64::from(now.duration_since(poll.asked) > LATE);
            return;
        }
        let due = before.and_then(|poll| poll.answered).map(|answered| answered + LONGEST + LATE);
        self.counts.polls += 1;
        self.counts.late += u64::from(due.is_some_and(|due| now > due));
        self.chats.insert(chat, Poll { request, asked: now, answered: None });
    }
}

/// Chat, request and the rest of `chat 3: request 7: poll`.
fn read(line: &str) -> Option<(u64, u64, String)> {
    let (chat, rest) = line.strip_prefix("chat ")?.split_once(": request ")?;
    let (request, what) = rest.split_once(": ")?;
    Some((chat.parse().ok()?, request.parse().ok()?, what.to_owned()))
}
