//! Word that something has changed.

use std::sync::Arc;

use tokio::sync::watch;

/// A number that grows with every change of state, faults or log; clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Changes(Arc<watch::Sender<u64>>);

impl Changes {
    /// Wakes whoever waits for changes.
    pub(crate) fn tell(&self) {
        self.0.send_modify(|version| *version = version.wrapping_add(1));
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}
