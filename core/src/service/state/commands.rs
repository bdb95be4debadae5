//! Commands under way: who asked, and until when.

use crate::command::RequestId;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// The commands that have no outcome yet.
#[derive(Debug, Default)]
pub(crate) struct Commands {
    open: BTreeMap<RequestId, Option<Duration>>,
    deadlines: BTreeSet<(Duration, RequestId)>,
}

impl Commands {
    pub(crate) fn add(&mut self, id: RequestId, deadline: Option<Duration>) {
        self.open.insert(id, deadline);
        self.deadlines.extend(deadline.map(|deadline| (deadline, id)));
    }

    /// Takes a command out; false when it had its outcome before.
    pub(crate) fn remove(&mut self, id: RequestId) -> bool {
        let Some(deadline) = self.open.remove(&id) else { return false };
        if let Some(deadline) = deadline {
            self.deadlines.remove(&(deadline, id));
        }
        true
    }

    pub(crate) fn is_open(&self, id: RequestId) -> bool {
        self.open.contains_key(&id)
    }

    pub(crate) fn ids(&self) -> Vec<RequestId> {
        self.open.keys().copied().collect()
    }

    /// By when a command is to have its outcome.
    pub(crate) fn deadline(&self, id: RequestId) -> Option<Duration> {
        self.open.get(&id).copied().flatten()
    }

    pub(crate) fn next_deadline(&self) -> Option<Duration> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    pub(crate) fn take_overdue(&mut self, now: Duration) -> Vec<RequestId> {
        let overdue: Vec<_> = self.deadlines.iter().take_while(|(at, _)| *at <= now).copied().collect();
        overdue
            .into_iter()
            .map(|entry| {
                self.deadlines.remove(&entry);
                entry.1
            })
            .collect()
    }
}
