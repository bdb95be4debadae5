//! Why the store is read, and what in it is this service's.

use crate::{
    command::{RequestId, StartChat},
    store::Mark,
};

/// Why the store is being read. Reads are answered in order.
#[derive(Debug)]
pub(crate) enum Loading {
    StartUp(RequestId),
    StartChat(RequestId, Box<StartChat>),
    Verify(RequestId),
    Restore(RequestId),
}

/// What in the store is this service's own; other services may use it, too.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    /// What marks the present session there.
    pub(crate) session: Option<Mark>,
    /// The present session is not there yet, and comes in place of what is.
    pub(crate) replaces: bool,
    /// The mark of our start under way.
    pub(crate) lock: Option<Mark>,
}

/// Names a change of the store whose outcome is waited for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoreId(pub u64);
