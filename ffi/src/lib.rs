//! The C ABI of libwebchat: handles, conversions, callbacks. No chat logic.
//!
//! `boundary` stops panics and turns failures into statuses, `cancel` and `fork` keep what happens to the process from the library; `handle` has the tables behind the tokens that C sees as pointers;
//! `context` and `completion` carry the application's contexts; `event`, `outcome` and the `payload` of either are what the application reads;
//! `commands` has one function for each command. The header `include/webchat.h` is made from these sources.

#![allow(unsafe_code, reason = "what C hands over are pointers, which the header's rules vouch for")]
#![allow(non_camel_case_types, reason = "the types have the names of the header")]
#![allow(
    clippy::missing_safety_doc,
    reason = "what callers owe is said once for all functions, at the top of the header"
)]
#![allow(clippy::doc_markdown, reason = "the documentation becomes that of the header, which is no Markdown")]
#![deny(clippy::undocumented_unsafe_blocks)]

mod boundary;
mod cancel;
mod fork;
mod handle;
mod host;
#[cfg(test)]
mod memory_tests;
mod status_words;
mod until;

pub mod agent;
pub mod commands;
pub mod completion;
pub mod content;
pub mod context;
pub mod event;
pub mod file;
pub mod keeper;
pub mod listener;
pub mod log;
pub mod look;
pub mod message;
pub mod next_event;
pub mod next_outcome;
pub mod outcome;
pub mod payload;
pub mod reason;
pub mod reply;
pub mod runtime;
pub mod service;
pub mod session;
pub mod status;
pub mod status_name;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod text;
pub mod version;
