//! Chats over Bayeux servers by others: that of the `CometD` project and Faye, in Node.js.
//!
//! `server.mjs` in this folder puts a small GMS v2 chat server on top of each; [`Server`] starts it and orders it about, a
//! [`Customer`] talks with it. The tests in `tests` need Node.js and `npm ci` in this folder; with `WEBCHAT_SKIP_NODE` set they pass
//! without.
#![forbid(unsafe_code)]
#![allow(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test tool: what must not happen fails the test"
)]

mod server;

pub use server::{Bayeux, Carrier, Counts, Entry, Participant, Server, Transcript, Trap};
pub use webchat_support::{Customer, Heard, Line};
