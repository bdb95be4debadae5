//! The library in one language, as the runner drives it: commands in, outcomes and events out.
//!
//! [`InProcess`] is Rust, with `keeper` as the application's keeper of asynchronous chats. [`Program`] is any other language: a program that speaks the line protocol of README.md. `functions` are
//! the application's own functions (preprocessors, preview inputs), which JSON cannot carry and every adapter has under these names.

pub mod functions;
mod in_process;
mod keeper;
mod program;

pub use in_process::InProcess;
pub use program::Program;

use futures_util::future::BoxFuture;
use serde_json::Value;
use std::{path::Path, time::Duration};
use tokio::sync::mpsc;

/// What an adapter tells the runner, in the order in which an application is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// A command resolved.
    Resolved(u64, Value),
    /// A command was rejected: the error's kind by its name in `snake_case`, and the rejection's value.
    Rejected(u64, String, Value),
    /// An event: its name and its envelope.
    Event(String, Value),
    /// Something for whoever reads the timeline.
    Note(String),
    /// The adapter said something that is not in the protocol.
    Broken(String),
}

/// A command as a scenario gives it.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Names it in the answer.
    pub id: u64,
    /// The specification's name.
    pub name: String,
    /// An application's function that goes with it (see `functions`).
    pub function: Option<String>,
    /// The options.
    pub options: Value,
    /// The time within which it must have its outcome.
    pub within: Option<Duration>,
    /// Whether other commands follow before its outcome is awaited.
    pub in_background: bool,
}

/// One chat object.
pub trait Adapter: Send {
    /// Gives a command.
    fn command(&mut self, ask: Ask) -> Result<(), String>;

    /// Gives up a command.
    fn cancel(&mut self, id: u64) -> Result<(), String>;

    /// Closes the chat without ending its session. The channel it tells with ends when nothing is told any more.
    fn close(self: Box<Self>) -> BoxFuture<'static, Result<(), String>>;

    /// Ends all at once, as a process that is killed. The channel it tells with ends.
    fn kill(self: Box<Self>) -> BoxFuture<'static, Result<(), String>>;
}

/// How to make chat objects in one language.
pub trait Language: Send + Sync {
    /// The language's name.
    fn name(&self) -> &str;

    /// Whether an application awaits outcomes: it may then be told of one a little after events that came later, and is not told
    /// what became of a command that it cancelled (what scenarios call `cancelledOutcome`).
    fn awaits_outcomes(&self) -> bool {
        false
    }

    /// What the language's package does not offer: `functions` that the library calls (preprocessors, preview inputs), the `keeper` of an
    /// asynchronous chat. Scenarios that need it are left out.
    fn lacks(&self) -> &[&'static str] {
        &[]
    }

    /// Makes a chat object, which tells the runner what an application is told.
    fn launch(
        &self,
        launch: Launch<'_>,
        told: mpsc::UnboundedSender<Told>,
    ) -> Result<Box<dyn Adapter>, String>;
}

/// How a chat object is made.
#[derive(Debug, Clone, Copy)]
pub struct Launch<'a> {
    /// Its configuration; without one it waits for the command `configure`.
    pub config: Option<&'a Value>,
    /// The file in which the application keeps the session of an asynchronous chat.
    pub keeper: Option<&'a Path>,
    /// Whether it stands for a new process: it shares nothing with the chat objects before it.
    pub anew: bool,
}
