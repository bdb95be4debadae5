//! Attacks by a hostile server, and on a session file, against the client as programs use it. Each runs in a process of its own, so that its
//! peak of memory is its own; the server is the process that measures. What is checked is what comes of an attack and how much memory it
//! takes; times are shown alone.
//!
//! `attacks` has one file for each family, `attack` says what one consists of, `server` is the hand that strikes, `wire` what it says in
//! each protocol otherwise, `customer` the program that is attacked, `table` runs them all.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "an attack that cannot be made has to stop"
)]

pub mod attack;
pub mod attacks;
pub mod customer;
pub mod memory;
pub mod server;
pub mod table;
pub mod websocket;
pub mod wire;
