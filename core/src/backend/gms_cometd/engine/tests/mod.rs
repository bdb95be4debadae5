//! Whose outcome what is pushed is (`outcomes`, `looks`, by the hand of `tested`); the course of operations, step by step (`course`); and whole chats in simulated time, of a
//! service with a model of a chat server (`server`), over a link that fails in every way (`world`): `chats`, and anything in any order
//! (`properties`).

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
mod course;
mod looks;
mod outcomes;
mod properties;
mod server;
mod tested;
mod world;

use super::*;
