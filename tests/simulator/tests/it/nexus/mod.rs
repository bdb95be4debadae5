//! Nexus v3 (nexus-v3.md), over HTTP.

mod control;
mod faults;
mod gateway;
mod images;
mod messages;
mod resume;
mod sessions;
mod switches;
pub(crate) mod visitor;
