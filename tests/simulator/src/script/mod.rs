//! Scripted agents: who joins a new chat, and what is answered to what the customer says.

mod demo;
mod file;
mod player;

use std::path::Path;
use std::time::Duration;

use regex::Regex;

use crate::chat::{ParticipantKind, Upload};
use crate::error::Error;

pub(crate) use player::Player;

/// What a rule does after its reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Farewell {
    /// The agent leaves; the chat goes on.
    Leave,
    /// The agent ends the chat.
    End,
}

/// An answer to messages of a certain form.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Matches anywhere in the text of the customer's message.
    pub pattern: Regex,
    /// What is said; several are used in turn. `{agent}`, `{nickname}` and `{text}` are filled in.
    pub replies: Vec<String>,
    /// A URL pushed after the reply.
    pub push_url: Option<String>,
    /// A custom notice sent after the reply; left out where the chat's API has none.
    pub notice: Option<String>,
    /// A file sent after the reply; left out where the chat's API cannot carry it.
    pub file: Option<Upload>,
    /// What happens last.
    pub then: Option<Farewell>,
}

/// The answer to messages no rule is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fallback {
    /// Says nothing.
    Silent,
    /// Says the customer's own text.
    Echo,
    /// Says these in turn.
    Replies(Vec<String>),
}

/// A scripted agent. It joins every new chat.
#[derive(Debug, Clone)]
pub struct Script {
    /// Shown name; `None` for a script in which nobody joins.
    agent: Option<String>,
    kind: ParticipantKind,
    join_after: Duration,
    typing: Duration,
    greeting: Option<String>,
    rules: Vec<Rule>,
    fallback: Fallback,
}

impl Script {
    /// Nobody joins: the test or the control API does everything.
    pub fn none() -> Self {
        Self {
            agent: None,
            kind: ParticipantKind::Agent,
            join_after: Duration::ZERO,
            typing: Duration::ZERO,
            greeting: None,
            rules: Vec::new(),
            fallback: Fallback::Silent,
        }
    }

    /// Joins at once, types for no time, and says back what the customer says.
    pub fn echo() -> Self {
        Self { agent: Some("Sam".to_owned()), fallback: Fallback::Echo, ..Self::none() }
    }

    /// The agent of the demonstration: joins after 300 ms, greets, types before each answer, knows a few
    /// words (`help` lists them), sends a file or a link on request, and ends the chat on `bye`.
    pub fn demo() -> Self {
        demo::script()
    }

    /// Reads a script from a rule file: TOML, or JSON if the name ends in `.json`. The crate's front page
    /// describes its members.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        file::read(path.as_ref())
    }

    /// Takes the agent's name.
    #[must_use]
    pub fn agent(self, nickname: impl Into<String>) -> Self {
        Self { agent: Some(nickname.into()), ..self }
    }

    /// Makes the agent a supervisor, a bot or an external participant.
    #[must_use]
    pub fn kind(self, kind: ParticipantKind) -> Self {
        Self { kind, ..self }
    }

    /// Time between the start of a chat and the agent's joining.
    #[must_use]
    pub fn join_after(self, time: Duration) -> Self {
        Self { join_after: time, ..self }
    }

    /// Time the agent types before each answer; zero: answers at once, without typing events.
    #[must_use]
    pub fn typing(self, time: Duration) -> Self {
        Self { typing: time, ..self }
    }

    /// Said after joining.
    #[must_use]
    pub fn greeting(self, text: impl Into<String>) -> Self {
        Self { greeting: Some(text.into()), ..self }
    }

    /// Adds a rule; the first that matches wins.
    #[must_use]
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// What is answered when no rule matches.
    #[must_use]
    pub fn fallback(self, fallback: Fallback) -> Self {
        Self { fallback, ..self }
    }
}

impl Rule {
    /// A rule that only replies.
    pub fn new(pattern: Regex, reply: impl Into<String>) -> Self {
        let replies = vec![reply.into()];
        Self { pattern, replies, push_url: None, notice: None, file: None, then: None }
    }
}
