//! Chats with servers by others: Bayeux by that of the `CometD` project and by Faye, in Node.js; files of Web Messaging by an S3 server.
//!
//! `server.mjs` in this folder puts a small GMS v2 chat server on top of each; [`Server`] starts it and orders it about, a
//! [`Customer`] talks with it. `socket.mjs` is a small Web Messaging server on the WebSocket server `ws`, a [`SocketServer`]. The tests in
//! `tests` need Node.js and `npm ci` in this folder; with `WEBCHAT_SKIP_NODE` set they pass without.
//!
//! [`S3Server`] is `s3proxy`, in Java, which `make setup` fetches; a [`Tap`] writes down what a client says to it. With `WEBCHAT_SKIP_JAVA`
//! set those tests pass without.
#![forbid(unsafe_code)]
#![allow(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test tool: what must not happen fails the test"
)]

mod node;
mod s3;
mod server;
mod socket;
mod tap;

pub use s3::S3Server;
pub use server::{Bayeux, Carrier, Counts, Entry, Participant, Server, Transcript, Trap};
pub use socket::SocketServer;
pub use tap::Tap;
pub use webchat_support::{Customer, Heard, Line, in_time};
