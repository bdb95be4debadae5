//! What an attack consists of.

use crate::{customer::Script, server::Line, wire::Wire};
use serde_json::Value;
use std::{fmt, future::Future, path::Path, pin::Pin, sync::Arc};

/// When the server strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// When a chat is to be started.
    Start,
    /// When it is asked for what is new: by a poll, or a connect over `CometD`.
    Poll,
    /// When a WebSocket is to be opened.
    Upgrade,
    /// When a message is sent.
    Send,
    /// When a notice is sent, or anything else without a request of its own here.
    Notice,
    /// When a file or an image is asked for.
    File,
    /// When a new link over `CometD` is made.
    Handshake,
    /// When an honest server is all that is wanted.
    Never,
}

/// What the server does in place of an answer.
#[derive(Clone)]
pub enum Strike {
    /// Gives this answer in the words of the protocol; the number counts the strikes.
    Says(Arc<dyn Fn(Wire, u64) -> String + Send + Sync>),
    /// Does what it likes with the connection, which is closed afterwards.
    Does(Arc<dyn Fn(Line, u64) -> Deed + Send + Sync>),
    /// Nothing: who attacks is no server.
    None,
}

/// What is done.
pub type Deed = Pin<Box<dyn Future<Output = ()> + Send>>;

impl fmt::Debug for Strike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Strike")
    }
}

/// An attack.
#[derive(Clone, Debug)]
pub struct Attack {
    /// What it is called, with its wire.
    pub name: String,
    /// What it goes over.
    pub wire: Wire,
    /// When it strikes.
    pub at: Moment,
    /// How often it strikes; the attack is over with the first request after that.
    pub times: u64,
    /// What it does.
    pub strike: Strike,
    /// What the program does that is attacked.
    pub script: Script,
    /// What is answered to a request for an image, head and body.
    pub image: Option<Arc<Vec<u8>>>,
    /// Puts something in the place of the session file.
    pub prepare: Option<fn(&Path)>,
    /// Options of the chat besides what the wire needs.
    pub options: Value,
    /// What has to be part of what comes of it; one of these.
    pub expected: &'static [&'static str],
    /// Whether it is one of those that run with all tests.
    pub quick: bool,
}

impl Attack {
    /// An attack with words.
    pub fn saying(
        name: &str,
        wire: Wire,
        says: impl Fn(Wire, u64) -> String + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, wire, Strike::Says(Arc::new(says)))
    }

    /// An attack with deeds.
    pub fn doing<F: Future<Output = ()> + Send + 'static>(
        name: &str,
        wire: Wire,
        does: impl Fn(Line, u64) -> F + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, wire, Strike::Does(Arc::new(move |line, number| Box::pin(does(line, number)))))
    }

    /// One that strikes once, at a poll.
    pub fn new(name: &str, wire: Wire, strike: Strike) -> Self {
        Self {
            name: format!("{name}, {wire}"),
            wire,
            at: Moment::Poll,
            times: 1,
            strike,
            script: Script::Chat,
            image: None,
            prepare: None,
            options: Value::Null,
            expected: &[],
            quick: false,
        }
    }

    /// It strikes at this moment.
    #[must_use]
    pub fn at(self, at: Moment) -> Self {
        Self { at, ..self }
    }

    /// It strikes as often.
    #[must_use]
    pub fn times(self, times: u64) -> Self {
        Self { times, ..self }
    }

    /// The program does this.
    #[must_use]
    pub fn script(self, script: Script) -> Self {
        Self { script, ..self }
    }

    /// The chat has these options besides.
    #[must_use]
    pub fn with(self, options: Value) -> Self {
        Self { options, ..self }
    }

    /// One of these has to be part of what comes of it.
    #[must_use]
    pub fn expects(self, expected: &'static [&'static str]) -> Self {
        Self { expected, ..self }
    }

    /// It runs with all tests, over the wire of this name alone.
    #[must_use]
    pub fn quick_over(self, name: &str) -> Self {
        assert!(Wire::ALL.iter().any(|wire| wire.name == name), "there is no wire {name}");
        Self { quick: self.wire.name == name, ..self }
    }
}
