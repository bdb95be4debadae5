//! Commands that wait: for the service to be ready, or for the end of a restoration.

use crate::command::{Command, RequestId, StartChat};
use std::{collections::VecDeque, time::Duration};

#[derive(Debug, Default)]
pub(crate) struct Queue(VecDeque<Queued>);

#[derive(Debug)]
struct Queued {
    id: RequestId,
    command: Command,
    /// Until when it waits for a `configure`; later for each than for the one before.
    until: Duration,
}

impl Queue {
    pub(crate) fn push(&mut self, id: RequestId, command: Command, until: Duration) {
        self.0.push_back(Queued { id, command, until });
    }

    /// Has all of them wait until then.
    pub(crate) fn extend_all(&mut self, until: Duration) {
        self.0.iter_mut().for_each(|queued| queued.until = until);
    }

    /// Until when the first waits for a `configure`.
    pub(crate) fn first_until(&self) -> Option<Duration> {
        self.0.front().map(|queued| queued.until)
    }

    pub(crate) fn pop(&mut self) -> Option<(RequestId, Command)> {
        self.0.pop_front().map(|queued| (queued.id, queued.command))
    }

    pub(crate) fn find(&self, id: RequestId) -> Option<&Command> {
        self.0.iter().find(|queued| queued.id == id).map(|queued| &queued.command)
    }

    pub(crate) fn remove(&mut self, id: RequestId) {
        self.0.retain(|queued| queued.id != id);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn take(&mut self) -> impl Iterator<Item = (RequestId, Command)> + use<> {
        std::mem::take(&mut self.0).into_iter().map(|queued| (queued.id, queued.command))
    }
}

/// A command that waits for the end of a restoration.
#[derive(Debug)]
pub(crate) enum Parked {
    StartChat(RequestId, Box<StartChat>),
    Verify(RequestId),
}

impl Parked {
    pub(crate) fn id(&self) -> RequestId {
        match self {
            Self::StartChat(id, _) | Self::Verify(id) => *id,
        }
    }
}
