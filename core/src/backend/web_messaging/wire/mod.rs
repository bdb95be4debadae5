//! Web Messaging on the wire, as pure functions: `request` writes what goes over the socket, `frame` reads what comes over it, `message` an
//! entry of the conversation, live or from the `history`; `deployment` reads what a deployment says of itself, `media` what may be uploaded,
//! `error` says what codes mean.

mod deployment;
mod error;
mod frame;
mod history;
mod media;
mod message;
mod request;

pub(super) use deployment::Deployment;
pub(super) use error::{Refusal, events_error, failure, is_over, session_gone, session_over};
pub(super) use frame::{Address, Heard, Opened, read};
pub(super) use history::page;
pub(super) use media::Media;
pub(super) use message::{Entry, Kind};
pub(super) use request::{Attributes, Message, Request, attributes, bytes_of};
