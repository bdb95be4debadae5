//! A `CometD` server for one chat that answers the first message by a script.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_tungstenite::{WebSocketStream, accept_async, tungstenite::Message};

pub(crate) const CHANNEL: &str = "/service/chatV2/support";

/// Stands among what is sent where the connection is cut.
const CUT: Value = Value::Null;

/// What the server does after a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Pushes the message, which is the transcript's third entry.
    Event,
    /// Tells the message's outcome, without any event.
    Outcome,
    /// Pushes the agent's answer, the fourth entry.
    Push,
    /// Answers the look at the transcript that the client has made by then, if it has any reason to.
    Look,
    /// Cuts the connection.
    Cut,
}

#[derive(Debug)]
struct State {
    transcript: Vec<Value>,
    script: VecDeque<Step>,
    sends: usize,
    /// From where on looks have asked that have no answer.
    looks: VecDeque<u64>,
    /// Whether the event, and the agent's answer, have been pushed.
    pushed: [bool; 2],
    /// A look has been answered.
    looked: bool,
}

/// The server; it stops when it is dropped.
pub(crate) struct Server {
    port: u16,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub(crate) async fn start(script: Vec<Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State {
            transcript: vec![entry(1, "ParticipantJoined", None), entry(2, "ParticipantJoined", None)],
            script: script.into(),
            sends: 0,
            looks: VecDeque::new(),
            pushed: [false; 2],
            looked: false,
        }));
        let shared = state.clone();
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, shared.clone()));
            }
        });
        Self { port, state, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/genesys/cometd", self.port)
    }

    /// How often the message has come.
    pub(crate) fn sends(&self) -> usize {
        self.state.lock().unwrap().sends
    }
}

fn entry(place: u64, kind: &str, text: Option<&str>) -> Value {
    let (id, role) = if place % 2 == 1 { (1, "Client") } else { (2, "Agent") };
    let mut entry = json!({"index": place, "type": kind, "utcTime": 1_700_000_000_000_u64 + place,
        "from": {"nickname": role, "participantId": id, "type": role}});
    if let Some(text) = text {
        entry["text"] = text.into();
    }
    entry
}

fn data(messages: &[Value], next: usize) -> Value {
    let data = json!({"statusCode": 0, "chatId": "c1", "userId": "u", "secureKey": "k", "alias": "1", "chatEnded": false,
        "nextPosition": next, "messages": messages});
    json!({"channel": CHANNEL, "data": data})
}

/// A connection, until the script cuts it or the client goes.
async fn serve(stream: TcpStream, state: Arc<Mutex<State>>) {
    let Ok(mut socket) = accept_async(stream).await else { return };
    while let Some(Ok(frame)) = socket.next().await {
        let Ok(text) = frame.into_text() else { return };
        for message in serde_json::from_str::<Vec<Value>>(&text).unwrap_or_default() {
            let answers = take(&message, &state);
            if tell(&mut socket, &answers).await.is_none() {
                return;
            }
        }
    }
}

async fn tell(socket: &mut WebSocketStream<TcpStream>, answers: &[Value]) -> Option<()> {
    for answer in answers {
        if *answer == CUT {
            return None;
        }
        socket.send(Message::text(json!([answer]).to_string())).await.ok()?;
    }
    Some(())
}

/// What is sent for a message of the client's.
fn take(message: &Value, state: &Mutex<State>) -> Vec<Value> {
    let channel = message["channel"].as_str().unwrap_or_default();
    let done = json!({"channel": channel, "id": message["id"], "successful": true});
    let with = |members: Value| {
        let mut done = done.clone();
        done.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        vec![done]
    };
    match channel {
        "/meta/handshake" => {
            with(json!({"version": "1.0", "clientId": "x", "supportedConnectionTypes": ["websocket"],
                "advice": {"reconnect": "retry", "interval": 0, "timeout": 30_000}}))
        }
        "/meta/connect" if message["advice"]["timeout"] != 0 => vec![],
        CHANNEL => {
            let mut answers = vec![done];
            answers.extend(operate(&message["data"], &mut state.lock().unwrap()));
            answers
        }
        _ => with(json!({})),
    }
}

fn operate(asked: &Value, state: &mut State) -> Vec<Value> {
    match asked["operation"].as_str().unwrap_or_default() {
        "requestChat" => vec![data(&state.transcript, 3)],
        "sendMessage" => {
            state.sends += 1;
            if state.transcript.len() == 2 {
                state.transcript.push(entry(3, "Message", asked["message"].as_str()));
                state.transcript.push(entry(4, "Message", Some("reply")));
            }
            play(state)
        }
        "requestNotifications" => {
            let from = asked["transcriptPosition"].as_u64().unwrap_or(1);
            if state.transcript.len() == 2 {
                return vec![look(state, from)];
            }
            state.looks.push_back(from);
            play(state)
        }
        _ => vec![data(&[], state.transcript.len() + 1)],
    }
}

fn look(state: &State, from: u64) -> Value {
    let from = usize::try_from(from.max(1) - 1).unwrap();
    data(state.transcript.get(from..).unwrap_or_default(), state.transcript.len() + 1)
}

/// Goes on with the script as far as it goes; after it, looks are answered as they come. What it would push after a cut is lost.
fn play(state: &mut State) -> Vec<Value> {
    let mut answers = Vec::new();
    while let Some(step) = state.script.front().copied() {
        // The agent's answer without what is before it is reason enough to look: that look is under way when the script goes on.
        if state.pushed == [false, true] && !state.looked && state.looks.is_empty() {
            return answers;
        }
        match step {
            Step::Event => answers.push(data(&state.transcript[2..3], 4)),
            Step::Outcome => answers.push(data(&[], 5)),
            Step::Push => answers.push(data(&state.transcript[3..4], 5)),
            Step::Look => {
                if let Some(from) = state.looks.pop_front() {
                    answers.push(look(state, from));
                    state.looked = true;
                }
            }
            Step::Cut => {
                state.script.clear();
                state.looks.clear();
                answers.push(CUT);
                return answers;
            }
        }
        state.pushed[0] |= step == Step::Event;
        state.pushed[1] |= step == Step::Push;
        state.script.pop_front();
    }
    let looks: Vec<u64> = state.looks.drain(..).collect();
    answers.extend(looks.into_iter().map(|from| look(state, from)));
    answers
}
