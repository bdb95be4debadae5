//! An engine whose outputs are read as lines of text, and whose inputs are written by hand.

use super::*;
use crate::transport::Applied;
use serde_json::{Value, json};

pub(super) struct Script {
    pub(super) engine: Engine,
    pub(super) now: Duration,
}

impl Script {
    /// A client that has just been started.
    pub(super) fn started(settings: Settings) -> Self {
        let mut script = Self { engine: Engine::new(settings), now: Duration::ZERO };
        script.engine.start(script.now);
        script
    }

    /// A client that is up on a WebSocket; the last connect has id 4.
    pub(super) fn on_websocket(ack: bool) -> Self {
        let mut script = Self::started(settings(true, 1));
        script.input(Input::Opened);
        script.receive(&json!([handshake(1, ack)]));
        script.receive(&json!([subscribed(2), connected(3)]));
        assert_eq!(
            script.seen(),
            [
                "open",
                "write /meta/handshake#1",
                if ack {
                    "write /meta/subscribe#2 + /meta/connect#3 at once, ack -1"
                } else {
                    "write /meta/subscribe#2 + /meta/connect#3 at once"
                },
                "up",
                if ack { "write /meta/connect#4, ack -1" } else { "write /meta/connect#4" },
            ]
        );
        script
    }

    /// A client that is up with long-polling; the last connect has id 7, in exchange 8.
    pub(super) fn on_long_polling() -> Self {
        let mut script = Self::started(settings(false, 1));
        script.answer(2, &json!([handshake(1, false)]));
        script.answer(5, &json!([subscribed(3)]));
        script.answer(6, &json!([connected(4)]));
        assert_eq!(
            script.seen(),
            [
                "post 2: /meta/handshake#1",
                "post 5: /meta/subscribe#3",
                "post 6: /meta/connect#4 at once",
                "up",
                "post 8: /meta/connect#7",
            ]
        );
        script
    }

    pub(super) fn input(&mut self, input: Input) {
        self.engine.handle(self.now, input);
    }

    /// Messages come on the WebSocket.
    pub(super) fn receive(&mut self, messages: &Value) {
        let messages = message::read(&messages.to_string().into()).unwrap();
        self.input(Input::Received(messages));
    }

    /// An exchange is answered.
    pub(super) fn answer(&mut self, exchange: u64, messages: &Value) {
        let messages = message::read(&messages.to_string().into()).unwrap();
        self.input(Input::Answered(ExchangeId(exchange), Ok(messages)));
    }

    /// A connection is being made for an exchange, or is so no more.
    pub(super) fn connecting(&mut self, exchange: u64, connecting: bool) {
        self.input(Input::Connecting(ExchangeId(exchange), connecting));
    }

    /// An exchange fails.
    pub(super) fn fail(&mut self, exchange: u64, failure: Failure) {
        self.input(Input::Answered(ExchangeId(exchange), Err(failure)));
    }

    /// The WebSocket is lost, or does not open.
    pub(super) fn close(&mut self) {
        self.input(Input::Closed(lost()));
    }

    /// Publishes `data` with a limit of 3 s.
    pub(super) fn publish(&mut self, data: &str) -> PublishId {
        let data = RawValue::from_string(data.into()).unwrap();
        self.engine.publish(self.now, "/service/a".into(), data, seconds(3.0))
    }

    /// Lets the time come that the engine waits for, and says how long that took.
    pub(super) fn wait(&mut self) -> Duration {
        let next = self.engine.poll_timeout().unwrap();
        let waited = next.saturating_sub(self.now);
        self.now = self.now.max(next);
        self.engine.handle_timeout(self.now);
        waited
    }

    /// Lets time pass.
    pub(super) fn pass(&mut self, duration: Duration) {
        let end = self.now + duration;
        while self.engine.poll_timeout().is_some_and(|next| next <= end) {
            self.wait();
        }
        self.now = end;
    }

    /// What the engine has done since it was last asked.
    pub(super) fn seen(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.engine.poll_output())
            .filter(|output| !matches!(output, Output::Event(Event::Alive | Event::Left(..))))
            .map(|output| line(&output))
            .collect()
    }
}

pub(super) fn lost() -> Failure {
    failure::lost(Applied::Unknown, "connection reset")
}

/// A failure that an HTTP status makes.
pub(super) fn status(status: u16) -> Failure {
    let applied = if status < 500 { Applied::No } else { Applied::Unknown };
    Failure { applied, status, ..lost() }
}

pub(super) fn handshake(id: u64, ack: bool) -> Value {
    json!({"channel": "/meta/handshake", "id": id.to_string(), "successful": true, "clientId": "c1", "version": "1.0",
        "supportedConnectionTypes": ["websocket", "long-polling", "callback-polling"],
        "advice": {"reconnect": "retry", "interval": 0, "timeout": 30000}, "ext": {"ack": ack}})
}

pub(super) fn subscribed(id: u64) -> Value {
    json!({"channel": "/meta/subscribe", "id": id.to_string(), "successful": true, "subscription": "/service/a"})
}

pub(super) fn connected(id: u64) -> Value {
    json!({"channel": "/meta/connect", "id": id.to_string(), "successful": true})
}

/// A refusal of the message `id` on `channel`, with or without advice.
pub(super) fn refused(channel: &str, id: u64, error: &str, reconnect: Option<&str>) -> Value {
    let advice = reconnect.map(|reconnect| json!({"reconnect": reconnect, "interval": 0}));
    json!({"channel": channel, "id": id.to_string(), "successful": false, "error": error, "advice": advice})
}

fn line(output: &Output) -> String {
    match output {
        Output::Open => "open".into(),
        Output::Close => "close".into(),
        Output::Write(payload) => format!("write {}", messages(payload)),
        Output::Post(exchange, payload) => format!("post {}: {}", exchange.0, messages(payload)),
        Output::Ping => "ping".into(),
        Output::Silent(_) => "silent".into(),
        Output::Abandon(exchange) => format!("abandon {}", exchange.0),
        Output::Event(event) => event_line(event),
    }
}

fn event_line(event: &Event) -> String {
    match event {
        Event::Up { gap: false } => "up".into(),
        Event::Up { gap: true } => "up with a gap".into(),
        Event::Alive => "alive".into(),
        Event::Down(_) => "down".into(),
        Event::Failed(count, _) => format!("failed {count}"),
        Event::Stopped(None) => "stopped".into(),
        Event::Stopped(Some(failure)) => format!("stopped: {}", failure.cause),
        Event::Message { channel, data } => {
            format!("message {channel} {}", std::str::from_utf8(data).unwrap())
        }
        Event::Left(id, has_left) => format!("{id:?} left: {has_left}"),
        Event::Published(id, Ok(())) => format!("{id:?} taken"),
        Event::Published(id, Err(failure)) => {
            format!("{id:?} {:?}, applied {:?}", failure.kind, failure.applied)
        }
    }
}

fn messages(payload: &[u8]) -> String {
    let messages: Vec<Value> = serde_json::from_slice(payload).unwrap();
    let lines: Vec<String> = messages
        .iter()
        .map(|message| {
            let mut line =
                format!("{}#{}", message["channel"].as_str().unwrap(), message["id"].as_str().unwrap());
            if message["channel"] != "/meta/handshake" {
                assert_eq!(message["clientId"], "c1");
                if message["advice"]["timeout"] == 0 {
                    line += " at once";
                }
                if let Some(ack) = message["ext"].get("ack") {
                    line = format!("{line}, ack {ack}");
                }
                if let Some(data) = message.get("data") {
                    line = format!("{line} {data}");
                }
            }
            line
        })
        .collect();
    lines.join(" + ")
}
