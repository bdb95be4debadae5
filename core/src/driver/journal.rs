//! What the log is told of one chat: each line begins with the chat's number, by which those of several are told apart.

use crate::{
    Error,
    command::{Command, RequestId},
    foreign,
    service::{ExchangeId, Note},
    transport::{Failure, Reply, Request},
};
use log::Level;
use std::fmt::Display;

/// Where lines about chats go.
const TARGET: &str = "webchat::chat";

pub(super) struct Journal {
    number: u64,
    back_end: &'static str,
    connected: bool,
}

impl Journal {
    pub(super) fn new(number: u64) -> Self {
        Self { number, back_end: "", connected: false }
    }

    fn write(&self, level: Level, what: impl Display) {
        if level <= log::max_level() {
            let line = foreign::sentence(format!("chat {}: {what}", self.number));
            log::log!(target: TARGET, level, "{line}");
        }
    }

    pub(super) fn note(&self, note: &Note) {
        self.write(note.level, note);
    }

    pub(super) fn configured(&mut self, back_end: &'static str, unknown: &[String]) {
        self.back_end = back_end;
        self.write(Level::Debug, format_args!("the back end is {back_end}"));
        for key in unknown {
            let key = foreign::line(key);
            self.write(
                Level::Warn,
                format_args!("the configuration key {key} is not known and has no effect"),
            );
        }
    }

    pub(super) fn given(&self, id: RequestId, command: &Command) {
        self.write(Level::Debug, format_args!("command {}: {}", id.0, command.name()));
    }

    pub(super) fn settled<T>(&self, id: RequestId, outcome: &Result<T, Error>) {
        match outcome {
            Ok(_) => self.write(Level::Debug, format_args!("command {}: resolved", id.0)),
            Err(error) => self.write(Level::Debug, format_args!("command {}: rejected: {error}", id.0)),
        }
    }

    pub(super) fn asked(&self, id: ExchangeId, request: &Request) {
        self.write(Level::Trace, format_args!("request {}: {}", id.0, request.operation.name()));
    }

    /// The first answer of a server, whatever it says, shows that the chat is connected.
    pub(super) fn answered(&mut self, id: ExchangeId, outcome: &Result<Reply, Failure>) {
        let has_answered = outcome.as_ref().map_or_else(|failure| failure.status != 0, |_| true);
        if has_answered && !std::mem::replace(&mut self.connected, true) {
            self.write(Level::Info, format_args!("connected ({})", self.back_end));
        }
        match outcome {
            Ok(reply) => self.write(Level::Trace, format_args!("request {}: {:?}", id.0, reply.verdict)),
            Err(failure) => self.write(Level::Trace, format_args!("request {}: {:?}", id.0, failure.kind)),
        }
    }
}
