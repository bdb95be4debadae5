//! Whole chats, from the start to the end.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use webchat_core::event::EventKind::{self, *};
use webchat_reference::{Bayeux, Carrier, Customer, Server};

/// What is published of the chat below. Notices of typing and of coming and going are messages, too; the agent stops typing with the
/// message.
const EVENTS: [EventKind; 19] = [
    Ready,
    Started,
    ClientConnected,
    MessageReceived,
    AgentConnected,
    MessageReceived,
    AgentTypingStarted,
    MessageReceived,
    AgentTypingStopped,
    MessageReceived,
    ClientTypingStarted,
    MessageReceived,
    ClientTypingStopped,
    MessageReceived,
    MessageReceived,
    AgentDisconnected,
    AgentTypingStopped,
    MessageReceived,
    Ended,
];

const LINES: [&str; 8] = [
    "Mia ParticipantJoined -",
    "Sam ParticipantJoined -",
    "Sam TypingStarted -",
    "Sam Message Hello, Mia",
    "Mia TypingStarted How a",
    "Mia TypingStopped How a",
    "Mia Message How are you?",
    "Sam ParticipantLeft -",
];

async fn hold_a_chat(bayeux: Bayeux, carrier: Carrier) {
    let Some(server) = Server::start(bayeux).await else { return };
    let mia = Customer::start(&server.options(carrier), "Mia").await;
    let until_line =
        async |count: usize| mia.until(LINES[count - 1], |heard| heard.lines.len() == count).await;
    until_line(1).await;
    server.join(mia.id()).await;
    until_line(2).await;
    server.typing(mia.id(), true).await;
    until_line(3).await;
    server.say(mia.id(), "Hello, Mia").await;
    until_line(4).await;
    mia.chat.send_typing(Some("How a".into())).await.unwrap();
    until_line(6).await;
    mia.say("How are you?").await;
    until_line(7).await;
    server.end(mia.id()).await;
    mia.until("the end", |heard| heard.count(Ended) == 1).await;
    let heard = mia.heard();
    assert_eq!(heard.events, EVENTS, "{bayeux:?}, {carrier:?}");
    let line =
        |nickname: &str, kind: &str, text: Option<&str>| format!("{nickname} {kind} {}", text.unwrap_or("-"));
    let lines = heard.lines.iter().map(|said| line(&said.nickname, said.kind.as_str(), said.text.as_deref()));
    assert_eq!(lines.collect::<Vec<_>>(), LINES);
    drop(heard);
    let transcript = server.transcript(mia.id()).await;
    let lines =
        transcript.messages.iter().map(|said| line(&said.from.nickname, &said.kind, said.text.as_deref()));
    assert_eq!(lines.collect::<Vec<_>>(), LINES);
    let counts = server.counts().await;
    assert_eq!((counts.handshakes, counts.cuts), (1, 0));
}

#[tokio::test]
async fn it_holds_a_chat_with_the_cometd_server() {
    hold_a_chat(Bayeux::Cometd, Carrier::LongPolling).await;
}

#[tokio::test]
async fn it_holds_a_chat_with_acknowledgements() {
    hold_a_chat(Bayeux::CometdWithAcks, Carrier::LongPolling).await;
}

/// This server has no WebSocket: the client finds out and does without.
#[tokio::test]
async fn it_holds_a_chat_where_there_is_no_websocket() {
    hold_a_chat(Bayeux::CometdWithAcks, Carrier::WebSocket).await;
}

#[tokio::test]
async fn it_holds_a_chat_with_faye_over_long_polling() {
    hold_a_chat(Bayeux::Faye, Carrier::LongPolling).await;
}

#[tokio::test]
async fn it_holds_a_chat_with_faye_over_a_websocket() {
    hold_a_chat(Bayeux::Faye, Carrier::WebSocket).await;
}

/// Every other operation arrives and is answered; the customer ends the chat.
#[tokio::test]
async fn it_performs_every_operation() {
    for (bayeux, carrier) in
        [(Bayeux::CometdWithAcks, Carrier::LongPolling), (Bayeux::Faye, Carrier::WebSocket)]
    {
        let Some(server) = Server::start(bayeux).await else { return };
        let mia = Customer::start(&server.options(carrier), "Mia").await;
        mia.chat.send_custom_notice("a notice").await.unwrap();
        mia.chat.push_url("https://example.org/").await.unwrap();
        mia.chat.update_nickname("Mia Lund").await.unwrap();
        let user_data = serde_json::json!({"order": "1"}).as_object().unwrap().clone();
        mia.chat.update_user_data(user_data).await.unwrap();
        mia.chat.read_receipt(None).await.unwrap();
        mia.chat.end_chat().await.unwrap();
        mia.until("the end", |heard| heard.count(Ended) == 1).await;
        let transcript = server.transcript(mia.id()).await;
        assert!(transcript.ended);
        let written: Vec<_> =
            transcript.messages.iter().map(|entry| (entry.kind.as_str(), entry.text.as_deref())).collect();
        let expected = [
            ("ParticipantJoined", None),
            ("CustomNotice", Some("a notice")),
            ("PushUrl", Some("https://example.org/")),
            ("NicknameUpdated", None),
            ("ParticipantLeft", None),
        ];
        assert_eq!(written, expected);
    }
}
