//! A model of a Bayeux server: sessions, queues, acknowledgements, connects that it holds back.

use super::*;
use serde_json::{Value, json};

/// One connection to the server, or one HTTP exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Line(pub(crate) u64);

/// How long it holds a connect back.
const HOLD: Duration = Duration::from_secs(30);

/// What it sends: messages on a line. On an exchange, that is the answer.
pub(crate) type Sent = Vec<(Line, Vec<Value>)>;

#[derive(Debug, Default)]
pub(crate) struct Server {
    /// It offers acknowledgements.
    acks: bool,
    /// The numbers that clients have published, in order of arrival.
    pub(crate) heard: Vec<u64>,
    /// Whatever else they have published, and by which session.
    pub(crate) published: VecDeque<(String, Value)>,
    /// How many numbers it has sent to all sessions, from 1 on.
    pub(crate) said: u64,
    /// Ids of all messages it has received.
    pub(crate) ids: Vec<String>,
    sessions: BTreeMap<String, Client>,
    begun: u64,
}

/// A client's session.
#[derive(Debug, Default)]
struct Client {
    /// What is to be sent, with the batch it was last sent in.
    queue: Vec<(Value, Option<i64>)>,
    batch: i64,
    held: Option<Held>,
    /// The WebSocket of its last connect.
    socket: Option<Line>,
}

#[derive(Debug)]
struct Held {
    line: Line,
    id: Value,
    until: Duration,
}

impl Server {
    pub(crate) fn new(acks: bool) -> Self {
        Self { acks, ..Self::default() }
    }

    /// The session begun last.
    pub(crate) fn newest(&self) -> String {
        format!("session-{}", self.begun)
    }

    /// Whether this was published here. Numbers arrive in order.
    pub(crate) fn has_heard(&self, number: u64) -> bool {
        self.heard.binary_search(&number).is_ok()
    }

    /// Forgets every session, as in a restart.
    pub(crate) fn restart(&mut self) {
        self.sessions.clear();
    }

    /// Sends the next number to every session.
    pub(crate) fn say(&mut self) -> Sent {
        self.said += 1;
        let clients: Vec<String> = self.sessions.keys().cloned().collect();
        clients.iter().flat_map(|client| self.deliver(client, self.said.into())).collect()
    }

    /// Sends `data` to one session.
    pub(crate) fn deliver(&mut self, client: &str, data: Value) -> Sent {
        let acks = self.acks;
        let Some(client) = self.sessions.get_mut(client) else { return Sent::new() };
        match client.socket {
            Some(line) if !acks => vec![(line, vec![delivery(&data)])],
            _ => {
                client.queue.push((data, None));
                client.held.take().map(|held| client.release(acks, &held)).into_iter().collect()
            }
        }
    }

    /// When it will let a connect go.
    pub(crate) fn next_release(&self) -> Option<Duration> {
        self.sessions.values().filter_map(|client| Some(client.held.as_ref()?.until)).min()
    }

    /// Lets go the connects it has held for long enough.
    pub(crate) fn release_due(&mut self, now: Duration) -> Sent {
        let acks = self.acks;
        let due = |client: &mut Client| client.held.take_if(|held| held.until <= now);
        let clients = self.sessions.values_mut();
        clients.filter_map(|client| due(client).map(|held| client.release(acks, &held))).collect()
    }

    /// Takes a payload on `line`, a WebSocket or an exchange.
    pub(crate) fn take(&mut self, now: Duration, line: Line, socket: bool, payload: &[u8]) -> Sent {
        let messages: Vec<Value> = serde_json::from_slice(payload).unwrap();
        let mut answer = Vec::new();
        let mut sent = Sent::new();
        let mut is_held = false;
        for message in messages {
            self.ids.push(message["id"].as_str().unwrap().to_owned());
            let reply = json!({"channel": message["channel"], "id": message["id"], "successful": true});
            match message["channel"].as_str().unwrap() {
                message::HANDSHAKE => answer.push(self.handshake(reply)),
                message::CONNECT => {
                    let connected = self.connect(now, line, socket, &message, &mut sent);
                    is_held = connected.is_none();
                    answer.extend(connected.unwrap_or_default());
                }
                message::DISCONNECT => {
                    self.sessions.remove(message["clientId"].as_str().unwrap());
                    answer.push(reply);
                }
                _ if !self.sessions.contains_key(message["clientId"].as_str().unwrap()) => {
                    answer.push(unknown(&message));
                }
                message::SUBSCRIBE => answer.push(reply),
                _ => {
                    if let Some(number) = message["data"].as_u64() {
                        self.heard.push(number);
                    } else {
                        let client = message["clientId"].as_str().unwrap().to_owned();
                        self.published.push_back((client, message["data"].clone()));
                    }
                    answer.push(reply);
                }
            }
        }
        if !answer.is_empty() || !(socket || is_held) {
            sent.push((line, answer));
        }
        sent
    }

    fn handshake(&mut self, mut reply: Value) -> Value {
        self.begun += 1;
        let client_id = format!("session-{}", self.begun);
        self.sessions.insert(client_id.clone(), Client::default());
        reply["clientId"] = json!(client_id);
        reply["supportedConnectionTypes"] = json!(["websocket", "long-polling"]);
        reply["advice"] = json!({"reconnect": "retry", "interval": 0, "timeout": 30000});
        reply["ext"] = json!({"ack": self.acks});
        reply
    }

    /// The answer to a connect; nothing, if it is held back.
    fn connect(
        &mut self,
        now: Duration,
        line: Line,
        socket: bool,
        message: &Value,
        sent: &mut Sent,
    ) -> Option<Vec<Value>> {
        let Some(client) = self.sessions.get_mut(message["clientId"].as_str().unwrap()) else {
            return Some(vec![unknown(message)]);
        };
        if let Some(older) = client.held.take() {
            sent.push(client.release(self.acks, &older));
        }
        client.socket = socket.then_some(line);
        if let Some(arrived) = message["ext"]["ack"].as_i64() {
            client.queue.retain(|(_, batch)| batch.is_none_or(|batch| batch > arrived));
            client.queue.iter_mut().for_each(|(_, batch)| *batch = None);
        }
        let held = Held { line, id: message["id"].clone(), until: now + HOLD };
        if message["advice"]["timeout"] == 0 || !client.queue.is_empty() {
            return Some(client.release(self.acks, &held).1);
        }
        client.held = Some(held);
        None
    }
}

impl Client {
    /// The reply to a connect, after what is to be sent.
    fn release(&mut self, acks: bool, held: &Held) -> (Line, Vec<Value>) {
        let unsent: Vec<_> = self.queue.iter_mut().filter(|(_, batch)| batch.is_none()).collect();
        if !unsent.is_empty() {
            self.batch += 1;
        }
        let mut messages = Vec::new();
        for (data, batch) in unsent {
            *batch = Some(self.batch);
            messages.push(delivery(data));
        }
        let mut reply = json!({"channel": message::CONNECT, "id": held.id, "successful": true});
        if acks {
            reply["ext"] = json!({"ack": self.batch});
        } else {
            self.queue.clear();
        }
        messages.push(reply);
        (held.line, messages)
    }
}

fn delivery(data: &Value) -> Value {
    json!({"channel": "/service/a", "data": data})
}

fn unknown(message: &Value) -> Value {
    json!({"channel": message["channel"], "id": message["id"], "successful": false, "error": "402::Unknown client",
        "advice": {"reconnect": "handshake", "interval": 0}})
}
