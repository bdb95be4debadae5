//! The back end against the simulator.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a broken test must fail loudly"
)]

mod chats;
mod customer;
mod faults;
mod files;
mod options;
mod proof;
