//! The engine with scripted servers (`script`): the regular course of things (`course`), healing (`healing`), what becomes of publishes
//! (`publishes`), paths that bring nothing any more (`silence`), many clients (`crowd`), connections that take long
//! to make (`departure`); and against a model of a server (`server`) over a network that loses and delays (`world`): kills by the thousand
//! (`kills`), and anything in any order (`properties`).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a broken test must fail loudly")]

mod course;
mod crowd;
mod departure;
mod healing;
mod kills;
mod properties;
mod publishes;
mod script;
pub(crate) mod server;
mod silence;
pub(crate) mod world;

use super::*;
use crate::carrier::bayeux::{failure, message};

fn seconds(count: f64) -> Duration {
    Duration::from_secs_f64(count)
}

/// Settings with a channel to subscribe to.
fn settings(websocket: bool, seed: u64) -> Settings {
    Settings { websocket, channels: vec!["/service/a".into()], timing: Timing::default(), seed }
}
