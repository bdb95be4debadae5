//! Images of messages (nexus-v3.md, 4.7): what comes before the first image is told at once, and polls go on. The message
//! with the image and those behind it wait for the images of their batch, which come or fail within one request's time limit. While as
//! much waits as may, polls wait as well.

use super::{
    BatchId, Service,
    batch::{Batch, Entry, Kind},
    exchange::Purpose,
};
use crate::{
    model::Content,
    transport::{Failure, Operation, Reply},
};
use bytes::Bytes;
use std::sync::Arc;

/// An image, or why it cannot be had.
type Image = Result<Bytes, Box<str>>;

/// Why an image is missing that came too late.
const TOO_LATE: &str = "the chat was over before it came";

impl Service {
    /// Puts a batch behind those on their way to the listeners. Whether it has to wait or not, the poll that brought it is over.
    pub(super) fn queue(&mut self, mut batch: Batch) {
        let is_idle = self.batches.is_empty();
        let waits_behind = self.batches.front().is_some_and(|batch| batch.awaits_images);
        let wanted = wanted(&batch.entries);
        let is_delayed = waits_behind || !wanted.is_empty();
        let polled = match batch.kind {
            Kind::Polled { command, .. } if is_delayed => Some((command, std::mem::take(&mut batch.body))),
            _ => None,
        };
        if polled.is_some() {
            batch.kind = Kind::Pushed;
        }
        if !wanted.is_empty() {
            // What a command or a restoration waits for stays in one piece.
            let in_parts = matches!(batch.kind, Kind::Polled { .. } | Kind::Pushed);
            let id = self.new_batch_id();
            if in_parts && let Some(before) = batch.split_before_images(id) {
                self.batches.push_back(before);
            }
            batch.awaits_images = true;
            self.request(Purpose::Images(batch.id), Operation::Images(wanted));
        }
        self.batches.push_back(batch);
        if is_idle {
            self.next_batch();
        }
        if let Some((command, body)) = polled {
            self.reconnected();
            self.next_poll();
            self.resolve_poll(command, body);
        }
    }

    /// Whether a batch holds back the polls: it is with the preprocessors, or a command or a restoration waits for it; or too much waits for
    /// images.
    pub(super) fn holds_polls(&self) -> bool {
        let held = |batch: &Batch| !batch.awaits_images || !matches!(batch.kind, Kind::Pushed);
        self.batches.front().is_some_and(|batch| held(batch) || self.is_waiting_room_full())
    }

    /// Takes the images of a batch.
    pub(super) fn images_answered(&mut self, id: BatchId, outcome: Result<Reply, Failure>) {
        let Some(at) = self.batches.iter().position(|batch| batch.id == id && batch.awaits_images) else {
            return;
        };
        if let Some(batch) = self.batches.get_mut(at) {
            match outcome {
                Ok(reply) => batch.give(reply.images),
                Err(failure) => batch.give(vec![Err(failure.cause.into()); wanted(&batch.entries).len()]),
            }
        }
        if at == 0 {
            self.next_batch();
        }
    }

    /// The session is about to end: whatever waits for its images is told without them.
    pub(super) fn images_over(&mut self) {
        let is_waiting = self.batches.front().is_some_and(|batch| batch.awaits_images);
        for batch in self.batches.iter_mut().filter(|batch| batch.awaits_images) {
            batch.give(vec![Err(TOO_LATE.into()); wanted(&batch.entries).len()]);
        }
        if is_waiting {
            self.next_batch();
        }
    }
}

impl Batch {
    /// Splits off what comes before the first image; nothing, if that is the first.
    fn split_before_images(&mut self, id: BatchId) -> Option<Self> {
        let at = self.entries.iter().position(|entry| images(entry).next().is_some()).filter(|at| *at > 0)?;
        let rest = self.entries.split_off(at);
        let entries = std::mem::replace(&mut self.entries, rest);
        Some(self.part(id, entries))
    }

    /// Gives the images to the contents that want one, in order.
    fn give(&mut self, images: Vec<Image>) {
        self.awaits_images = false;
        let mut images = images.into_iter();
        for entry in self.entries.iter_mut().filter(|entry| self::images(entry).next().is_some()) {
            for content in Arc::make_mut(&mut entry.received.message.content).iter_mut().filter(|c| c.wanted)
            {
                content.wanted = false;
                match images.next() {
                    Some(Ok(data)) => content.data = Some(data),
                    Some(Err(why)) => content.unavailable = Some(why),
                    None => {}
                }
            }
        }
    }
}

/// The addresses of the images that are to be fetched.
fn wanted(entries: &[Entry]) -> Vec<Box<str>> {
    entries.iter().flat_map(images).filter_map(|content| content.url.clone()).collect()
}

/// The images of a message, none of one that is not shown.
fn images(entry: &Entry) -> impl Iterator<Item = &Content> {
    entry.received.message.content.iter().filter(|content| content.wanted && !entry.hidden)
}
