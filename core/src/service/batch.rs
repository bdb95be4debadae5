//! New messages: from a batch of the server's to events, in the order of the behaviour reference, sections 5 and 6.

use super::{Effect, Service, preprocess};
use crate::{
    command::{RequestId, Resolution},
    event::{Event, MessageReceived},
    model::{Message, MessageType, Received},
    transport::{Body, Reply, Verdict},
};
use std::time::Duration;

/// Identifies a batch that is with the preprocessors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BatchId(u64);

/// Where a batch comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// A poll that went out at this time.
    Polled { started: Duration },
    /// Pushed by the server.
    Pushed,
    /// The replay of a restored session.
    Restored { offline: bool, command: Option<RequestId> },
    /// A page of older messages.
    History { command: RequestId },
}

/// A message on its way to the listeners.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) received: Received,
    /// Hidden by a prefilter: it acts, and is not shown.
    pub(super) hidden: bool,
}

/// A batch on its way to the listeners.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) id: BatchId,
    pub(super) kind: Kind,
    pub(super) entries: Vec<Entry>,
    pub(super) ended: bool,
    idle_countdown: Option<serde_json::Value>,
    /// The answer that brought it, for a command that resolves with it.
    body: Body,
    /// It waits for its images.
    pub(super) awaits_images: bool,
}

impl Service {
    /// Takes a batch: drops what was seen before, settles messages in doubt, and has the preprocessors run where there are any.
    pub(super) fn receive(&mut self, kind: Kind, reply: Reply) {
        let trusted = reply.verdict == Verdict::Done;
        if trusted {
            self.outage_over();
        }
        let ended = reply.ended == Some(true);
        let mut messages = reply.messages;
        in_order(&mut messages);
        let Some(live) = self.session.live_mut() else { return };
        live.seen.retain_new(&mut messages);
        // What is pushed can name a place beyond messages that never came: those are fetched first.
        let pushed = matches!(kind, Kind::Pushed);
        let next = reply.next_position.filter(|_| trusted);
        let moved = live.note_places(&messages, next.filter(|_| !pushed));
        let misses_some = pushed && next.is_some_and(|next| next > live.position);
        if moved {
            self.store_position();
        }
        self.settle(&messages, kind, ended);
        let restoring = matches!(kind, Kind::Restored { .. });
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
                Entry { received, hidden }
            })
            .collect();
        let id = self.new_batch_id();
        self.queue(Batch {
            id,
            kind,
            entries,
            ended,
            idle_countdown: reply.idle_countdown,
            body: reply.body,
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
                let (id, inputs) = (batch.id, preprocess::inputs(batch));
                self.effects.push_back(Effect::Preprocess(id, inputs, self.preprocessors.clone()));
                return;
            }
            if let Some(batch) = self.batches.pop_front() {
                self.publish_batch(batch);
            }
        }
    }

    /// Publishes a batch, and goes on with what its origin asks for.
    pub(super) fn publish_batch(&mut self, batch: Batch) {
        let old_messages = matches!(batch.kind, Kind::History { .. });
        let mut received = Vec::with_capacity(batch.entries.len());
        for entry in batch.entries {
            // What happened before this service looked is told by the messages alone.
            if !old_messages {
                self.keep_index_for_host(&entry.received.message.index);
                self.publish_message(&entry.received.message);
                self.roster.note_time(entry.received.message.timestamp);
            }
            if !entry.hidden {
                received.push(entry.received);
            }
        }
        if !received.is_empty() {
            let bound = self.config.max_transcript_bytes;
            if self.transcript.add(&received, old_messages, bound) {
                self.log(format!(
                    "the chat is larger than maxTranscriptBytes, {bound}: getTranscript lacks its oldest messages"
                ));
            }
            self.publish(Event::MessageReceived(MessageReceived {
                received,
                restoring: matches!(batch.kind, Kind::Restored { .. }),
                old_messages,
                session_data: self.session_data(),
                idle_time_count_down: batch.idle_countdown,
            }));
        }
        match batch.kind {
            Kind::Polled { .. } => {
                self.reconnected();
                self.next_poll();
            }
            Kind::Restored { command: Some(id), .. } | Kind::History { command: id } => {
                self.resolve(id, Resolution::Response(batch.body));
            }
            Kind::Restored { command: None, .. } | Kind::Pushed => {}
        }
        if batch.ended {
            return self.end_by_server();
        }
        match batch.kind {
            Kind::Restored { offline, .. } => self.restoration_done(offline),
            Kind::History { .. } => self.history_done(),
            Kind::Polled { .. } | Kind::Pushed => {}
        }
    }

    /// Publishes the participant and typing events of one message.
    fn publish_message(&mut self, message: &Message) {
        match &message.kind {
            MessageType::ParticipantJoined => self.joined(message),
            MessageType::ParticipantLeft => self.left(message),
            MessageType::TypingStarted if message.from.role.is_agent() => {
                self.publish(Event::AgentTypingStarted(message.clone()));
            }
            MessageType::TypingStopped if message.from.role.is_agent() => {
                self.publish(Event::AgentTypingStopped(Some(message.clone())));
            }
            MessageType::Message | MessageType::PushUrl | MessageType::Notice
                if message.from.role.is_agent() =>
            {
                self.publish(Event::AgentTypingStopped(None));
            }
            _ => {}
        }
    }
}

/// Brings messages into the transcript's order. One without a place stays behind what it came after.
fn in_order(messages: &mut Vec<Received>) {
    let mut place = 0;
    let mut placed: Vec<_> = std::mem::take(messages)
        .into_iter()
        .map(|received| {
            place = received.message.index.place().unwrap_or(place);
            (place, received)
        })
        .collect();
    placed.sort_by_key(|(place, _)| *place);
    messages.extend(placed.into_iter().map(|(_, received)| received));
}

impl Batch {
    /// A part of it that is told before the rest.
    pub(super) fn part(&mut self, id: BatchId, entries: Vec<Entry>) -> Self {
        Self {
            id,
            kind: Kind::Pushed,
            entries,
            ended: false,
            idle_countdown: self.idle_countdown.take(),
            body: Body::default(),
            awaits_images: false,
        }
    }

    #[cfg(test)]
    pub(super) fn of(entries: Vec<Entry>) -> Self {
        let kind = Kind::Polled { started: Duration::ZERO };
        let body = Body::default();
        Self { id: BatchId(1), kind, entries, ended: false, idle_countdown: None, body, awaits_images: false }
    }
}
