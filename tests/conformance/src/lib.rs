//! One table of scenarios, replayed over every back end and language.
//!
//! A scenario (`scenarios/*.json`) says in data what an application does, what the server does meanwhile, and what the application
//! must be told: commands with their outcomes, events with their payloads and order. The runner starts a fresh simulator for each,
//! launches an [`Adapter`] (the library in one language) and goes through the steps. Nothing sleeps: every step awaits an outcome, an
//! event or a request, and fails with the whole timeline when it does not come.
//!
//! `backend` has the back ends, `scenario` reads the table as one of them has it, `pattern` says when a value is as expected, `timeline` keeps what the application was told,
//! `invariants` holds what is true of every event, `pairs` which of them take turns, `world` is the server side of a scenario, `relay` the path to it, `runner` goes through the steps,
//! `adapter` has the languages, `show` prints what runs. README.md describes the format of scenarios and the protocol of adapters.

#![forbid(unsafe_code)]
#![allow(
    clippy::indexing_slicing,
    reason = "a test tool: JSON values are indexed by name, which gives null and does not panic"
)]

pub mod adapter;
pub mod backend;
mod invariants;
mod pairs;
pub mod pattern;
mod relay;
mod runner;
pub mod scenario;
pub mod show;
mod timeline;
mod world;

pub use adapter::{Adapter, InProcess, Language, Launch, Program, Told};
pub use backend::BackEnd;
pub use relay::{Path, Relay};
pub use runner::{Failure, Pace, Report, run_all};
pub use scenario::{Scenario, Table};
