//! The simulator as its users meet it: by the library, over HTTP, and as a program.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod clock;
mod cometd;
mod console;
mod control;
mod customer;
mod events;
mod faults;
mod files;
mod gateway;
mod nexus;
mod operations;
mod outages;
mod program;
mod scripts;
mod switches;
mod timers;
mod web_messaging;
