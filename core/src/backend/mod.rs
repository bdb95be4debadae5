//! The back ends, a folder each, with the same files: `mod.rs`, the back end and what it can do; what it
//! says and how it reads answers, as pure functions: in `wire`, or for both back ends of GMS v2 in `gms`. A back end turns a neutral [`Request`](crate::transport::Request) into the wire and the answer into a neutral
//! [`Reply`](crate::transport::Reply); it holds no chat state and applies no rule of the service.

mod farewell;
pub mod gms;
pub mod gms_cometd;
pub mod gms_rest;
pub mod nexus_rest;
#[cfg(test)]
mod unreadable_tests;
