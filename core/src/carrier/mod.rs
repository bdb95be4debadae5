//! What carries bytes to a server and back, with deadlines and healing: `http` for every back end, `websocket` for those that push, `bayeux` for those that
//! push by that protocol;
//! `recording` writes down what both carry, without secrets. No carrier knows a chat.

pub(crate) mod bayeux;
pub mod http;
pub(crate) mod media;
pub mod recording;
pub(crate) mod websocket;
