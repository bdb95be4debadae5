//! Genesys Cloud Web Messaging.

mod control;
mod cuts;
mod errors;
mod faults;
mod files;
pub(crate) mod guest;
mod history;
mod limits;
mod messages;
mod modes;
mod presigned;
mod recordings;
mod sessions;
mod strange;
