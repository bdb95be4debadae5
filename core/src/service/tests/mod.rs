//! Scripts for the service: each test plays the application, the transport, the store and the clock by hand. `script` is that hand,
//! `answers` makes what it hands in, `names` says how its timeline is written; one file for each concern of the service. `properties`
//! `outbox_properties` and `orders` leave the script to chance; `chat_server` is the model that the outbox is measured by.

#![allow(
    clippy::unchecked_time_subtraction,
    clippy::duration_suboptimal_units,
    clippy::float_cmp,
    clippy::large_enum_variant,
    clippy::needless_pass_by_value,
    reason = "scripts are written to be read: exact times in one unit, values given away"
)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that fails has to say where"
)]

/// The names under which a session is stored.
mod key {
    pub(super) use crate::{
        backend::{
            gms::key::{INDEX, KEYS, SESSION},
            nexus_rest::key::{INDEX as NEXUS_INDEX, KEYS as NEXUS_KEYS, SESSION as NEXUS_SESSION},
        },
        store::key::{CHAT_START_LOCK, FILTERS, KEPT, OUTBOX, PING},
    };
}

mod abilities;
mod accepted;
mod answers;
mod asynchronous;
mod batch;
mod changed_texts;
mod chat_server;
mod commands;
mod congestion;
mod crowd;
mod end;
mod files;
mod filters;
mod images;
mod inferred;
mod kept_kills;
mod kept_outbox;
mod kills;
mod last_words;
mod named;
mod names;
mod notes;
mod odd;
mod one_session;
mod opaque_places;
mod orders;
mod outage;
mod outbox;
mod outbox_properties;
mod poll_command;
mod polling;
mod preprocess;
mod properties;
pub(crate) mod push;
mod queue;
mod restore;
mod roster;
pub(crate) mod script;
mod sending;
mod shared_store;
mod start;
mod typing;
mod untrusted;
