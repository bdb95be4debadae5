//! What several crates of tests need: a [`Customer`], who is a chat of the library with a server that somebody else has started.
#![forbid(unsafe_code)]
#![allow(
    clippy::missing_panics_doc,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test tool: what must not happen fails the test"
)]

mod customer;

pub use customer::{Customer, Heard, Line};

use std::time::Duration;

/// More than anything in a test takes on a busy machine.
pub const LIMIT: Duration = Duration::from_mins(1);

/// Awaits `future`, but not for ever.
pub async fn in_time<T>(what: &str, future: impl Future<Output = T>) -> T {
    let outcome = tokio::time::timeout(LIMIT, future).await;
    outcome.unwrap_or_else(|_| panic!("it took too long: {what}"))
}
