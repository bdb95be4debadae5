//! Sending a message: through the C interface, by bare reqwest, and by a libcurl easy handle.

use crate::{
    back_end::{BackEnd, BareChat},
    c_chat::CChat,
    latch::Latch,
    report,
    server::Server,
    take_turns,
};
use curl::easy::{Easy, List};
use std::sync::Arc;
use tokio::runtime::Runtime;
use webchat_core::{
    Config,
    transport::{self, Operation, Request},
};

/// How many chats send at once.
pub const CHATS: usize = 64;

/// Whether the library's chats fetch their messages while they send. The peers never do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polling {
    /// They do, as chats in use.
    On,
    /// They do not: both sides do nothing but the same POST.
    Off,
}

impl Polling {
    #[allow(clippy::unnecessary_box_returns, reason = "completions hold its address")]
    fn chat(self, server: &Server, back_end: &BackEnd) -> Box<CChat> {
        let chat = CChat::start(&server.config(back_end));
        if self == Self::Off {
            chat.stop_polling();
        }
        chat
    }

    fn words(self) -> &'static str {
        match self {
            Self::On => "while polling",
            Self::Off => "nothing but the POST",
        }
    }
}

/// One message at a time: how long until its outcome is known.
pub fn one_at_a_time(server: &Server, runtime: &Runtime, back_end: &BackEnd, polling: Polling) {
    let Some(by_hand) = back_end.by_hand else { return };
    let chat = polling.chat(server, back_end);
    let client = reqwest::Client::new();
    let bare = runtime.block_on(by_hand(&client, &server.simulator));
    let easy_chat = runtime.block_on(by_hand(&client, &server.simulator));
    let mut easy = easy(&easy_chat);
    let done = Latch::new(1);
    let mut contenders: Vec<crate::Contender<'_>> = vec![
        (
            "webchat_send_message",
            Box::new(|times| {
                for _ in 0..times {
                    chat.send(&done);
                    done.wait();
                }
            }),
        ),
        (
            "bare reqwest",
            Box::new(|times| {
                for _ in 0..times {
                    runtime.block_on(bare.send(&client));
                }
            }),
        ),
        ("libcurl easy handle", Box::new(|times| (0..times).for_each(|_| perform(&mut easy)))),
    ];
    let medians = take_turns(&mut contenders, 60, 100);
    let title =
        format!("{} sendMessage, one at a time, {} (goal: at most 1.10 x)", back_end.name, polling.words());
    report(&title, "a message", &contenders, &medians);
}

/// One message at a time, over a socket: how long until its outcome is known.
pub fn one_at_a_time_by_socket(server: &Server, runtime: &Runtime, back_end: &BackEnd) {
    let Some(spoken) = back_end.spoken else { return };
    let (chat, _) = server.chat(back_end);
    let mut bare = runtime.block_on((spoken.start)(&server.simulator));
    let done = Latch::new(1);
    let mut contenders: Vec<crate::Contender<'_>> = vec![
        (
            "webchat_send_message",
            Box::new(|times| {
                for _ in 0..times {
                    chat.send(&done);
                    done.wait();
                }
            }),
        ),
        (
            "tokio-tungstenite, to the echo",
            Box::new(|times| {
                for _ in 0..times {
                    runtime.block_on(bare.say());
                }
            }),
        ),
    ];
    let medians = take_turns(&mut contenders, 60, 100);
    let title = format!("{} sendMessage, one at a time (goal: at most 1.25 x)", back_end.name);
    report(&title, "a message", &contenders, &medians);
}

/// Many chats at once: how long for one message of each.
pub fn at_once(server: &Server, runtime: &Runtime, back_end: &BackEnd, polling: Polling) {
    let Some(by_hand) = back_end.by_hand else { return };
    let chats: Vec<_> = (0..CHATS).map(|_| polling.chat(server, back_end)).collect();
    let client = reqwest::Client::new();
    let bare: Vec<_> = (0..CHATS).map(|_| runtime.block_on(by_hand(&client, &server.simulator))).collect();
    let done = Arc::new(Latch::new(CHATS));
    let mut contenders: Vec<crate::Contender<'_>> = vec![
        (
            "webchat_send_message",
            Box::new(|times| {
                for _ in 0..times {
                    for chat in &chats {
                        chat.send(&done);
                    }
                    done.wait();
                }
            }),
        ),
        (
            "bare reqwest",
            Box::new(|times| {
                for _ in 0..times {
                    for bare in &bare {
                        let (client, bare, done) = (client.clone(), BareChat::clone(bare), done.clone());
                        runtime.spawn(async move {
                            bare.send(&client).await;
                            done.count_down();
                        });
                    }
                    done.wait();
                }
            }),
        ),
    ];
    let medians = take_turns(&mut contenders, 40, 10);
    let title = format!(
        "{} sendMessage, {CHATS} chats at once, {} (goal: at most 1.11 x)",
        back_end.name,
        polling.words()
    );
    report(&title, "a round of all chats", &contenders, &medians);
}

/// One poll at a time that brings nothing: the transport beside the same request. Polls are the service's own affair, so the
/// transport is asked itself.
pub fn one_poll_at_a_time(server: &Server, runtime: &Runtime, back_end: &BackEnd) {
    let (Some(by_hand), Some(transport)) = (back_end.by_hand, back_end.polled) else { return };
    let client = reqwest::Client::new();
    let bare = runtime.block_on(by_hand(&client, &server.simulator));
    let transport = transport(&Config::from_json(&server.config(back_end)).unwrap());
    let session = Arc::new(transport.session_form().none());
    let start = transport::Start { nickname: "Mia".into(), ..transport::Start::default() };
    let start = Request { session, operation: Operation::Start(start) };
    let session = Arc::new(runtime.block_on(transport.perform(start)).unwrap().session.unwrap());
    let poll = || {
        let from = transport::Cursor::default();
        transport
            .perform(Request { session: session.clone(), operation: Operation::Poll { from, preview: None } })
    };
    let mut contenders: Vec<crate::Contender<'_>> = vec![
        (
            "the transport",
            Box::new(|times| {
                for _ in 0..times {
                    assert!(runtime.block_on(poll()).is_ok());
                }
            }),
        ),
        (
            "bare reqwest",
            Box::new(|times| {
                for _ in 0..times {
                    runtime.block_on(bare.poll(&client));
                }
            }),
        ),
    ];
    let medians = take_turns(&mut contenders, 60, 100);
    let title = format!("{} poll, one at a time (goal: at most 1.10 x)", back_end.name);
    report(&title, "a poll", &contenders, &medians);
}

fn easy(chat: &BareChat) -> Easy {
    let mut easy = Easy::new();
    easy.url(&chat.url).unwrap();
    easy.post(true).unwrap();
    easy.post_fields_copy(chat.form.as_bytes()).unwrap();
    let mut headers = List::new();
    for (name, value) in &chat.headers {
        headers.append(&format!("{name}: {value}")).unwrap();
    }
    easy.http_headers(headers).unwrap();
    easy.write_function(|data| Ok(data.len())).unwrap();
    easy
}

fn perform(easy: &mut Easy) {
    easy.perform().unwrap();
    assert_eq!(easy.response_code().unwrap(), 200);
}
