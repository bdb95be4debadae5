//! Sending a message: through the C interface, by bare reqwest, and by a libcurl easy handle.

use crate::{
    c_chat::CChat,
    latch::Latch,
    report,
    server::{Api, BareChat, Server},
    take_turns,
};
use curl::easy::{Easy, List};
use std::sync::Arc;
use tokio::runtime::Runtime;
use webchat_core::{
    Config,
    backend::nexus_rest::{self, NexusRest},
    carrier::http::HttpPool,
    transport::{self, Operation, Request, Transport},
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
    fn chat(self, server: &Server, api: Api) -> Box<CChat> {
        let chat = CChat::start(&server.config(api));
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
pub fn one_at_a_time(server: &Server, runtime: &Runtime, api: Api, polling: Polling) {
    let chat = polling.chat(server, api);
    let client = reqwest::Client::new();
    let bare = runtime.block_on(server.bare_chat(&client, api));
    let easy_chat = runtime.block_on(server.bare_chat(&client, api));
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
        format!("{} sendMessage, one at a time, {} (goal: at most 1.10 x)", api.name(), polling.words());
    report(&title, "a message", &contenders, &medians);
}

/// Many chats at once: how long for one message of each.
pub fn at_once(server: &Server, runtime: &Runtime, api: Api, polling: Polling) {
    let chats: Vec<_> = (0..CHATS).map(|_| polling.chat(server, api)).collect();
    let client = reqwest::Client::new();
    let bare: Vec<_> = (0..CHATS).map(|_| runtime.block_on(server.bare_chat(&client, api))).collect();
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
        api.name(),
        polling.words()
    );
    report(&title, "a round of all chats", &contenders, &medians);
}

/// One v3 poll at a time that brings nothing: the transport beside the same request. Polls are the service's own affair, so the
/// transport is asked itself.
pub fn one_poll_at_a_time(server: &Server, runtime: &Runtime) {
    let client = reqwest::Client::new();
    let bare = runtime.block_on(server.bare_chat(&client, Api::Nexus));
    let config = Config::from_json(&server.config(Api::Nexus)).unwrap();
    let Some(nexus) = config.options::<nexus_rest::Options>() else { panic!("a chat over Nexus") };
    let transport = NexusRest::new(nexus.clone(), &config.connection, &HttpPool::new()).unwrap();
    let session = Arc::new(transport.session_form().none());
    let start = transport::Start { nickname: "Mia".into(), ..transport::Start::default() };
    let start = Request { session, operation: Operation::Start(start) };
    let session = Arc::new(runtime.block_on(transport.perform(start)).unwrap().session.unwrap());
    let poll = || {
        let from = transport::Position::default();
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
    report("Nexus v3 poll, one at a time (goal: at most 1.10 x)", "a poll", &contenders, &medians);
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
