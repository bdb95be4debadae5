//! Reading a recording: its lines, put together to what the client asked and what the server told, in order.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Map, Value};

use super::operation;
use crate::api::Api;
use crate::error::Error;

/// The version of the lines that is read.
const VERSION: u64 = 1;

/// One chat of a recording.
#[derive(Debug, Clone)]
pub struct RecordedChat {
    pub(super) api: Api,
    pub(super) carries_websocket: bool,
    /// What the client asked, in order.
    pub(super) asks: Vec<Ask>,
    /// What the server told beside the answers of HTTP: messages of Bayeux, the ends of `WebSocket`s. In order.
    pub(super) told: Vec<Told>,
    /// When the chat's first line was written, in milliseconds since 1970 UTC.
    pub began: u64,
    /// The recording ends before the chat does, because it was full.
    pub is_cut: bool,
}

/// Something that the client asked: a request, or a message of Bayeux in one.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    /// Its place among all lines.
    pub(super) place: usize,
    /// When, in milliseconds since the recording began.
    pub(super) at: u64,
    /// By which what is asked now is told to be the same.
    pub(super) key: String,
    pub(super) exchange: u64,
    /// Of a message of Bayeux, as text.
    pub(super) id: Option<String>,
    /// What the customer said in it.
    pub(super) words: Vec<(&'static str, String)>,
    /// What came of its request; nothing of a message that a WebSocket carried, or that was answered like any.
    pub(super) outcome: Option<Outcome>,
}

/// What came of a request.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    pub(super) answer: Option<Answer>,
    /// Why there was none in time.
    pub(super) failure: Option<String>,
    /// The place of the line that says it.
    pub(super) place: usize,
    pub(super) at: u64,
}

/// An answer over HTTP.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) head: u64,
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) json: Option<Value>,
    pub(super) bytes: u64,
    pub(super) length: Option<u64>,
    pub(super) broken: Option<String>,
}

/// Something that the server told.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) place: usize,
    pub(super) at: u64,
    pub(super) what: Tell,
}

#[derive(Debug, Clone)]
pub(super) enum Tell {
    /// Answers what stands at this index among what the client asked.
    Answer(usize, Value),
    /// Came of itself.
    Push(Value),
    /// The WebSocket ended, with a code if it was closed.
    Close(Option<u16>),
    /// A frame of so many bytes that was nothing.
    Noise(u64),
}

impl RecordedChat {
    /// The chats of the recording at `path`, in order. Half a line at the end of a section is left out.
    pub fn read(path: &Path) -> Result<Vec<Self>, Error> {
        let failed = |reason: String| Error::Recording { path: path.to_owned(), reason };
        let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        let mut chats: Vec<((usize, u64), Vec<Line>)> = Vec::new();
        let (mut section, mut began) = (0, 0);
        for (place, text) in text.lines().enumerate() {
            let Ok(Value::Object(line)) = serde_json::from_str::<Value>(text) else { continue };
            if let Some(version) = line.get("webchatRecording") {
                if version.as_u64() != Some(VERSION) {
                    return Err(failed(format!("line {}: version {version} is not known", place + 1)));
                }
                section += 1;
                began = line.get("began").and_then(Value::as_u64).unwrap_or_default();
                continue;
            }
            if section == 0 {
                return Err(failed("it does not begin as a recording does".to_owned()));
            }
            if line.contains_key("cut") {
                chats.iter_mut().filter(|((of, _), _)| *of == section).for_each(|(_, lines)| {
                    lines.push(Line { place, began, members: line.clone() });
                });
                continue;
            }
            let Some(chat) = line.get("chat").and_then(Value::as_u64) else { continue };
            let line = Line { place, began, members: line };
            match chats.iter_mut().find(|(key, _)| *key == (section, chat)) {
                Some((_, lines)) => lines.push(line),
                None => chats.push(((section, chat), vec![line])),
            }
        }
        let chats: Vec<Self> = chats.iter().filter_map(|(_, lines)| Self::of(lines)).collect();
        if chats.is_empty() {
            return Err(failed("it has no chat in which anything was asked".to_owned()));
        }
        if let Some(chat) = chats.iter().find(|chat| !chat.api.protocol().is_played_back()) {
            let title = chat.api.protocol().title();
            return Err(failed(format!("chats over {title} are recorded, and cannot be played back")));
        }
        Ok(chats)
    }

    fn of(lines: &[Line]) -> Option<Self> {
        let outcomes = outcomes(lines);
        let requests: Vec<_> = lines.iter().filter(|line| line.members.contains_key("request")).collect();
        let api = operation::api(requests.iter().filter_map(|line| line.members.get("request")))?;
        let mut chat = Self {
            api,
            carries_websocket: lines.iter().any(|line| line.members.contains_key("sent")),
            asks: Vec::new(),
            told: Vec::new(),
            began: lines.first()?.began,
            is_cut: lines.iter().any(|line| line.members.contains_key("cut")),
        };
        for line in lines {
            chat.add(line, &outcomes);
        }
        chat.told.sort_by_key(|told| told.place);
        Some(chat)
    }

    fn add(&mut self, line: &Line, outcomes: &HashMap<u64, Outcome>) {
        let exchange = line.number("exchange");
        if let Some(request) = line.members.get("request") {
            let outcome = outcomes.get(&exchange).cloned();
            let messages = request
                .pointer("/body/json")
                .and_then(Value::as_array)
                .filter(|_| self.api == Api::GmsCometd);
            let Some(messages) = messages else {
                let key = operation::of_request(self.api, request);
                {
                    let (at, words) =
                        (line.number("at"), operation::words(|name| operation::field(request, name)));
                    return self.asks.push(Ask {
                        place: line.place,
                        at,
                        key,
                        exchange,
                        id: None,
                        words,
                        outcome,
                    });
                }
            };
            let answers = outcome.as_ref().and_then(Outcome::messages).cloned();
            let first = self.asks.len();
            for message in messages {
                let failed = outcome.clone().filter(|_| answers.is_none());
                self.ask_message(line, message, failed);
            }
            if let (Some(answers), Some(outcome)) = (answers, &outcome) {
                let read = Read { place: outcome.place, at: outcome.at, first, last: self.asks.len() };
                for answer in answers {
                    self.tell(&read, &answer);
                }
            }
        }
        if let Some(sent) = line.members.get("sent").and_then(|sent| sent.get("json")) {
            for message in sent.as_array().into_iter().flatten() {
                self.ask_message(line, message, None);
            }
        }
        if let Some(received) = line.members.get("received") {
            let read = Read { place: line.place, at: line.number("at"), first: 0, last: self.asks.len() };
            if let Some(messages) = received.get("json").and_then(Value::as_array) {
                for message in messages {
                    self.tell(&read, message);
                }
            } else {
                let bytes = received.get("bytes").and_then(Value::as_u64).unwrap_or_default();
                self.told.push(Told { place: read.place, at: read.at, what: Tell::Noise(bytes) });
            }
        }
        if let Some(closed) = line.members.get("closed").filter(|closed| closed["by"] != "client") {
            let code = closed["code"].as_u64().and_then(|code| u16::try_from(code).ok());
            let what = Tell::Close(code.filter(|_| closed["by"] == "server"));
            self.told.push(Told { place: line.place, at: line.number("at"), what });
        }
    }

    /// A message of Bayeux to the server.
    fn ask_message(&mut self, line: &Line, message: &Value, outcome: Option<Outcome>) {
        let words = operation::words_of_message(message);
        let (exchange, at, key) =
            (line.number("exchange"), line.number("at"), operation::of_message(message));
        self.asks.push(Ask { place: line.place, at, key, exchange, id: id(message), words, outcome });
    }

    /// A message of Bayeux from the server: the answer to the latest message with its id, or of itself.
    fn tell(&mut self, read: &Read, message: &Value) {
        let is_answer = message.get("successful").is_some();
        let found = id(message).filter(|_| is_answer).and_then(|id| {
            let asks = self.asks.get(read.first..read.last).unwrap_or_default();
            asks.iter().rposition(|ask| ask.id.as_ref() == Some(&id)).map(|at| at + read.first)
        });
        let what =
            found.map_or_else(|| Tell::Push(message.clone()), |ask| Tell::Answer(ask, message.clone()));
        self.told.push(Told { place: read.place, at: read.at, what });
    }
}

/// Where messages of the server were read, and which of the client's they can answer.
struct Read {
    place: usize,
    at: u64,
    first: usize,
    last: usize,
}

struct Line {
    place: usize,
    began: u64,
    members: Map<String, Value>,
}

impl Line {
    fn number(&self, name: &str) -> u64 {
        self.members.get(name).and_then(Value::as_u64).unwrap_or_default()
    }
}

impl Outcome {
    /// The messages of Bayeux that answer like any.
    fn messages(&self) -> Option<&Vec<Value>> {
        let answer = self.answer.as_ref().filter(|answer| answer.status == 200 && answer.broken.is_none())?;
        answer.json.as_ref()?.as_array().filter(|_| self.failure.is_none())
    }

    /// Nobody listened, or nobody could be reached.
    pub(super) fn is_outage(&self) -> bool {
        matches!(self.failure.as_deref(), Some("refused" | "notConnected"))
    }
}

/// What came of each exchange.
fn outcomes(lines: &[Line]) -> HashMap<u64, Outcome> {
    let mut outcomes = HashMap::new();
    for line in lines {
        let (answer, failure) = (line.members.get("answer"), line.members.get("failure"));
        if answer.is_none() && failure.is_none() {
            continue;
        }
        let new = Outcome { answer: None, failure: None, place: line.place, at: line.number("at") };
        let outcome = outcomes.entry(line.number("exchange")).or_insert(new);
        outcome.answer = answer.map(Answer::of).or(outcome.answer.take());
        if let Some(failure) = failure {
            outcome.failure = failure["why"].as_str().map(str::to_owned);
        }
    }
    outcomes
}

impl Answer {
    fn of(answer: &Value) -> Self {
        let number = |name: &str| answer[name].as_u64();
        let headers = answer["headers"].as_array().into_iter().flatten();
        Self {
            head: number("head").unwrap_or_default(),
            status: number("status").and_then(|status| u16::try_from(status).ok()).unwrap_or(500),
            headers: headers
                .filter_map(|pair| Some((pair[0].as_str()?.to_owned(), pair[1].as_str()?.to_owned())))
                .collect(),
            json: answer["body"].get("json").cloned(),
            bytes: number("size").unwrap_or_default(),
            length: number("length"),
            broken: answer["broken"].as_str().map(str::to_owned),
        }
    }
}

/// A message's id, however it is written.
pub(super) fn id(message: &Value) -> Option<String> {
    match message.get("id")? {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}
