//! What goes over a WebSocket.

use super::{Tape, entry::What};
use bytes::Bytes;
use reqwest::Url;
use std::sync::Arc;

/// An open WebSocket. Dropped, it was closed by us.
pub(crate) struct Frames {
    tape: Arc<Tape>,
    /// Of the exchange that it was made by.
    number: u64,
    server: Arc<Url>,
    is_over: bool,
}

/// How a WebSocket ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ending {
    /// The server closed it, with this code.
    Closed(Option<u16>),
    /// The connection was lost, or carried what is no WebSocket.
    Lost,
    /// We closed it.
    Left,
}

impl Frames {
    pub(super) fn new(tape: Arc<Tape>, number: u64, server: Arc<Url>) -> Self {
        Self { tape, number, server, is_over: false }
    }

    /// A payload goes to the server.
    pub(crate) fn sent(&self, payload: Bytes) {
        self.tape.put(self.number, What::Sent(self.server.clone(), payload));
    }

    /// A payload has come.
    pub(crate) fn received(&self, payload: Bytes) {
        self.tape.put(self.number, What::Received(self.server.clone(), payload));
    }

    /// The server is asked for a sign of life.
    pub(crate) fn ping(&self) {
        self.tape.put(self.number, What::Ping);
    }

    /// A sign of life has come.
    pub(crate) fn pong(&self) {
        self.tape.put(self.number, What::Pong);
    }

    /// It is over. What comes after the first ending is none.
    pub(crate) fn ended(&mut self, how: Ending) {
        if !std::mem::replace(&mut self.is_over, true) {
            self.tape.put(self.number, What::Ended(how));
        }
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        self.ended(Ending::Left);
    }
}
