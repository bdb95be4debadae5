//! How much the server takes, kept by ourselves: whether it counts what it refuses is not known, so nothing is to be refused (web-messaging.md, 6.3).
//!
//! A limit is so many within a time that moves on. What has left may arrive closer together than it left, so the times are taken a little longer.

use super::super::options::Limits;
use std::{collections::VecDeque, time::Duration};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
/// How much closer together requests may arrive than they left, for each of these times.
const JITTER: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(3)];

/// So many within a time.
#[derive(Debug)]
struct Window {
    /// Zero: any number.
    most: u64,
    within: Duration,
    times: VecDeque<Duration>,
}

impl Window {
    fn new(most: u64, within: Duration) -> Self {
        Self { most, within, times: VecDeque::new() }
    }

    /// When there is room for one more, of which `kept` are for others.
    fn ready_at(&self, kept: u64) -> Duration {
        if self.most == 0 {
            return Duration::ZERO;
        }
        let most = usize::try_from(self.most.saturating_sub(kept).max(1)).unwrap_or(usize::MAX);
        let first = self.times.len().checked_sub(most).and_then(|at| self.times.get(at));
        first.map_or(Duration::ZERO, |first| *first + self.within)
    }

    fn note(&mut self, now: Duration) {
        if self.most > 0 {
            let most = usize::try_from(self.most).unwrap_or(usize::MAX);
            while self.times.len() >= most {
                self.times.pop_front();
            }
            self.times.push_back(now);
        }
    }
}

/// What may go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A text, a file, a joining.
    Message,
    /// That the customer types: it gives way first.
    Typing,
    /// The configuration of a connection.
    Configure,
    /// Anything else over the socket.
    Other,
    /// A page of history.
    Page,
}

/// The limits, and what has been used of them.
#[derive(Debug)]
pub(super) struct Pace {
    messages: Window,
    requests: Window,
    configures: Window,
    pages: Window,
    typing: Duration,
    next_typing: Duration,
    /// The server has asked for so much patience, over the socket and with pages.
    put_off: [Duration; 2],
}

impl Pace {
    pub(super) fn new(limits: &Limits) -> Self {
        let a_minute = |most| Window::new(most, MINUTE + JITTER[1]);
        Self {
            messages: Window::new(limits.messages_per_second, SECOND + JITTER[0]),
            requests: a_minute(limits.requests_per_minute),
            configures: a_minute(limits.requests_per_minute),
            pages: a_minute(limits.histories_per_minute),
            typing: limits.typing_interval,
            next_typing: Duration::ZERO,
            put_off: [Duration::ZERO; 2],
        }
    }

    /// When this may go out.
    pub(super) fn ready_at(&self, what: What) -> Duration {
        let most = self.requests.most;
        match what {
            What::Page => self.pages.ready_at(0).max(self.put_off[1]),
            What::Configure => self.configures.ready_at(0),
            What::Other => self.requests.ready_at(0).max(self.put_off[0]),
            // Some are left for keys, files and the end.
            What::Message => {
                self.requests.ready_at(most / 10).max(self.messages.ready_at(0)).max(self.put_off[0])
            }
            What::Typing => {
                let room = self.requests.ready_at(most / 2).max(self.messages.ready_at(1));
                room.max(self.next_typing).max(self.put_off[0])
            }
        }
    }

    /// This goes out.
    pub(super) fn note(&mut self, what: What, now: Duration) {
        if what == What::Page {
            return self.pages.note(now);
        }
        self.requests.note(now);
        match what {
            What::Message => {
                self.messages.note(now);
                // A message tells that the customer has typed.
                self.next_typing = Duration::ZERO;
            }
            What::Typing => {
                self.messages.note(now);
                self.next_typing = now + self.typing + JITTER[0];
            }
            What::Configure => self.configures.note(now),
            What::Other | What::Page => {}
        }
    }

    /// The server wants no more of this for so long.
    pub(super) fn put_off(&mut self, what: What, until: Duration) {
        let at = usize::from(what == What::Page);
        if let Some(time) = self.put_off.get_mut(at) {
            *time = (*time).max(until);
        }
    }

    /// Another connection: its requests are counted anew.
    pub(super) fn reconnected(&mut self) {
        self.requests.times.clear();
    }

    /// Another session.
    pub(super) fn begin(&mut self) {
        for window in [&mut self.messages, &mut self.requests, &mut self.configures, &mut self.pages] {
            window.times.clear();
        }
        self.put_off = [Duration::ZERO; 2];
        self.next_typing = Duration::ZERO;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace() -> Pace {
        Pace::new(&Limits {
            messages_per_second: 5,
            requests_per_minute: 60,
            histories_per_minute: 10,
            typing_interval: Duration::from_secs(5),
        })
    }

    /// When each of so many leaves that are wanted at once.
    fn leave(pace: &mut Pace, what: What, count: usize) -> Vec<Duration> {
        let mut now = Duration::from_secs(1000);
        (0..count)
            .map(|_| {
                now = now.max(pace.ready_at(what));
                pace.note(what, now);
                now
            })
            .collect()
    }

    #[test]
    fn no_time_has_more_than_the_server_takes() {
        let times = leave(&mut pace(), What::Message, 300);
        for (at, time) in times.iter().enumerate() {
            let within = |span| times[at..].iter().take_while(|other| **other < *time + span).count();
            assert!(within(SECOND) <= 5 && within(MINUTE) <= 60, "{time:?}");
        }
        assert!(times[299] < times[0] + MINUTE * 7, "and it is not slower than that asks for");
    }

    #[test]
    fn typing_gives_way() {
        let mut pace = pace();
        let now = leave(&mut pace, What::Message, 30)[29];
        assert!(pace.ready_at(What::Typing) > now + SECOND * 30);
        assert!(pace.ready_at(What::Message) < now + SECOND * 2);
    }

    #[test]
    fn typing_is_told_once_in_a_while_and_anew_after_a_message() {
        let mut pace = pace();
        pace.note(What::Typing, SECOND);
        assert!(pace.ready_at(What::Typing) > SECOND * 6);
        pace.note(What::Message, SECOND * 2);
        assert_eq!(pace.ready_at(What::Typing), Duration::ZERO);
    }

    #[test]
    fn another_connection_has_its_requests_anew_and_not_its_pages() {
        let mut pace = pace();
        leave(&mut pace, What::Other, 60);
        leave(&mut pace, What::Page, 10);
        pace.reconnected();
        assert_eq!(pace.ready_at(What::Other), Duration::ZERO);
        assert!(pace.ready_at(What::Page) > SECOND * 1000);
    }

    #[test]
    fn without_limits_nothing_waits() {
        let none = Limits {
            messages_per_second: 0,
            requests_per_minute: 0,
            histories_per_minute: 0,
            typing_interval: Duration::ZERO,
        };
        let mut pace = Pace::new(&none);
        let times = leave(&mut pace, What::Message, 1000);
        assert_eq!(times[0], times[999]);
        pace.put_off(What::Message, SECOND * 2000);
        assert_eq!(pace.ready_at(What::Message), SECOND * 2000);
    }
}
