//! `sendMessage` and what becomes of each message: sent, rejected, or unknown, exactly once (see `doubt` and `state/outbox` for how doubt is settled).

use super::{
    Service,
    errors::{failure_error, judge},
    state::{Outgoing, Owner, Purpose, Session, State},
};
use crate::{
    Error, ErrorKind, Private, Retry,
    command::{RequestId, Resolution, SendMessage, texts},
    transport::{Applied, Failure, Operation, Reply, Text, Verdict},
};
use serde_json::json;
use std::time::Duration;

/// How long a message in trouble is tried. By then a server has dropped a client that it no longer hears.
pub(super) const LIMIT: Duration = Duration::from_mins(1);

/// The pause before the first repetition, of a look at the transcript or of a message, whatever the server says; it doubles with each.
const PAUSE: Duration = Duration::from_secs(1);

/// The longest pause before a repetition that the server gives no time for.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

impl Service {
    pub(super) fn send_message(&mut self, id: RequestId, options: SendMessage) {
        let text = self.text_of(options);
        let full = text.as_ref().ok().and_then(|text| self.outbox_is_full(&text.text));
        match full.map_or(text, Err) {
            Ok(text) => self.enqueue(Owner::Command(id), text),
            Err(error) => self.complete(id, Err(error)),
        }
    }

    /// Sends a message whose outcome nobody waits for.
    pub(super) fn send_unattended(&mut self, message: Private) {
        if self.is_cut_off() {
            return;
        }
        if let Ok(text) = self.text_of(SendMessage { message: Some(message), ..SendMessage::default() }) {
            self.enqueue(Owner::Nobody, text);
        }
    }

    pub(super) fn is_cut_off(&self) -> bool {
        !self.config.outbox.queues
            && self.session.live().is_some_and(|live| live.disconnected.is_some() && live.ending.is_none())
    }

    /// The text to send, unless it cannot be sent.
    fn text_of(&mut self, options: SendMessage) -> Result<Text, Error> {
        let Some(text) = options.message.filter(|text| !text.chars().all(is_blank)) else {
            return Err(Error::new(ErrorKind::InvalidArgument, texts::NO_TEXT));
        };
        if let Some(limit) = self.config.max_message_length
            && text.chars().count() > limit
        {
            let text = texts::TOO_LONG.replace("{limit}", &limit.to_string());
            return Err(Error::new(ErrorKind::InvalidArgument, text));
        }
        let (message_type, related_event) = (options.message_type, options.parent_message_id);
        Ok(Text { text, message_type, related_event, ..Text::default() })
    }

    fn enqueue(&mut self, owner: Owner, text: Text) {
        self.typing_sent();
        let deadline = match owner {
            Owner::Command(id) => self.commands.deadline(id),
            Owner::Nobody | Owner::GivenUp => None,
        };
        if let Some(live) = self.session.active() {
            let id = live.outbox.push(owner, text, deadline);
            self.tell_progress(id);
        }
        self.go_on();
    }

    /// Moves the outbox on as far as it goes: sends what is next, looks for what is in doubt, gives up what has waited too long.
    pub(super) fn move_outbox(&mut self) {
        while self.move_first() {}
    }

    /// One step; true when the next message may have its turn.
    fn move_first(&mut self) -> bool {
        let (now, grace) = (self.time.now, self.grace());
        let Session::Live(live) = &mut self.session else { return false };
        if live.farewell.is_some() {
            return false;
        }
        let (disconnected, position, slowness) =
            (live.disconnected.is_some(), live.least_new(self.delivery.places), live.slowness);
        let is_haunted = live.outbox.is_haunted();
        let queues = self.config.outbox.queues && live.ending.is_none();
        let Some(entry) = live.outbox.front_mut() else { return false };
        if entry.is_overdue(now) {
            return self.give_up_overdue();
        }
        if disconnected && queues {
            entry.limit = entry.limit.map(|limit| limit.max(now + LIMIT));
        }
        let over = entry.over_at(grace).is_some_and(|at| at <= now);
        match &mut entry.state {
            State::Waiting { .. } if disconnected && queues => false,
            State::Waiting { .. } if over && entry.has_left => {
                self.lose("the message could not be sent again in time")
            }
            State::Waiting { .. } if over => self.finish(|| Err(not_sent())),
            State::Waiting { .. } if disconnected && entry.limit.is_none() => self.finish(|| Err(cut_off())),
            State::Waiting { not_before } if *not_before > now => false,
            State::Waiting { not_before } if is_haunted => {
                *not_before = now + PAUSE;
                entry.limit.get_or_insert(now + LIMIT);
                self.look_at_transcript();
                false
            }
            State::Waiting { .. } => {
                self.leave(position);
                false
            }
            State::Doubt { .. } if over => {
                live.outbox.lose(grace);
                self.lose("no answer came, and the transcript did not tell in time")
            }
            State::Doubt { look_at, looks, .. } if *look_at <= now => {
                *look_at = now + pause(*looks).max((slowness * 2).min(LONGEST_PAUSE));
                *looks = looks.saturating_add(1);
                self.look_at_transcript();
                false
            }
            State::Leaving { .. } | State::Sent { .. } | State::Doubt { .. } => false,
        }
    }

    /// Gives up the first message, which a process before this one was given with a deadline.
    fn give_up_overdue(&mut self) -> bool {
        let Some(entry) = self.session.live_mut().and_then(|live| live.outbox.front_mut()) else {
            return false;
        };
        entry.deadline = None;
        let late = || Error::new(ErrorKind::Timeout, "the message's deadline has passed");
        match (entry.is_here(), entry.has_left) {
            (true, false) => self.finish(|| Err(late())),
            (true, true) => self.lose("the message's deadline has passed"),
            (false, _) => {
                entry.owner = Owner::GivenUp;
                let id = entry.text.number;
                self.tell_progress(id);
                true
            }
        }
    }

    /// The first message leaves.
    pub(super) fn send_first(&mut self, position: u64) {
        let Some(entry) = self.session.live_mut().and_then(|live| live.outbox.front_mut()) else { return };
        entry.state = State::Sent { position, seen: false };
        entry.words = None;
        let text = entry.text.clone();
        self.tell_progress(text.number);
        self.request(Purpose::Send, Operation::Send(text));
    }

    /// Takes out the first message and completes its command.
    pub(super) fn finish(&mut self, outcome: impl FnOnce() -> Result<Resolution, Error>) -> bool {
        let Some(entry) = self.session.live_mut().and_then(|live| live.outbox.pop()) else { return false };
        self.settle_message(&entry, outcome());
        true
    }

    /// Gives a message its outcome.
    pub(super) fn settle_message(&mut self, entry: &Outgoing, outcome: Result<Resolution, Error>) {
        self.tell_outcome(entry, &outcome);
        if let Owner::Command(command) = entry.owner {
            self.complete(command, outcome);
        }
    }

    /// Takes out the first message, of which nobody knows what became.
    pub(super) fn lose(&mut self, why: &'static str) -> bool {
        self.note_loss(why);
        self.finish(|| Err(unknown(why)))
    }

    fn note_loss(&mut self, why: &str) {
        self.warn(format!("it stays unknown whether a message arrived: {why}"));
    }

    /// How long after a lost answer a message may still arrive: a server may be slow to carry out a request that was given up,
    /// or to show what it has done.
    pub(super) fn grace(&self) -> Duration {
        self.config.settle_timeout.unwrap_or(self.config.ajax_timeout)
    }

    /// Takes the answer to the message on its way.
    pub(super) fn sent(&mut self, outcome: Result<Reply, Failure>) {
        let Some(live) = self.session.live_mut() else { return };
        let Some(&Outgoing { state: State::Sent { position, seen }, .. }) = live.outbox.front() else {
            return;
        };
        match outcome {
            Ok(reply) if is_accepted(&reply) && !seen => {
                let over = self.hear_of_the_end(&reply);
                self.accepted(position, reply.body);
                self.end_if_over(over);
            }
            Ok(reply) if reply.verdict == Verdict::Done || is_accepted(&reply) => {
                let first = live.outbox.front().map(|entry| (entry.text.number, entry.text.text.clone()));
                if let Some((number, text)) = first.filter(|_| !seen) {
                    live.outbox.arrived(number, text, position);
                }
                let over = self.hear_of_the_end(&reply);
                self.finish(|| Ok(Resolution::Response(reply.body)));
                self.quicken_polling();
                self.end_if_over(over);
            }
            Ok(reply) if reply.verdict == Verdict::Refused => {
                let over = self.hear_of_the_end(&reply);
                if seen {
                    self.finish_arrived();
                } else {
                    self.finish(|| judge(reply));
                }
                self.end_if_over(over);
            }
            Err(failure) if failure.applied == Applied::No => self.refused(failure),
            _ if seen => self.finish_arrived(),
            _ => self.doubt(position),
        }
    }

    /// The message certainly did not arrive: it waits where the server asks for time, and is rejected otherwise.
    fn refused(&mut self, failure: Failure) {
        let now = self.time.now;
        let queues = self.config.outbox.queues && failure.retry == Retry::WithBackoff && failure.status == 0;
        let wait = match failure.retry {
            Retry::After(wait) => wait,
            Retry::WithBackoff if failure.status != 0 || queues => PAUSE,
            Retry::WithBackoff | Retry::Never => {
                self.finish(|| Err(failure_error(failure)));
                return;
            }
        };
        let Some(entry) = self.session.live_mut().and_then(|live| live.outbox.front_mut()) else { return };
        let limit = if queues { Duration::MAX } else { *entry.limit.get_or_insert(now + LIMIT) };
        let not_before = now.saturating_add(wait.max(pause(entry.repetitions)));
        entry.repetitions = entry.repetitions.saturating_add(1);
        entry.state = State::Waiting { not_before };
        let has_left = entry.has_left;
        if entry.owner == Owner::GivenUp || limit <= not_before {
            if has_left {
                self.note_loss(&failure.cause);
            }
            self.finish(|| Err(if has_left { unknown(&failure.cause) } else { failure_error(failure) }));
        }
    }

    /// Gives up a message; false when `id` is none.
    pub(super) fn give_up_send(&mut self, id: RequestId, kind: ErrorKind, text: &str) -> bool {
        let Some(live) = self.session.live_mut() else { return false };
        let Some((at, entry)) = live.outbox.find(id) else { return false };
        let (has_left, number) = (entry.has_left, entry.text.number);
        if let Some(entry) = entry.is_here().then(|| live.outbox.remove(at)).flatten() {
            if has_left {
                self.note_loss(text);
            }
            let error = if has_left { unknown(text) } else { Error::new(kind, text) };
            self.settle_message(&entry, Err(error));
        } else {
            live.outbox.disown(at);
            self.note_loss(text);
            self.tell_progress(number);
            self.complete(id, Err(unknown(text)));
        }
        true
    }

    /// Gives every message its outcome when the session is over: `why` for those whose fate is not known, `unsent` for those that did not
    /// arrive.
    pub(super) fn abandon_outbox(&mut self, why: &str, unsent: (ErrorKind, &str)) {
        let Some(live) = self.session.live_mut() else { return };
        for entry in live.outbox.drain() {
            match entry.state {
                State::Sent { seen: true, .. } => self.arrived(&entry),
                _ if entry.owner == Owner::GivenUp => {}
                State::Waiting { .. } | State::Leaving { .. } if !entry.has_left => {
                    self.settle_message(&entry, Err(Error::new(unsent.0, unsent.1)));
                }
                _ => {
                    self.note_loss(why);
                    self.settle_message(&entry, Err(unknown(why)));
                }
            }
        }
    }

    /// Leaves what is stored of the outbox to whoever restores the session; what is not has its outcome.
    pub(super) fn leave_outbox(&mut self, why: &str, unsent: (ErrorKind, &str)) {
        let keeps = self.keeps_outbox();
        let Some(live) = self.session.live_mut() else { return };
        let kept = live.outbox.take_if(|entry| keeps && entry.is_kept == Some(true));
        self.abandon_outbox(why, unsent);
        for entry in kept {
            if matches!(entry.state, State::Sent { seen: true, .. }) {
                self.arrived(&entry);
            } else if let Owner::Command(command) = entry.owner {
                let text = format!("{why}; it is kept, and goes on when the session is restored");
                self.complete(command, Err(Error::new(ErrorKind::OutcomeUnknown, text)));
            }
        }
    }
}

/// Whether the server has said that it accepted the message. Where it took it without a word, that is no answer.
fn is_accepted(reply: &Reply) -> bool {
    reply.verdict == Verdict::Accepted && !reply.body.0.is_empty()
}

/// JavaScript's white space, which includes the byte order mark.
fn is_blank(character: char) -> bool {
    character.is_whitespace() || character == '\u{feff}'
}

/// The connection is known to be lost, and the message never left (webchatservice.md, 3).
pub(super) fn cut_off() -> Error {
    Error::new(ErrorKind::NotSent, texts::CUT_OFF)
        .with_retry(Retry::WithBackoff)
        .with_response(json!({"statusCode": 1}))
}

/// The pause before a repetition when there have been so many.
pub(super) fn pause(repetitions: u32) -> Duration {
    PAUSE.saturating_mul(1 << repetitions.min(4)).min(LONGEST_PAUSE)
}

fn not_sent() -> Error {
    Error::new(ErrorKind::Unavailable, "the message could not be sent in time; it did not arrive")
        .with_retry(Retry::WithBackoff)
}

pub(super) fn unknown(why: &str) -> Error {
    Error::new(ErrorKind::OutcomeUnknown, format!("{why}; it may have arrived"))
}
