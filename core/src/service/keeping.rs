//! The outbox, as it is kept in the store and told to listeners: written before a message leaves, settled when its session is restored.

use super::{
    Effect, Service, Time,
    sending::LIMIT,
    state::{Kept, Moment, Outbox, Outgoing, Owner, State, StoreId, Unsettled, VERSION},
};
use crate::{
    Error, ErrorKind,
    command::{RequestId, Resolution},
    event::Event,
    model::{OutboxChange, OutboxMessage, OutboxMessages, OutboxState},
    store::{Stored, StoredText, key},
};
use serde_json::Value;

/// Why a message of a session that does not go on is rejected, or unknown.
const SESSION_GONE: &str = "the session that the message was given in does not go on";

/// What is stored, unless it is of a newer form: then nothing of it is touched.
pub(super) fn readable(stored: Stored) -> Result<Stored, Error> {
    let kept = stored.get(key::OUTBOX).and_then(|text| serde_json::from_str::<Value>(text).ok());
    match kept.and_then(|kept| kept.get("version")?.as_u64()) {
        Some(version) if version > VERSION => {
            let text = format!(
                "the outbox in the session store has the form {version} of a newer library; this one reads forms up to {VERSION}"
            );
            Err(Error::new(ErrorKind::Unsupported, text))
        }
        _ => Ok(stored),
    }
}

/// The outbox that is stored.
pub(super) fn read(stored: &Stored) -> Option<Kept> {
    serde_json::from_str(stored.get(key::OUTBOX)?).ok()
}

impl Service {
    fn moment(&self) -> Moment {
        Moment { now: self.time.now, unix_ms: self.time.unix_ms }
    }

    /// Looks whether the store has an outbox of the session that is being restored.
    pub(super) fn find_outbox(&mut self, stored: Option<&Stored>) {
        let broken = stored.and_then(|stored| stored.get(key::OUTBOX)).is_some();
        self.found_outbox = stored.and_then(read);
        if broken && self.found_outbox.is_none() {
            self.warn("the stored outbox cannot be read: what became of its messages stays unknown");
        }
        if self.marks.replaces {
            self.tell_unsettled();
        }
    }

    /// The outbox of the session that goes on. Where the server has put another in its place, nobody can tell what became of what has left.
    pub(super) fn take_up_outbox(&mut self, is_replaced: bool) {
        let (moment, grace) = (self.moment(), self.grace());
        let Some(kept) = self.found_outbox.take() else { return };
        let (kept, lost) = if is_replaced { kept.without_left() } else { (kept, Vec::new()) };
        if let Some(live) = self.session.live_mut() {
            live.outbox = Outbox::restored(kept, moment, grace, LIMIT);
            live.outbox.is_changed = is_replaced;
        }
        self.tell_all_unsettled(lost);
    }

    /// Tells how far the messages of a restored session are.
    pub(super) fn tell_restored_outbox(&mut self) {
        let Some(live) = self.session.live() else { return };
        let restored: Vec<_> = live.outbox.iter().map(|entry| entry.text.number).collect();
        for id in restored {
            self.tell_progress(id);
        }
        if self.session.live().is_some_and(|live| live.outbox.has_seen_first()) {
            self.finish_arrived();
        }
    }

    /// Gives the messages of a session that does not go on what outcome they can have.
    pub(super) fn tell_unsettled(&mut self) {
        let unsettled = self.found_outbox.take().map(Kept::unsettled).unwrap_or_default();
        self.tell_all_unsettled(unsettled);
    }

    fn tell_all_unsettled(&mut self, unsettled: Vec<Unsettled>) {
        for Unsettled { id, has_left } in unsettled {
            let state = if has_left { OutboxState::Unknown } else { OutboxState::Rejected };
            self.publish(Event::Outbox(OutboxChange {
                local_id: id,
                state,
                restored: true,
                request_id: None,
                reason: Some(SESSION_GONE.into()),
            }));
        }
    }

    /// Whether messages are kept.
    pub(super) fn keeps_outbox(&self) -> bool {
        self.config.outbox.keep && self.marks.session.is_some()
    }

    /// Stores the outbox where it has changed.
    pub(super) fn keep_outbox(&mut self) {
        let (keep, is_known) = (self.config.outbox.keep, self.marks.session.is_some());
        let Some(live) = self.session.live_mut() else { return };
        if std::mem::take(&mut live.outbox.is_changed) && is_known && (keep || live.outbox.is_stored) {
            self.write_outbox();
        }
    }

    /// Stores the outbox as it is.
    fn write_outbox(&mut self) -> StoreId {
        let (moment, places) = (self.moment(), self.delivery.places);
        self.last_store.0 += 1;
        let write = self.last_store;
        let Some(live) = self.session.live_mut() else { return write };
        let outbox = &mut live.outbox;
        (outbox.is_changed, outbox.is_stored) = (false, true);
        let text = serde_json::to_string(&outbox.kept(moment, places)).unwrap_or_default();
        for entry in outbox.iter_mut() {
            entry.write.get_or_insert(write);
        }
        let changes = vec![(key::OUTBOX, Some(StoredText(text)))];
        self.effects.push_back(Effect::Store {
            mark: self.marks.session.clone(),
            changes,
            answer: Some(write),
        });
        write
    }

    /// Has the first message leave: at once, or when it is stored that it does.
    pub(super) fn leave(&mut self, position: u64) {
        let keeps = self.keeps_outbox();
        let Some(entry) = self.session.live_mut().and_then(|live| live.outbox.front_mut()) else { return };
        if !keeps || entry.left_from.is_some() {
            return self.send_first(position);
        }
        let write = StoreId(self.last_store.0 + 1);
        entry.state = State::Leaving { position, write };
        self.write_outbox();
    }

    /// Takes the outcome of a change of the store. Answers [`Effect::Store`]. One that failed is told once until one succeeds, and holds
    /// nothing up.
    pub fn stored(&mut self, time: Time, id: StoreId, outcome: Result<(), Error>) {
        self.time = time;
        let failed = outcome.is_err();
        if let Err(error) = outcome
            && !self.is_store_failing
        {
            self.store_failed(&error);
        }
        self.is_store_failing = failed;
        let Some(live) = self.session.live_mut() else { return };
        let mut told = Vec::new();
        for entry in live.outbox.iter_mut().filter(|entry| entry.write.is_some_and(|write| write <= id)) {
            // What was to be stored before is in this as well.
            if !failed || entry.is_kept.is_none() {
                entry.is_kept = Some(!failed);
                told.push(entry.text.number);
            }
        }
        let leaving = live.outbox.front_mut().and_then(|entry| match entry.state {
            State::Leaving { position, write } if write == id => {
                entry.left_from = Some(position).filter(|_| !failed);
                Some(position)
            }
            _ => None,
        });
        for id in told {
            self.tell_progress(id);
        }
        if let Some(position) = leaving {
            self.send_first(position);
        }
        self.go_on();
    }

    /// Tells listeners how far a message is, unless they know, or it is still to be stored.
    pub(super) fn tell_progress(&mut self, id: u64) {
        let keeps = self.keeps_outbox();
        let Some(live) = self.session.live_mut() else { return };
        let Some(entry) = live.outbox.iter_mut().find(|entry| entry.text.number == id) else { return };
        let state = entry.progress();
        // Its write tells of it.
        if keeps && entry.is_kept.is_none() {
            return;
        }
        let change = change(entry, state, None);
        if entry.told.replace(state) != Some(state) {
            self.tell_outbox(change);
        }
    }

    /// Tells listeners of a message's outcome.
    pub(super) fn tell_outcome(&mut self, entry: &Outgoing, outcome: &Result<Resolution, Error>) {
        let state = match outcome {
            Ok(_) => OutboxState::Sent,
            Err(error) if error.kind() == ErrorKind::OutcomeUnknown => OutboxState::Unknown,
            Err(_) => OutboxState::Rejected,
        };
        if entry.told != Some(state) {
            let reason = outcome.as_ref().err().map(|error| error.message().to_owned());
            self.tell_outbox(change(entry, state, reason));
        }
    }

    fn tell_outbox(&mut self, change: OutboxChange) {
        if self.config.outbox.tells || change.restored {
            self.publish(Event::Outbox(change));
        }
    }

    /// The command `getOutbox`.
    pub(super) fn get_outbox(&mut self, id: RequestId) {
        let entries = self.session.live().into_iter().flat_map(|live| live.outbox.iter());
        let messages = entries.map(|entry| OutboxMessage {
            local_id: entry.text.number,
            state: entry.progress(),
            restored: entry.restored,
            request_id: request_id(entry),
            message: entry.text.text.clone(),
        });
        let messages = OutboxMessages { messages: messages.collect() };
        self.resolve(id, Resolution::Outbox(messages));
    }

    /// Why the outbox takes no more, if it does not.
    pub(super) fn outbox_is_full(&self, text: &str) -> Option<Error> {
        let (most, most_bytes) = self.config.outbox.bound?;
        let outbox = &self.session.live()?.outbox;
        let bytes: usize = outbox.iter().map(|entry| entry.text.text.len()).sum();
        let why = if outbox.len() >= most {
            format!("{most} messages wait for their outcome, as many as outbox.maxMessages allows")
        } else if bytes.saturating_add(text.len()) > most_bytes {
            format!(
                "the messages that wait for their outcome would have more bytes than outbox.maxBytes allows, {most_bytes}"
            )
        } else {
            return None;
        };
        Some(Error::new(ErrorKind::Busy, why).with_retry(crate::Retry::WithBackoff))
    }
}

fn request_id(entry: &Outgoing) -> Option<u64> {
    match entry.owner {
        Owner::Command(RequestId(id)) => Some(id),
        Owner::Nobody | Owner::GivenUp => None,
    }
}

fn change(entry: &Outgoing, state: OutboxState, reason: Option<String>) -> OutboxChange {
    OutboxChange {
        local_id: entry.text.number,
        state,
        restored: entry.restored,
        request_id: request_id(entry),
        reason,
    }
}
