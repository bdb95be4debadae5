//! Playing back with the pauses of the recording, and answers that came late, in simulated time.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};
use tower::ServiceExt;

use super::play::{Found, Out, Pace, Play};
use super::recording::RecordedChat;
use super::serve::{self, Stage};
use super::substitute::Substitutes;
use crate::server::Server;

const CHAT: &str = "/genesys/2/chat/support";
const DAY: Duration = Duration::from_hours(24);

/// The lines for a request that was made at `at`.
fn request(exchange: u64, at: u64, operation: &str) -> Value {
    let request =
        json!({"method": "POST", "path": format!("{CHAT}{operation}"), "headers": [], "body": {"form": []}});
    json!({"at": at, "chat": 1, "exchange": exchange, "request": request})
}

/// The line for its answer, whose head came at `at`, with texts of messages.
fn answer(exchange: u64, at: u64, texts: &[&str]) -> Value {
    let messages: Vec<Value> = texts.iter().map(|text| json!({"type": "Message", "text": text})).collect();
    let body = json!({"json": {"statusCode": 0, "messages": messages}});
    let answer = json!({"status": 200, "head": at, "headers": [], "body": body, "size": 9});
    json!({"at": at, "chat": 1, "exchange": exchange, "answer": answer})
}

fn playing(lines: &[Value], pace: Pace) -> Play {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "{}", json!({"webchatRecording": 1, "began": 0})).unwrap();
    for line in lines {
        writeln!(file, "{line}").unwrap();
    }
    let chat = RecordedChat::read(file.path()).unwrap().remove(0);
    Play::new(chat, pace, Substitutes::new("h".to_owned()))
}

/// The server of a playback, without a network.
struct Playback(Router);

impl Playback {
    fn of(lines: &[Value], pace: Pace) -> Self {
        let (server, _) = Server::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        Self(serve::router(Arc::new(Stage::new(playing(lines, pace), server))))
    }

    /// The texts that an operation brings, and after how many milliseconds.
    async fn ask(&self, operation: &str) -> (Vec<Value>, u64) {
        let begin = Instant::now();
        let request = Request::post(format!("{CHAT}{operation}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::empty());
        let response = self.0.clone().oneshot(request.unwrap()).await.unwrap();
        assert_eq!(response.status(), 200, "{operation}");
        let body: Value =
            serde_json::from_slice(&to_bytes(response.into_body(), 10_000).await.unwrap()).unwrap();
        let texts = body["messages"].as_array().unwrap().iter().map(|message| message["text"].clone());
        (texts.collect(), u64::try_from(begin.elapsed().as_millis()).unwrap())
    }
}

/// Whether it took this time, but for what timers are coarse by.
fn took(time: u64, wanted: u64) -> bool {
    (wanted..=wanted + 2).contains(&time)
}

#[tokio::test(start_paused = true)]
async fn pauses_of_answers_are_kept_or_not() {
    let lines = [
        request(1, 0, ""),
        answer(1, 40, &[]),
        request(2, 1000, "/c/refresh"),
        answer(2, 1010, &[]),
        request(3, 3000, "/c/refresh"),
        answer(3, 3250, &["hello"]),
        request(4, 5000, "/c/send"),
        answer(4, 65_000, &[]),
    ];
    let recorded = Playback::of(&lines, Pace::Recorded);
    for (operation, texts, time) in [
        ("", vec![], 40),
        ("/c/refresh", vec![], 10),
        ("/c/refresh", vec!["hello"], 250),
        ("/c/send", vec![], 60_000),
    ] {
        let told = recorded.ask(operation).await;
        assert!(told.0 == texts && took(told.1, time), "{operation}: {told:?}");
    }
    let fast = Playback::of(&lines, Pace::Fast);
    for (operation, texts) in [("", vec![]), ("/c/refresh", vec!["hello"]), ("/c/send", vec![])] {
        let told = fast.ask(operation).await;
        assert!(told.0 == texts && took(told.1, 0), "{operation}: {told:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn answers_that_came_late_come_late_again() {
    let mut late = answer(2, 2600, &[]);
    late["answer"]["late"] = true.into();
    let lines = [
        request(1, 0, ""),
        answer(1, 1, &[]),
        request(2, 100, "/c/send"),
        json!({"at": 1600, "chat": 1, "exchange": 2, "failure": {"why": "timedOut"}}),
        request(3, 1700, "/c/refresh"),
        answer(3, 1701, &["it arrived"]),
        late,
        request(4, 3000, "/c/send"),
        json!({"at": 4500, "chat": 1, "exchange": 4, "failure": {"why": "timedOut"}}),
    ];
    for pace in [Pace::Fast, Pace::Recorded] {
        let playback = Playback::of(&lines, pace);
        playback.ask("").await;
        let meanwhile = async {
            sleep(Duration::from_millis(1600)).await;
            playback.ask("/c/refresh").await
        };
        let (sent, polled) = tokio::join!(playback.ask("/c/send"), meanwhile);
        assert!(took(sent.1, 2500), "{pace:?}: {sent:?}");
        assert_eq!(polled.0, ["it arrived"], "{pace:?}");
        assert!(timeout(DAY, playback.ask("/c/send")).await.is_err(), "{pace:?}: no answer came");
    }
}

/// The texts and channels of what is to go to the client.
fn told(play: &mut Play) -> Vec<String> {
    let words = |out| match out {
        Out::Message(_, value) => value["channel"].as_str().unwrap().to_owned(),
        Out::Close(code) => format!("close {code:?}"),
        Out::Noise(bytes) => format!("noise {bytes}"),
    };
    std::mem::take(&mut play.outbox).into_iter().map(words).collect()
}

#[tokio::test(start_paused = true)]
async fn pauses_of_pushed_messages_are_kept_or_not() {
    let line = |at: u64, what: &str, message: Value| json!({"at": at, "chat": 1, "exchange": 1, what: {"json": [message]}});
    let upgrade = json!({"method": "GET", "path": "/genesys/cometd", "headers": [["sec-websocket-key", null]], "body": null});
    let (handshake, connect) =
        (json!({"channel": "/meta/handshake", "id": "1"}), json!({"channel": "/meta/connect", "id": "2"}));
    let start = json!({"channel": "/start", "id": "3", "data": {"operation": "requestChat"}});
    let successful = |of: &Value| {
        let mut answer = of.clone();
        answer["successful"] = true.into();
        answer
    };
    let lines = [
        json!({"at": 0, "chat": 1, "exchange": 1, "request": upgrade}),
        line(10, "sent", handshake.clone()),
        line(60, "received", successful(&handshake)),
        line(100, "sent", connect.clone()),
        line(100, "sent", start.clone()),
        line(150, "received", successful(&start)),
        line(800, "received", json!({"channel": "/c", "data": {}})),
        line(900, "received", successful(&connect)),
        json!({"at": 1200, "chat": 1, "exchange": 1, "closed": {"by": "server", "code": 1001}}),
    ];
    let now = Instant::now();
    let at = |ms: u64| now + Duration::from_millis(ms);
    let mut recorded = playing(&lines, Pace::Recorded);
    assert!(matches!(recorded.said(&handshake, at(0)), Found::Message));
    assert_eq!((recorded.step(at(0)), told(&mut recorded)), (Some(at(50)), vec![]));
    recorded.step(at(50));
    assert_eq!(told(&mut recorded), ["/meta/handshake"]);
    recorded.said(&connect, at(5000));
    recorded.said(&start, at(5000));
    for (now, next, words) in [
        (5000, Some(5050), vec![]),
        (5050, Some(5700), vec!["/start"]),
        (5699, Some(5700), vec![]),
        (5700, Some(5800), vec!["/c"]),
        (5800, Some(6100), vec!["/meta/connect"]),
        (6100, None, vec!["close Some(1001)"]),
    ] {
        assert_eq!(
            (recorded.step(at(now)), told(&mut recorded)),
            (next.map(at), words.iter().map(ToString::to_string).collect()),
            "{now}"
        );
    }
    let mut fast = playing(&lines, Pace::Fast);
    fast.said(&handshake, now);
    assert_eq!((fast.step(now), told(&mut fast)), (None, vec!["/meta/handshake".to_owned()]));
    fast.said(&connect, now);
    fast.said(&start, now);
    assert_eq!(fast.step(now), None);
    assert_eq!(told(&mut fast), ["/start", "/c", "/meta/connect", "close Some(1001)"]);
}
