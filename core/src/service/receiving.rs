//! New messages: from a batch of the server's to events, in the order of webchatservice.md, 5 and 6.

use super::{
    Effect, PrivateMessages, Service, Time, preprocess,
    state::{Batch, BatchId, Entry, Kind, Over},
};
use crate::{
    command::Resolution,
    event::{Event, MessageReceived},
    model::{JsonObject, MessageType, Received},
    transport::{Reply, Verdict},
};
use std::borrow::Borrow;

impl Service {
    /// Takes a batch: drops what was seen before, settles messages in doubt, and has the preprocessors run where there are any.
    pub(super) fn receive(&mut self, kind: Kind, reply: Reply) {
        let trusted = reply.verdict == Verdict::Done;
        if trusted {
            self.outage_over();
        }
        let ended = reply.ended == Some(true);
        // An answer can be long: it is kept for a command alone.
        let body = Some(reply.body).filter(|_| kind.resolves()).unwrap_or_default();
        let mut messages = reply.messages;
        in_order(&mut messages);
        let Some(live) = self.session.live_mut() else { return };
        live.seen.retain_new(&mut messages);
        // What is pushed can name a place beyond messages that never came: those are fetched first.
        let pushed = matches!(kind, Kind::Pushed);
        let next = reply.next_position.filter(|_| trusted);
        let moved = live.note_places(&messages, next.filter(|_| !pushed));
        let misses_some = pushed && next.is_some_and(|next| next > live.position);
        if moved && live.farewell.is_none() {
            self.store_position();
        }
        self.settle(&messages, kind, ended);
        let restoring = kind.is_replay();
        if matches!(kind, Kind::History { .. }) {
            messages.reverse();
        }
        let entries = messages
            .into_iter()
            .map(|mut received| {
                received.message.restoring = restoring;
                if received.message.timestamp == 0 {
                    received.message.timestamp = self.time.unix_ms;
                }
                let hidden = self.is_hidden(&received);
                let joins = received.message.kind == MessageType::ParticipantJoined;
                Entry { received, hidden, joins }
            })
            .collect();
        if ended {
            self.session_over(Over { shown: !misses_some, ..Over::default() });
        }
        let id = self.new_batch_id();
        self.queue(Batch {
            id,
            kind,
            entries,
            idle_countdown: reply.idle_countdown,
            body,
            awaits_images: false,
        });
        if misses_some && !ended {
            self.catch_up();
        }
    }

    pub(super) fn new_batch_id(&mut self) -> BatchId {
        self.last_batch.0 += 1;
        self.last_batch
    }

    /// Moves the first batch on, and those behind it, until one waits for its images or is with the preprocessors.
    pub(super) fn next_batch(&mut self) {
        while let Some(batch) = self.batches.front().filter(|batch| !batch.awaits_images) {
            let visible = batch.entries.iter().any(|entry| !entry.hidden);
            if visible && !self.preprocessors.is_empty() {
                let (id, inputs) = (batch.id, preprocess::inputs(&batch.entries));
                self.effects.push_back(Effect::Preprocess(
                    id,
                    PrivateMessages(inputs),
                    self.preprocessors.clone(),
                ));
                return;
            }
            if let Some(batch) = self.batches.pop_front() {
                self.publish_batch(batch);
            }
        }
    }

    /// Lets go of the batches of a session that goes: who polled for one gets the answer.
    pub(super) fn forget_batches(&mut self) {
        for batch in std::mem::take(&mut self.batches) {
            if let Kind::Polled { command, .. } = batch.kind {
                self.resolve_poll(command, batch.body);
            }
        }
    }

    /// Publishes a batch, and goes on with what its origin asks for.
    pub(super) fn publish_batch(&mut self, batch: Batch) {
        let old_messages = matches!(batch.kind, Kind::History { .. });
        if old_messages {
            // The messages come newest first, what happened by them in its order.
            batch.entries.iter().rev().for_each(|entry| self.publish_message(entry, true));
        } else {
            // Of a chat that was over, nothing is kept any more.
            let is_kept = !matches!(batch.kind, Kind::Away);
            for entry in &batch.entries {
                if is_kept {
                    self.keep_place_for_host(&entry.received.message.index);
                }
                self.publish_message(entry, false);
            }
        }
        let visible = batch.entries.into_iter().filter(|entry| !entry.hidden);
        let received: Vec<_> = visible.map(|entry| entry.received).collect();
        if !received.is_empty() {
            let bound = self.config.max_transcript_bytes;
            if self.transcript.add(&received, bound) {
                self.warn(format!(
                    "the chat is larger than maxTranscriptBytes, {bound}: getTranscript lacks its oldest messages"
                ));
            }
            self.publish(Event::MessageReceived(MessageReceived {
                received,
                restoring: batch.kind.is_replay(),
                old_messages,
                session_data: self.session_data(),
                idle_time_count_down: batch.idle_countdown,
            }));
        }
        match batch.kind {
            Kind::Polled { command, .. } => {
                self.reconnected();
                self.next_poll();
                self.resolve_poll(command, batch.body);
            }
            Kind::Restored { command: Some(id), .. } | Kind::History { command: id } => {
                self.resolve(id, Resolution::Response(batch.body));
            }
            Kind::Restored { command: None, .. } | Kind::Pushed | Kind::Away | Kind::Last => {}
        }
        match batch.kind {
            Kind::Restored { offline, .. } => self.restoration_done(offline),
            Kind::History { .. } => self.history_done(),
            Kind::Polled { .. } | Kind::Pushed | Kind::Away | Kind::Last => {}
        }
    }

    /// Takes preprocessed messages. Answers [`Effect::Preprocess`]. A batch that went with its session is nobody's.
    pub fn preprocessed(&mut self, time: Time, id: BatchId, messages: Vec<JsonObject>) {
        self.time = time;
        if let Some(mut batch) = self.batches.pop_front_if(|batch| batch.id == id) {
            preprocess::merge(&mut batch.entries, messages);
            self.publish_batch(batch);
            self.next_batch();
        }
        self.go_on();
    }
}

/// Brings messages into the transcript's order. One without a place stays behind what it came after.
pub(super) fn in_order<M: Borrow<Received>>(messages: &mut Vec<M>) {
    let mut place = None;
    let mut placed: Vec<_> = std::mem::take(messages)
        .into_iter()
        .map(|received| {
            let index = &received.borrow().message.index;
            place = index.place().cloned().or_else(|| place.take());
            (place.clone(), received)
        })
        .collect();
    placed.sort_by(|(one, _), (other, _)| one.cmp(other));
    messages.extend(placed.into_iter().map(|(_, received)| received));
}
