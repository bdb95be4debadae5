//! A message whose answer was lost: it is looked for in the transcript, until that tells or the time for it is over (see `state/outbox`).

use super::{
    Note, Service,
    receiving::in_order,
    sending::{LIMIT, pause},
    state::{Fate, Kind, Outgoing, Over, Owner, PATIENCE, Purpose, Sighting, State},
};
use crate::{
    command::Resolution,
    model::{MessageType, Received},
    transport::{Body, Failure, Operation, Reply, Verdict},
};
use log::Level;
use std::time::Duration;

/// How messages come into sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    News,
    /// News that are not published: a look will see them again.
    NewsToCome,
    Look,
    /// A look besides the polls, which will see it again.
    LookBesides,
}

impl Service {
    pub(super) fn doubt(&mut self, position: u64) {
        if let Some(entry) = self.session.live_mut().and_then(|live| live.outbox.front_mut()) {
            entry.doubted = true;
            self.note(Note::new(
                Level::Warn,
                "the answer to a message is lost: the transcript is to tell whether it arrived",
            ));
        }
        let look_at = self.time.now + self.grace();
        self.doubt_until(position, look_at);
        self.catch_up();
    }

    /// The server says that it accepted the first message, and is still to show it. The answer can be another request's: nothing in it
    /// names its own. The message's event is the proof, which comes shortly or is looked for.
    pub(super) fn accepted(&mut self, position: u64, words: Body) {
        let now = self.time.now;
        let Some(live) = self.session.live_mut() else { return };
        let look_at = if live.hides_own { now } else { now + PATIENCE };
        let shown = live.outbox.claim(position);
        if let Some(entry) = live.outbox.front_mut() {
            entry.words = Some(words);
        }
        self.doubt_until(position, look_at);
        if shown {
            self.finish_arrived();
        }
    }

    fn doubt_until(&mut self, position: u64, look_at: Duration) {
        let now = self.time.now;
        if let Some(entry) = self.session.live_mut().and_then(|live| live.outbox.front_mut()) {
            entry.limit.get_or_insert(now + LIMIT);
            entry.has_left = true;
            entry.state = State::Doubt { position, since: now, look_at, looks: 0 };
        }
    }

    /// The first message has arrived.
    pub(super) fn finish_arrived(&mut self) {
        let Some(entry) = self.session.live_mut().and_then(|live| live.outbox.pop()) else { return };
        self.arrived(&entry);
    }

    /// Tells that a message arrived: with what the server said of it, or with a success where the answer itself was lost.
    pub(super) fn arrived(&mut self, entry: &Outgoing) {
        if entry.doubted {
            self.note(Note::new(Level::Info, "the message in doubt has arrived"));
        }
        let words = entry.words.clone().unwrap_or_else(|| self.form.success(false));
        self.settle_message(entry, Ok(Resolution::Response(words)));
    }

    /// Looks at the transcript: by the next poll, or besides the polls while they are off or not to be made.
    pub(super) fn look_at_transcript(&mut self) {
        let Some(live) = self.session.live() else { return };
        let besides = self.is_congested() || (!self.is_pushed() && !live.pace.is_on());
        if !besides && !self.is_pushed() {
            self.poll_now();
        } else if !besides {
            self.catch_up();
        } else {
            self.look_besides();
        }
    }

    /// Looks at the transcript besides the polls: for what is in doubt, and so that the server goes on; nothing of it is published.
    pub(super) fn look_besides(&mut self) {
        let Some(live) = self.session.live() else { return };
        let from = live.from();
        if !self.exchanges.is_fetching() {
            self.request(Purpose::Settle(None), Operation::Poll { from, preview: None });
        }
    }

    /// Settles what new transcript entries settle, after a poll or a replay.
    pub(super) fn settle(&mut self, messages: &[Received], kind: Kind, ended: bool) {
        let by = if matches!(kind, Kind::Polled { .. }) { By::Look } else { By::News };
        self.sight(messages, by);
        if let (Kind::Polled { started, .. }, false) = (kind, ended) {
            self.looked(started);
        }
    }

    /// Takes a look besides the polls. Its messages are not published: a later poll brings them.
    pub(super) fn settled(&mut self, started: Duration, outcome: Result<Reply, Failure>) {
        // A later poll is to bring the same messages.
        let now = self.time.now;
        if let Some(live) = self.session.live_mut() {
            live.resync = true;
            live.slowness = now.saturating_sub(started);
        }
        let Ok(reply) = outcome else { return };
        let ended = reply.ended == Some(true);
        // A stale answer is that to a look from before: it proves nothing.
        let started = if reply.stale { Duration::ZERO } else { started };
        if ended && reply.verdict == Verdict::Done {
            // There will be no later poll.
            self.lift_congestion();
            return self.receive(Kind::Polled { started, command: None }, reply);
        }
        if reply.verdict == Verdict::Done {
            self.sight(&reply.messages, By::LookBesides);
            self.looked(started);
        }
        if let Some(over) = self.over_by(&reply) {
            self.receive(Kind::Last, Reply { ended: None, ..reply });
            self.session_over(Over { shown: true, ..over });
        }
    }

    pub(super) fn sight(&mut self, messages: &[Received], by: By) {
        let peeking = matches!(by, By::NewsToCome | By::LookBesides);
        let looked = matches!(by, By::Look | By::LookBesides);
        let keeps = self.config.outbox.keep;
        // What a message arrived as is explained before what came after it.
        let mut messages: Vec<_> = messages.iter().collect();
        in_order(&mut messages);
        for received in messages {
            let Some(live) = self.session.live_mut() else { return };
            live.own.note(received);
            // One whose place nobody can tell may be the message in doubt.
            let place = received.message.index.place().cloned().unwrap_or_else(|| u64::MAX.into());
            let is_text = received.message.kind == MessageType::Message;
            if !peeking && is_brought_about(&received.message.kind) && live.own.wrote(received) {
                live.unshown.note();
            }
            if !is_text || !live.own.wrote(received) || (peeking && live.seen.contains(&place)) {
                continue;
            }
            let text = received.original.text().map(|text| &**text).unwrap_or_default();
            if keeps {
                live.outbox.note_own(&place, text);
            }
            if let Sighting::Settled(entry) = live.outbox.sighted(&place, text, received.whose, peeking) {
                live.hides_own = looked && (live.hides_own || entry.words.is_some());
                self.arrived(&entry);
            }
        }
    }

    /// A look at the transcript that went out at `started` is through. If the message in doubt could no longer arrive by then, it tells:
    /// one that is not there may be sent again, unless its command was given up.
    fn looked(&mut self, started: Duration) {
        let grace = self.grace();
        let now = self.time.now;
        let Some(live) = self.session.live_mut() else { return };
        live.outbox.lay_ghost(started);
        match live.outbox.front().map(|entry| entry.state) {
            Some(State::Doubt { since, .. }) if since + grace <= started => {}
            _ => return,
        }
        let fate = live.outbox.fate();
        let Some(entry) = self.session.live_mut().and_then(|live| live.outbox.front_mut()) else { return };
        match fate {
            Fate::Absent if entry.owner != Owner::GivenUp => {
                let wait = entry.repetitions.checked_sub(1).map_or(Duration::ZERO, pause);
                entry.repetitions = entry.repetitions.saturating_add(1);
                entry.state = State::Waiting { not_before: now + wait };
                self.note(Note::new(Level::Info, "the message in doubt did not arrive: it is sent again"));
            }
            Fate::Arrived => self.finish_arrived(),
            Fate::Absent | Fate::Unclear => {
                self.lose("what the transcript shows may be this message or another");
            }
        }
    }
}

/// Whether commands bring about such events, which the transcript keeps; messages wait in the outbox.
fn is_brought_about(kind: &MessageType) -> bool {
    use MessageType::{CustomNotice, NicknameUpdated, PushUrl};
    matches!(kind, CustomNotice | PushUrl | NicknameUpdated)
}
