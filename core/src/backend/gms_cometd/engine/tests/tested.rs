//! Exchanges whose outcomes are read as lines of text.

use super::{
    exchanges::{Expects, Told},
    *,
};
use crate::{backend::gms::GmsSession, model::MessageType};
use serde_json::{Value, json};
use std::ops::{Deref, DerefMut};

pub(super) const LIMIT: Duration = Duration::from_secs(3);

/// What is tested, with what it has told.
#[derive(Default)]
pub(super) struct Tested {
    exchanges: Exchanges,
    told: BTreeMap<AskId, VecDeque<Told>>,
    pub(super) now: Duration,
}

impl Deref for Tested {
    type Target = Exchanges;

    fn deref(&self) -> &Exchanges {
        &self.exchanges
    }
}

impl DerefMut for Tested {
    fn deref_mut(&mut self) -> &mut Exchanges {
        &mut self.exchanges
    }
}

impl Tested {
    pub(super) fn open(&mut self, expects: Expects, limit: Duration) -> AskId {
        self.exchanges.open(self.now, expects, limit)
    }

    /// A request that nobody waits for.
    pub(super) fn open_unawaited(&mut self, expects: Expects) -> AskId {
        let id = self.open(expects, LIMIT);
        self.exchanges.give_up(id);
        id
    }

    pub(super) fn route(&mut self, reply: Reply) -> Option<Reply> {
        self.exchanges.route(self.now, reply)
    }

    /// What a request has been told next.
    pub(super) fn told(&mut self, id: AskId) -> Option<Told> {
        while let Some((of, told)) = self.exchanges.next_told() {
            self.told.entry(of).or_default().push_back(told);
        }
        self.told.get_mut(&id)?.pop_front()
    }

    /// The same: its outcome's number of entries, or less.
    pub(super) fn seen(&mut self, id: AskId) -> String {
        match self.told(id) {
            Some(Told::Outcome(reply)) => format!("{:?}, {} entries", reply.verdict, reply.messages.len()),
            Some(Told::Accepted(_)) => "accepted".into(),
            Some(Told::Instead) => "instead".into(),
            Some(Told::Lost) => "lost".into(),
            None => "nothing".into(),
        }
    }
}

/// A message with the entries `indexes`: the customer's own, with the text `mine`, where they are negative.
pub(super) fn reply(indexes: &[i64]) -> Reply {
    let entries: Vec<Value> = indexes
        .iter()
        .map(|index| {
            let (kind, text) = if *index < 0 { ("Client", "mine") } else { ("Agent", "theirs") };
            json!({"index": index.abs(), "type": "Message", "text": text, "from": {"type": kind, "nickname": "N"}})
        })
        .collect();
    told(&json!({"statusCode": 0, "chatEnded": false, "messages": entries}))
}

pub(super) fn told(response: &Value) -> Reply {
    decode(response.to_string().into()).unwrap()
}

pub(super) fn transcript(known: u64) -> Expects {
    Expects::Transcript { known, sure: true, missing: known + 1 }
}

pub(super) fn message() -> Expects {
    Expects::Event(MessageType::Message)
}

/// A message of the customer's with this text.
pub(super) fn own(index: u64, kind: &str, text: &str) -> Reply {
    let entry =
        json!({"index": index, "type": kind, "text": text, "from": {"type": "Client", "nickname": "N"}});
    told(&json!({"statusCode": 0, "chatEnded": false, "messages": [entry]}))
}

/// The same as `reply`, of a chat that it names, with its key.
pub(super) fn of_chat(chat: &str, indexes: &[i64]) -> Reply {
    let session = GmsSession { session_id: chat.into(), secure_key: "key".into(), ..GmsSession::default() };
    Reply { session: Some(session.into()), ..reply(indexes) }
}
