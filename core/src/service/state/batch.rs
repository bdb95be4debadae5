//! Messages on their way to the listeners.

use crate::{
    command::RequestId,
    model::{Content, Received},
    transport::Body,
};
use bytes::Bytes;
use std::{sync::Arc, time::Duration};

/// Identifies a batch that is with the preprocessors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BatchId(pub(crate) u64);

/// Where a batch comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// A poll that went out at this time, for the command that asked for it.
    Polled { started: Duration, command: Option<RequestId> },
    /// Pushed by the server.
    Pushed,
    /// The first messages of a session taken up again: a replay, unless the server has made a new one in its place.
    Restored { offline: bool, command: Option<RequestId>, replay: bool },
    /// The replay of a stored session that was over.
    Away,
    /// What a session that is over still had to tell, or what an answer brought that cannot be trusted otherwise.
    Last,
    /// A page of older messages.
    History { command: RequestId },
}

impl Kind {
    /// Whether a command resolves with the answer that brought it.
    pub(crate) fn resolves(self) -> bool {
        match self {
            Self::Polled { command, .. } | Self::Restored { command, .. } => command.is_some(),
            Self::History { .. } => true,
            Self::Pushed | Self::Away | Self::Last => false,
        }
    }

    /// Whether its messages are those of a session that was stored.
    pub(crate) fn is_replay(self) -> bool {
        matches!(self, Self::Restored { replay: true, .. } | Self::Away)
    }
}

/// An image, or why it cannot be had.
type Image = Result<Bytes, Box<str>>;

/// A message on its way to the listeners.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) received: Received,
    /// Hidden by a prefilter: it acts, and is not shown.
    pub(crate) hidden: bool,
    /// Somebody joins by it, as the server sent it.
    pub(crate) joins: bool,
}

/// A batch on its way to the listeners.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) id: BatchId,
    pub(crate) kind: Kind,
    pub(crate) entries: Vec<Entry>,
    pub(crate) idle_countdown: Option<serde_json::Value>,
    /// The answer that brought it, for a command that resolves with it.
    pub(crate) body: Body,
    /// It waits for its images.
    pub(crate) awaits_images: bool,
}

impl Batch {
    /// A part of it that is told before the rest.
    pub(crate) fn part(&mut self, id: BatchId, entries: Vec<Entry>) -> Self {
        Self {
            id,
            kind: Kind::Pushed,
            entries,
            idle_countdown: self.idle_countdown.take(),
            body: Body::default(),
            awaits_images: false,
        }
    }

    /// The addresses of the images that are to be fetched.
    pub(crate) fn wanted(&self) -> Vec<Box<str>> {
        self.entries.iter().flat_map(images).filter_map(|content| content.url.clone()).collect()
    }

    /// Splits off what comes before the first image; nothing, if that is the first.
    pub(crate) fn split_before_images(&mut self, id: BatchId) -> Option<Self> {
        let at = self.entries.iter().position(|entry| images(entry).next().is_some()).filter(|at| *at > 0)?;
        let rest = self.entries.split_off(at);
        let entries = std::mem::replace(&mut self.entries, rest);
        Some(self.part(id, entries))
    }

    /// Gives the images to the contents that want one, in order.
    pub(crate) fn give(&mut self, images: Vec<Image>) {
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

/// The images of a message, none of one that is not shown.
fn images(entry: &Entry) -> impl Iterator<Item = &Content> {
    entry.received.message.content.iter().filter(|content| content.wanted && !entry.hidden)
}
