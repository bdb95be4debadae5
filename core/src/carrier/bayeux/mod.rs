//! A client of Bayeux 1.0, the protocol of `CometD` and Faye servers. It knows nothing of chat.
//!
//! `engine` is the protocol: it is given the time, what is to be published and what the network brings, and says what to send and what
//! became of it. It has no clock and no socket, so every loss and every delay can be tried in simulated time. `message` is its JSON,
//! `failure` says what refusals and silence mean. `client` moves an engine with the two carriers, `long_polling` and the WebSocket of `carrier/websocket`.

mod client;
#[deny(clippy::disallowed_methods, reason = "the engine is given the time and a seed")]
mod engine;
mod failure;
#[cfg(feature = "fuzzing")]
mod fuzzing;
mod long_polling;
mod message;

#[cfg(test)]
pub(crate) mod tests;

pub(crate) use client::{Link, Server, any_seed};
#[cfg(test)]
pub(crate) use engine::{
    Engine,
    tests::{
        server::{Sent, Server as ModelServer},
        world,
    },
};
pub(crate) use engine::{Event as LinkEvent, PublishId, Settings, Timing};
pub(crate) use failure::{is_of_http, lost};
#[cfg(feature = "fuzzing")]
pub use fuzzing::{bayeux_engine, bayeux_frame};
#[cfg(test)]
pub(crate) use message::read;
