//! Whole chats in simulated time: a service, an engine, and a model of the server (`server`) at the other end of a network that fails in every
//! way (`world`). `chats` are single courses, `kills` and `properties` anything in any order.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic,
    clippy::unchecked_time_subtraction,
    clippy::duration_suboptimal_units,
    reason = "a broken test must fail loudly"
)]

mod chats;
mod checks;
mod files;
mod kills;
mod properties;
mod server;
mod world;

use super::*;
