//! The Genesys `WebChatService` for programs that are not web pages.
//!
//! A [`Chat`] is one customer's chat: it takes the commands of the specification, talks to a Genesys back end and publishes the
//! specification's events. The layers, each knowing only those below: [`Chat`], the driver (tasks and clock), the [`service`] (every
//! rule of the specification, without input or output of its own) beside the [`backend`]s and their [`carrier`]s, the neutral [`transport`]
//! boundary between them, and the [`model`].

#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests play the world, and that has clocks"))]

mod apart;
pub mod backend;
mod blocking;
mod bounds;
#[allow(clippy::disallowed_methods, reason = "who keeps deadlines reads a clock")]
pub mod carrier;
pub mod client;
pub mod command;
pub mod config;
#[allow(clippy::disallowed_methods, reason = "the time that others get as an argument is read here")]
pub mod driver;
pub mod error;
pub mod event;
pub mod foreign;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod json;
pub mod model;
mod ordinary;
pub mod private;
mod scarce;
pub mod service;
pub mod store;
pub mod transport;

pub use client::{Chat, ChatBuilder, Pending};
pub use config::Config;
pub use driver::{Completion, Events, Runtime, RuntimeOptions};
pub use error::{Delivery, Error, ErrorKind, Retry};
pub use private::Private;
pub use webchat_prefilter as prefilter;

/// The book's programs compile.
#[cfg(doctest)]
#[doc = include_str!("../../docs/first-chat/rust.md")]
struct FirstChat;
