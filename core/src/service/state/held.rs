//! News that were pushed and wait for messages before them.

use super::exchanges::ExchangeId;
use crate::transport::Reply;

/// News that wait for messages before them.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) reply: Reply,
    /// The latest request when they came: a look that left later shows what is before them.
    pub(crate) since: ExchangeId,
    /// What they take, in bytes.
    pub(crate) bytes: usize,
}

impl Held {
    pub(crate) fn first(&self) -> Option<u64> {
        self.reply.messages.iter().filter_map(|received| received.message.index.order()).min()
    }
}
