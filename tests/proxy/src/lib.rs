//! Chats through nginx as a reverse proxy, as it stands before most servers.
//!
//! [`Nginx`] is an nginx process before simulators of this process; [`Front`] is what it is to do, [`Access`] what it has seen.
//! [`Talk`] is a chat through it in which both sides talk, and in which nothing may get lost, come twice or out of order. The tests in
//! `tests` need the Debian package `nginx-light`; with `WEBCHAT_SKIP_NGINX` set they pass without.
#![forbid(unsafe_code)]
#![allow(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test tool: what must not happen fails the test"
)]

mod access;
mod certificate;
mod front;
mod nginx;
mod talk;

pub use access::Access;
pub use certificate::Certificate;
pub use front::{Front, Location};
pub use nginx::Nginx;
pub use talk::Talk;
pub use webchat_support::{Customer, Heard, Line, in_time};
