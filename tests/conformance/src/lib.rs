//! One table of scenarios, replayed over every transport and language.
//!
//! A scenario (`scenarios/*.json`) says in data what an application does, what the server does meanwhile, and what the application
//! must be told: commands with their outcomes, events with their payloads and order. The runner starts a fresh simulator for each,
//! launches an [`Adapter`] (the library in one language) and goes through the steps. Nothing sleeps: every step awaits an outcome, an
//! event or a request, and fails with the whole timeline when it does not come.
//!
//! `transport` has the back ends, `scenario` reads the table as one of them has it, `pattern` says when a value is as expected, `timeline` keeps what the application was told,
//! `invariants` holds what is true of every event, `pairs` which of them take turns, `world` is the server side of a scenario, `relay` the path to it, `runner` goes through the steps,
//! `adapter` has the languages. README.md describes the format of scenarios and the protocol of adapters.

#![forbid(unsafe_code)]
#![allow(
    clippy::indexing_slicing,
    reason = "a test tool: JSON values are indexed by name, which gives null and does not panic"
)]

pub mod adapter;
mod invariants;
mod pairs;
pub mod pattern;
mod relay;
mod runner;
pub mod scenario;
mod timeline;
mod transport;
mod world;

pub use adapter::{Adapter, InProcess, Language, Launch, Program, Told};
pub use relay::{Path, Relay};
pub use runner::{Failure, Pace, Report, run_all};
pub use scenario::{Scenario, Table};
pub use transport::{
    GMS_COMETD, GMS_COMETD_AHEAD, GMS_COMETD_POLLING, GMS_COMETD_POLLING_AHEAD, GMS_REST, NEXUS_REST,
    Transport,
};
