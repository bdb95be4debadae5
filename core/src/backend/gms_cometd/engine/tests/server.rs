//! A model of a chat server behind a Bayeux server: it works off one publish after the other, and tells of it in one of several ways.

use crate::carrier::bayeux::{ModelServer, Sent};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// How the server tells of what it did for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// The own event is the outcome.
    Reply,
    /// The outcome tells of nothing; then comes the event.
    Push,
    /// The other way round.
    Ahead,
    /// The outcome tells of nothing, and the event is shown only to who asks.
    Hidden,
    /// The event comes, and no outcome.
    Quiet,
    /// Nothing comes.
    Dumb,
}

impl Way {
    pub(super) const ALL: [Self; 6] =
        [Self::Reply, Self::Push, Self::Ahead, Self::Hidden, Self::Quiet, Self::Dumb];
}

/// An entry of the transcript.
#[derive(Debug)]
pub(super) struct Entry {
    kind: &'static str,
    role: &'static str,
    /// What was said, and what is shown of it.
    pub(super) text: String,
    shown: String,
}

impl Entry {
    pub(super) fn is_own(&self) -> bool {
        self.kind == "Message" && self.role == "Client"
    }
}

#[derive(Debug)]
pub(super) struct ChatServer {
    pub(super) transcript: Vec<Entry>,
    pub(super) way: Way,
    /// Outcomes name the next place.
    pub(super) names_next: bool,
    /// What it makes of texts.
    pub(super) change: fn(&str) -> String,
    /// How long it takes for each request.
    pub(super) slowness: Duration,
    /// The operations that it refuses.
    pub(super) refuses: &'static str,
    /// How often it was asked for what.
    pub(super) asked: BTreeMap<String, usize>,
    pub(super) ended: bool,
    /// Bayeux sessions that it pushes to, and the place of the next entry for each.
    followers: BTreeMap<String, usize>,
    /// Requests, and when they are carried out.
    work: VecDeque<(Duration, String, Value)>,
}

impl ChatServer {
    pub(super) fn new(way: Way) -> Self {
        Self {
            transcript: Vec::new(),
            way,
            names_next: true,
            change: str::to_owned,
            slowness: Duration::ZERO,
            refuses: "",
            asked: BTreeMap::new(),
            ended: false,
            followers: BTreeMap::new(),
            work: VecDeque::new(),
        }
    }

    /// When it has done the next of its work.
    pub(super) fn timeout(&self) -> Option<Duration> {
        self.work.front().map(|(at, ..)| *at)
    }

    /// An agent says something.
    pub(super) fn say(&mut self, text: &str) {
        self.add("Message", "Agent", text);
    }

    fn add(&mut self, kind: &'static str, role: &'static str, text: &str) {
        let shown = if role == "Client" { (self.change)(text) } else { text.to_owned() };
        self.transcript.push(Entry { kind, role, text: text.to_owned(), shown });
    }

    /// Takes what was published, works off what is due, and tells of it.
    pub(super) fn serve(&mut self, now: Duration, server: &mut ModelServer) -> Sent {
        for (client, data) in std::mem::take(&mut server.published) {
            let after = self.work.back().map_or(now, |(at, ..)| (*at).max(now));
            self.work.push_back((after + self.slowness, client, data));
        }
        let mut sent = Sent::new();
        while self.timeout().is_some_and(|at| at <= now) {
            let Some((_, client, data)) = self.work.pop_front() else { break };
            self.perform(server, &client, &data, &mut sent);
            self.push(server, &mut sent);
        }
        self.push(server, &mut sent);
        sent
    }

    fn perform(&mut self, server: &mut ModelServer, client: &str, data: &Value, sent: &mut Sent) {
        let operation = data["operation"].as_str().unwrap();
        *self.asked.entry(operation.to_owned()).or_default() += 1;
        let text = |name: &str| data[name].as_str().unwrap_or_default().to_owned();
        let mut tell = |reply: Value| sent.extend(server.deliver(client, reply));
        if operation == self.refuses || self.ended {
            return tell(json!({"statusCode": 2, "chatEnded": self.ended, "errors": [{"code": 100}]}));
        }
        match operation {
            "requestChat" => {
                self.add("ParticipantJoined", "Client", "");
                self.followers.insert(client.to_owned(), self.transcript.len());
                tell(self.reply(0));
            }
            "requestNotifications" => {
                let from = data["transcriptPosition"].as_u64().unwrap();
                let from = usize::try_from(from.saturating_sub(1)).unwrap();
                self.followers.insert(client.to_owned(), self.transcript.len());
                tell(self.reply(from));
            }
            "disconnect" => {
                self.ended = true;
                tell(self.reply(self.transcript.len()));
            }
            "sendMessage" => self.show(server, client, ("Message", &text("message")), sent),
            "customNotice" => self.show(server, client, ("CustomNotice", &text("message")), sent),
            _ => tell(self.reply(self.transcript.len())),
        }
    }

    /// Carries out a request that brings about an event, and tells of it.
    fn show(
        &mut self,
        server: &mut ModelServer,
        client: &str,
        (kind, text): (&'static str, &str),
        sent: &mut Sent,
    ) {
        let before = self.transcript.len();
        self.add(kind, "Client", text);
        let after = self.transcript.len();
        let hides = matches!(self.way, Way::Reply | Way::Hidden | Way::Dumb);
        if let Some(next) = self.followers.get_mut(client).filter(|next| hides && **next == before) {
            *next = after;
        }
        match self.way {
            Way::Reply => sent.extend(server.deliver(client, self.reply(before))),
            Way::Push | Way::Hidden => sent.extend(server.deliver(client, self.reply(after))),
            Way::Ahead => {
                self.push(server, sent);
                sent.extend(server.deliver(client, self.reply(after)));
            }
            Way::Quiet | Way::Dumb => {}
        }
    }

    /// Pushes what is new to who follows.
    fn push(&mut self, server: &mut ModelServer, sent: &mut Sent) {
        let length = self.transcript.len();
        for (client, next) in self.followers.clone() {
            if next < length {
                sent.extend(server.deliver(&client, self.reply(next)));
                self.followers.insert(client, length);
            }
        }
    }

    /// What tells of the entries from this one on.
    fn reply(&self, from: usize) -> Value {
        let mut reply = json!({"statusCode": 0, "chatId": "c1", "secureKey": "k1", "userId": "u1", "alias": "a1",
            "chatEnded": self.ended, "messages": (from..self.transcript.len()).map(|at| self.entry(at)).collect::<Vec<_>>()});
        if self.names_next {
            reply["nextPosition"] = (self.transcript.len() + 1).into();
        }
        reply
    }

    fn entry(&self, at: usize) -> Value {
        let Entry { kind, role, shown, .. } = &self.transcript[at];
        let id = if *role == "Client" { 1 } else { 2 };
        json!({"index": at + 1, "type": kind, "text": shown, "utcTime": 1_700_000_000_000_u64,
            "from": {"nickname": role, "participantId": id, "type": role}})
    }
}
