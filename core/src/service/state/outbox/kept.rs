//! What is stored of the outbox, so that another process can tell what became of its messages: those without an outcome, in order, and what
//! else may stand in the transcript beside them.
//!
//! A message is stored as having left before it leaves: one that is stored as waiting never did. One that left is in doubt for whoever
//! takes it up, and settled by the transcript like any other. What the process before knew of own entries that a replay shows again counts
//! as arrived and unseen, so that each of them claims its own.

use super::{Ghost, Left, Outbox, Outgoing, Owner, State};
use crate::{
    Private,
    transport::{Places, Text},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The form that is written, and the newest that can be read.
pub(crate) const VERSION: u64 = 1;

/// How far places of the same entry can differ between two processes, where they are not counted: about half a minute at least, in any unit
/// that a back end makes its numbers of.
const SLACK: u64 = 2_000 << 20;

/// What is stored.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Kept {
    #[serde(default)]
    version: u64,
    /// How many messages there have been in this session: the next one's local id is one more.
    #[serde(default)]
    count: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    messages: Vec<KeptMessage>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    arrived: Vec<KeptLeft>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ghost: Option<KeptLeft>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct KeptMessage {
    id: u64,
    text: Private,
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    /// Where the transcript stood when it left first; nothing while it never has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    left: Option<u64>,
    /// The transcript has shown it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    seen: bool,
    /// Its command was given up: it is looked for, and not repeated.
    #[serde(default, rename = "givenUp", skip_serializing_if = "std::ops::Not::not")]
    given_up: bool,
    /// By when it is to have an outcome, in milliseconds since 1970 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deadline: Option<u64>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct KeptLeft {
    id: u64,
    text: Private,
    position: u64,
}

/// A time here and on the wall clock at once.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) now: Duration,
    pub(crate) unix_ms: u64,
}

impl Moment {
    fn to_unix(self, at: Duration) -> u64 {
        let ahead = u64::try_from(at.saturating_sub(self.now).as_millis()).unwrap_or(u64::MAX);
        self.unix_ms.saturating_add(ahead)
    }

    fn at_unix(self, at: u64) -> Duration {
        self.now.saturating_add(Duration::from_millis(at.saturating_sub(self.unix_ms)))
    }
}

/// A message of a session that does not go on here.
pub(crate) struct Unsettled {
    pub(crate) id: u64,
    /// It may have arrived.
    pub(crate) has_left: bool,
}

impl Kept {
    /// The messages, where nobody takes them up.
    pub(crate) fn unsettled(self) -> Vec<Unsettled> {
        let wanted = self.messages.into_iter().filter(|message| !message.given_up);
        wanted.map(|message| Unsettled { id: message.id, has_left: message.left.is_some() }).collect()
    }

    /// Takes out those that have left, which a transcript that is lost does not tell of any more.
    pub(crate) fn without_left(mut self) -> (Self, Vec<Unsettled>) {
        let (left, waiting) = self.messages.into_iter().partition(|message| message.left.is_some());
        let lost = Self { messages: left, ..Self::default() }.unsettled();
        self.messages = waiting;
        (Self { arrived: Vec::new(), ghost: None, ..self }, lost)
    }
}

impl Outbox {
    /// Takes note of an own message in the transcript, for who has to tell it from those that are still to come.
    pub(crate) fn note_own(&mut self, place: &crate::model::Place, text: &str) {
        if self.own.iter().any(|(known, _)| known == place) {
            return;
        }
        if self.own.len() == super::REMEMBERED
            && let Some((forgotten, _)) = self.own.pop_front()
        {
            self.own_from = self.own_from.max(forgotten.order.saturating_add(1));
        }
        self.own.push_back((place.clone(), text.into()));
    }

    /// What is to be stored.
    pub(crate) fn kept(&self, moment: Moment, places: Places) -> Kept {
        let from = |position: u64| match places {
            Places::Counted => position,
            Places::Opaque => position.saturating_sub(SLACK).max(self.own_from),
        };
        let messages: Vec<_> = self.entries.iter().map(|entry| keep(entry, moment, from)).collect();
        let ghost = self.ghost.as_ref().map(|ghost| ghost.left.keep(from));
        let has_left = ghost.is_some() || messages.iter().any(|message| message.left.is_some());
        let unseen: Vec<_> = self.arrived.iter().filter(|_| has_left).map(|left| left.keep(from)).collect();
        let lefts = messages.iter().filter_map(|message| message.left);
        let others = ghost.iter().chain(&unseen).map(|left| left.position);
        // All that any of these could be taken for: what is shown again claims its own place first.
        let arrived: Vec<_> = match lefts.chain(others).min() {
            None => unseen,
            Some(oldest) => {
                let seen = self
                    .own
                    .iter()
                    .filter(|(place, _)| place.order >= oldest && !self.unexplained.contains(place));
                let seen = seen.map(|(place, text)| KeptLeft {
                    id: 0,
                    text: text.clone(),
                    position: from(place.order),
                });
                unseen.into_iter().chain(seen).collect()
            }
        };
        Kept { version: VERSION, count: self.count, arrived, messages, ghost }
    }

    /// The outbox of a process that is gone. What has left is in doubt for `grace` from now on, and tried until `limit`.
    pub(crate) fn restored(kept: Kept, moment: Moment, grace: Duration, limit: Duration) -> Self {
        let now = moment.now;
        let entries = kept.messages.into_iter().map(|message| {
            let state = match message.left {
                None => State::Waiting { not_before: Duration::ZERO },
                Some(position) if message.seen => State::Sent { position, seen: true },
                Some(position) => State::Doubt { position, since: now, look_at: now + grace, looks: 0 },
            };
            let text = Text {
                number: message.id,
                text: message.text,
                message_type: message.kind,
                related_event: message.parent,
            };
            let has_left = message.left.is_some();
            Outgoing {
                limit: has_left.then_some(now + limit),
                has_left,
                doubted: has_left,
                deadline: message.deadline.map(|at| moment.at_unix(at)),
                left_from: message.left,
                restored: true,
                is_kept: Some(true),
                ..Outgoing::new(if message.given_up { Owner::GivenUp } else { Owner::Nobody }, text, state)
            }
        });
        Self {
            entries: entries.collect(),
            arrived: kept.arrived.into_iter().map(Left::from).collect(),
            ghost: kept.ghost.map(|left| Ghost { left: left.into(), gone_from: now + grace }),
            count: kept.count,
            is_stored: true,
            ..Self::default()
        }
    }
}

fn keep(entry: &Outgoing, moment: Moment, from: impl Fn(u64) -> u64) -> KeptMessage {
    let leaves = match entry.state {
        State::Leaving { position, .. } | State::Sent { position, .. } | State::Doubt { position, .. } => {
            Some(from(position))
        }
        State::Waiting { .. } => None,
    };
    KeptMessage {
        id: entry.text.number,
        text: entry.text.text.clone(),
        kind: entry.text.message_type.clone(),
        parent: entry.text.related_event.clone(),
        left: entry.left_from.map(&from).into_iter().chain(leaves).min(),
        seen: matches!(entry.state, State::Sent { seen: true, .. }),
        given_up: entry.owner == Owner::GivenUp,
        deadline: entry.deadline.map(|at| moment.to_unix(at)),
    }
}

impl Left {
    fn keep(&self, from: impl Fn(u64) -> u64) -> KeptLeft {
        KeptLeft { id: self.number, text: self.text.clone(), position: from(self.position) }
    }
}

impl From<KeptLeft> for Left {
    fn from(kept: KeptLeft) -> Self {
        Self { number: kept.id, text: kept.text, position: kept.position }
    }
}
