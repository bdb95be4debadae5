//! A message whose answer was lost: it is looked for in the transcript, until that tells or the time for it is over (see `state/outbox`).

use super::{
    Service,
    sending::{LIMIT, pause, unknown},
    state::{Fate, Kind, Over, Owner, Purpose, Sighting, State},
};
use crate::{
    model::{MessageType, Received},
    transport::{Failure, Operation, Reply, Verdict},
};
use std::time::Duration;

impl Service {
    pub(super) fn doubt(&mut self, position: u64) {
        let now = self.time.now;
        let look_at = now + self.grace();
        if let Some(entry) = self.session.live_mut().and_then(|live| live.outbox.front_mut()) {
            entry.limit.get_or_insert(now + LIMIT);
            entry.has_left = true;
            entry.state = State::Doubt { position, since: now, look_at, looks: 0 };
        }
        self.catch_up();
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
        self.sight(messages, false);
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
            self.sight(&reply.messages, true);
            self.looked(started);
        }
        if let Some(over) = self.over_by(&reply) {
            self.receive(Kind::Last, Reply { ended: None, ..reply });
            self.session_over(Over { shown: true, ..over });
        }
    }

    pub(super) fn sight(&mut self, messages: &[Received], peeking: bool) {
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
            if let Sighting::Settled(entry) = live.outbox.sighted(&place, text, peeking)
                && let Owner::Command(command) = entry.owner
            {
                self.resolve(command, self.arrived());
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
        let arrived = self.arrived();
        let Some(entry) = self.session.live_mut().and_then(|live| live.outbox.front_mut()) else { return };
        match fate {
            Fate::Absent if entry.owner != Owner::GivenUp => {
                let wait = entry.repetitions.checked_sub(1).map_or(Duration::ZERO, pause);
                entry.repetitions = entry.repetitions.saturating_add(1);
                entry.state = State::Waiting { not_before: now + wait };
            }
            Fate::Arrived => {
                self.finish(|| Ok(arrived));
            }
            Fate::Absent | Fate::Unclear => {
                self.finish(|| Err(unknown("what the transcript shows may be this message or another")));
            }
        }
    }
}

/// Whether commands bring about such events, which the transcript keeps.
fn is_brought_about(kind: &MessageType) -> bool {
    use MessageType::{CustomNotice, Message, NicknameUpdated, PushUrl};
    matches!(kind, Message | CustomNotice | PushUrl | NicknameUpdated)
}
