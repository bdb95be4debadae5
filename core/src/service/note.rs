//! What the log is told of a chat: what happens at `Info`, what goes wrong at `Warn`, details at `Debug`. Nobody's text, name or key is in it.

use crate::event::{Event, ParticipantChange};
use log::Level;
use std::{borrow::Cow, fmt, time::Duration};

/// A line of the log. Words are made of it only where somebody listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// How much it matters.
    pub level: Level,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Words(Cow<'static, str>),
    /// Something that took its time.
    After(&'static str, Duration),
    /// Who came or went, and how many agents are there now.
    Presence(&'static str, usize),
    Received {
        count: usize,
        how: &'static str,
    },
}

impl Note {
    pub(super) fn new(level: Level, words: impl Into<Cow<'static, str>>) -> Self {
        Self { level, what: What::Words(words.into()) }
    }

    /// `what` has come about after such a time.
    pub(super) fn after(what: &'static str, time: Duration) -> Self {
        Self { level: Level::Info, what: What::After(what, time) }
    }

    /// What is to be told of an event when it is published. What needs more than the event is told where that is known.
    pub(super) fn of(event: &Event) -> Option<Self> {
        let new = |level, words: &'static str| Some(Self::new(level, words));
        let presence = |words, change: &ParticipantChange| {
            Some(Self { level: Level::Info, what: What::Presence(words, change.num_agents_connected) })
        };
        match event {
            Event::Started(_) => new(Level::Info, "started"),
            Event::Restored(_) => new(Level::Info, "restored"),
            Event::RestoredOffline => new(Level::Warn, "restored while the chat server is offline"),
            Event::RestoreTimeout => new(Level::Info, "the stored session is over"),
            Event::RestoreFailed(_) => new(Level::Warn, "the stored session could not be restored"),
            Event::AgentConnected(change) => presence("an agent has joined", change),
            Event::AgentDisconnected(change) => presence("an agent has left", change),
            Event::SupervisorConnected(change) => presence("a supervisor has joined", change),
            Event::SupervisorDisconnected(change) => presence("a supervisor has left", change),
            Event::BotConnected(change) => presence("a bot has joined", change),
            Event::BotDisconnected(change) => presence("a bot has left", change),
            Event::Error(_) => new(Level::Debug, "an error is published"),
            Event::ConnectionPending => {
                new(Level::Info, "the chat server does not answer; it is asked again")
            }
            Event::ChatServerWentOffline => new(Level::Warn, "the chat server is offline"),
            Event::MessageReceived(payload) => {
                let how = match (payload.restoring, payload.old_messages) {
                    (true, _) => " of the restored session",
                    (_, true) => " of the history",
                    _ => "",
                };
                let what = What::Received { count: payload.received.len(), how };
                Some(Self { level: Level::Debug, what })
            }
            Event::Ready => new(Level::Debug, "ready"),
            Event::ClientConnected(_) => new(Level::Debug, "the customer has joined"),
            Event::ClientDisconnected(_) => new(Level::Debug, "the customer has left"),
            Event::AgentTypingStarted(_) => new(Level::Debug, "an agent types"),
            Event::AgentTypingStopped(_) => new(Level::Debug, "no agent types any more"),
            Event::ClientTypingStarted => new(Level::Debug, "the customer types"),
            Event::ClientTypingStopped => new(Level::Debug, "the customer does not type any more"),
            Event::PollingStarted => new(Level::Debug, "polling has started"),
            Event::PollingStopped => new(Level::Debug, "polling has stopped"),
            Event::Ended
            | Event::Disconnected
            | Event::Reconnected
            | Event::ChatServerBackOnline
            | Event::ConnectionRestored
            | Event::Outbox(_) => None,
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Words(words) => f.write_str(words),
            What::After(what, time) => write!(f, "{what} after {:.1} s", time.as_secs_f64()),
            What::Presence(words, agents) => write!(f, "{words} (agents: {agents})"),
            What::Received { count: 1, how } => write!(f, "1 message{how} received"),
            What::Received { count, how } => write!(f, "{count} messages{how} received"),
        }
    }
}
