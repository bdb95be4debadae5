//! Images of messages (nexus-v3.md, 4.7): what comes before the first image is told at once, and polls go on. The message
//! with the image and those behind it wait for the images of their batch, which come or fail within one request's time limit. While as
//! much waits as may, polls wait as well.

use super::{
    Service,
    state::{Batch, BatchId, Kind, Purpose},
};
use crate::transport::{Failure, Operation, Reply};

/// Why an image is missing that came too late.
const TOO_LATE: &str = "the chat was over before it came";

impl Service {
    /// Puts a batch behind those on their way to the listeners. Whether it has to wait or not, the poll that brought it is over.
    pub(super) fn queue(&mut self, mut batch: Batch) {
        let is_idle = self.batches.is_empty();
        let waits_behind = self.batches.front().is_some_and(|batch| batch.awaits_images);
        let wanted = batch.wanted();
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
                Err(failure) => batch.give(vec![Err(failure.cause.into()); batch.wanted().len()]),
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
            batch.give(vec![Err(TOO_LATE.into()); batch.wanted().len()]);
        }
        if is_waiting {
            self.next_batch();
        }
    }
}
