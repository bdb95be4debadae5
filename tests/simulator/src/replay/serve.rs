//! The server of a playback: requests of every API, and long-polling.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::answer;
use super::operation::{self, CONNECT, POLL, UPGRADE};
use super::play::{Found, Out, Pace, Play};
use super::recording::{self, Outcome};
use super::socket;
use crate::api::Api;
use crate::form::Form;
use crate::server::Server;

/// How long a connect is held that nothing is told to, less than clients take for silence.
pub(super) const HOLD: Duration = Duration::from_secs(15);
/// The longest body of JSON that is read, in bytes.
const LONGEST: usize = 64 << 20;

/// What all connections of a playback work on.
pub(super) struct Stage {
    play: Mutex<Play>,
    changes: watch::Sender<u64>,
    server: Server,
}

pub(super) fn router(stage: Arc<Stage>) -> Router {
    Router::new().fallback(handle).with_state(stage)
}

async fn handle(State(stage): State<Arc<Stage>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let api = stage.play().chat().api;
    if api == Api::GmsCometd && parts.method == "GET" {
        return stage.upgrade(parts).await;
    }
    let kind = parts.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if api == Api::GmsCometd && kind.contains("json") {
        let body = axum::body::to_bytes(body, LONGEST).await.unwrap_or_default();
        let messages = match serde_json::from_slice(&body) {
            Ok(Value::Array(messages)) => messages,
            Ok(message @ Value::Object(_)) => vec![message],
            _ => Vec::new(),
        };
        return stage.post(messages).await;
    }
    let form = if parts.method == "GET" { Form::default() } else { read(&parts.headers, body).await };
    let key =
        operation::of(api, parts.method.as_str(), parts.uri.path(), |name| form.get(name).map(str::to_owned));
    let found = stage.change(|play, now| {
        play.asked(&key, operation::words(|name| form.get(name).map(str::to_owned)), now)
    });
    match found {
        Found::Outcome(outcome, at) => stage.perform(outcome, at).await,
        Found::Unrecorded(words) => answer::unrecorded(api, &key, &words),
        Found::Idle | Found::Message if key == POLL => answer::idle(api, form.get("transcriptPosition")),
        Found::Idle | Found::Message => std::future::pending().await,
    }
}

async fn read(headers: &axum::http::HeaderMap, body: Body) -> Form {
    Form::read(headers, body, 0).await.unwrap_or_default()
}

impl Stage {
    pub(super) fn new(play: Play, server: Server) -> Self {
        Self { play: Mutex::new(play), changes: watch::Sender::new(0), server }
    }

    pub(super) fn play(&self) -> MutexGuard<'_, Play> {
        self.play.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what has been played, and lets nobody listen where that is what comes next.
    pub(super) fn change<T>(self: &Arc<Self>, change: impl FnOnce(&mut Play, Instant) -> T) -> T {
        let mut play = self.play();
        let changed = change(&mut play, Instant::now());
        let outage = play.outage();
        drop(play);
        self.changes.send_modify(|number| *number += 1);
        if let Some(outage) = outage {
            let server = self.server.clone();
            tokio::spawn(async move {
                sleep(outage.after).await;
                // Fails when the playback is over.
                if server.down().await.is_ok() {
                    sleep(outage.lasts).await;
                    server.up().await.unwrap_or_default();
                }
            });
        }
        changed
    }

    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Does what the recorded request came to, which was asked at `at`.
    async fn perform(&self, outcome: Outcome, at: u64) -> Response {
        let (pace, substitutes) = {
            let play = self.play();
            (play.pace(), play.substitutes.clone())
        };
        let Some(recorded) = outcome.answer else {
            return match outcome.failure.as_deref() {
                Some("timedOut" | "abandoned") | None => std::future::pending().await,
                // The end of the server closes the connection.
                Some(_) if self.play().is_down_soon() => std::future::pending().await,
                Some(_) => answer::hangup(),
            };
        };
        if pace == Pace::Recorded || outcome.failure.is_some() {
            sleep(Duration::from_millis(recorded.head.saturating_sub(at))).await;
        }
        answer::response(&recorded, &substitutes)
    }

    async fn upgrade(self: Arc<Self>, parts: axum::http::request::Parts) -> Response {
        let found = self.change(|play, now| play.asked(UPGRADE, Vec::new(), now));
        match found {
            Found::Outcome(outcome, at) => match outcome.answer.as_ref().map(|answer| answer.status) {
                Some(101) => socket::open(self, parts),
                _ => self.perform(outcome, at).await,
            },
            _ if self.play().chat().carries_websocket => socket::open(self, parts),
            Found::Unrecorded(words) => answer::unrecorded(Api::GmsCometd, UPGRADE, &words),
            Found::Idle | Found::Message => answer::hangup(),
        }
    }

    /// A request with messages of Bayeux.
    async fn post(self: Arc<Self>, messages: Vec<Value>) -> Response {
        let mut changes = self.changes();
        let mut mine = Mine { answers: Vec::new(), open: Vec::new(), connect: None };
        for message in &messages {
            let id = recording::id(message).unwrap_or_default();
            match self.change(|play, now| play.said(message, now)) {
                Found::Outcome(outcome, at) => return self.perform(outcome, at).await,
                Found::Unrecorded(words) => mine.answers.push(answer::unrecorded_message(message, &words)),
                Found::Message | Found::Idle if message["channel"] == CONNECT => mine.connect = Some(id),
                Found::Message | Found::Idle => mine.open.push(id),
            }
        }
        let over = Instant::now() + HOLD;
        loop {
            let next = self.change_nothing(|play, now| {
                let next = play.step(now);
                mine.collect(play, now >= over);
                next
            });
            if mine.is_complete() {
                self.change(|_, _| ());
                return axum::Json(Value::Array(mine.answers)).into_response();
            }
            tokio::select! {
                _ = changes.changed() => {}
                () = sleep_until(next.unwrap_or(over).min(over.max(Instant::now() + Duration::from_millis(1)))) => {}
            }
        }
    }

    /// Looks at what has been played, and takes out of it, without a word to others.
    pub(super) fn change_nothing<T>(&self, look: impl FnOnce(&mut Play, Instant) -> T) -> T {
        look(&mut self.play(), Instant::now())
    }
}

/// What a request by long-polling is to be answered with.
struct Mine {
    answers: Vec<Value>,
    /// Messages without an answer.
    open: Vec<String>,
    connect: Option<String>,
}

impl Mine {
    /// Takes the answers out of the outbox, and whatever else goes with them.
    fn collect(&mut self, play: &mut Play, is_over: bool) {
        let mut left = std::collections::VecDeque::new();
        let mut pushes = Vec::new();
        for out in std::mem::take(&mut play.outbox) {
            match out {
                Out::Message(Some(id), value) if self.open.contains(&id) => {
                    self.open.retain(|open| *open != id);
                    self.answers.push(value);
                }
                Out::Message(Some(id), value) if self.connect.as_ref() == Some(&id) => {
                    self.connect = None;
                    self.answers.push(value);
                }
                Out::Message(None, value) => pushes.push(value),
                Out::Message(Some(id), value) => left.push_back(Out::Message(Some(id), value)),
                // There is no WebSocket.
                Out::Close(_) | Out::Noise(_) => {}
            }
        }
        if let Some(id) = self.connect.take_if(|_| is_over || !pushes.is_empty()) {
            self.answers.push(play.held_long_enough(&id));
        }
        if self.is_complete() {
            self.answers.splice(0..0, pushes);
        } else {
            left.extend(pushes.into_iter().map(|push| Out::Message(None, push)));
        }
        play.outbox = left;
    }

    fn is_complete(&self) -> bool {
        self.open.is_empty() && self.connect.is_none()
    }
}
