//! A Genesys chat server for a laptop, with several chat APIs, agents, scripts and faults on demand.
//!
//! Chat clients and bots are tested against it: as a library inside the test's own process, or as the
//! program `webchat-simulator`, driven over HTTP by tests in any language. All chat APIs lie on one port,
//! before the same chats. What they say of the wires stands in `docs/protocol/`.
//!
//! # In a test
//!
//! ```
//! use webchat_simulator::{Fault, Operation, Simulator};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let simulator = Simulator::builder().seed(7).start().await?; // on a free port of 127.0.0.1
//! let url = simulator.chat_url(); // what the client under test is configured with; or api_url(..)
//!
//! // Here stands for the client under test.
//! # let _ = rustls::crypto::ring::default_provider().install_default();
//! let http = reqwest::Client::builder().no_proxy().build()?;
//! let client = tokio::spawn(async move { http.post(url).form(&[("nickname", "Mia")]).send().await });
//!
//! let chat = simulator.wait_for_chat().await;
//! let agent = simulator.join_agent(&chat, "Sam")?;
//! simulator.say(&chat, agent, "Hello Mia")?;
//! simulator.faults().push(Fault::drop_after().on(Operation::Send));
//! client.await??;
//!
//! let log = simulator.log();
//! assert_eq!(log[0].operation, Some(Operation::RequestChat));
//! assert_eq!(log[0].field("nickname"), Some("Mia"));
//! simulator.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! Everything random follows from the seed. Time is tokio's: with paused time the idle and silence timers,
//! the script, held polls and `utcTime` run as the test advances the clock. Nothing needs a sleep:
//! [`Simulator::wait_for`] and its sisters wake when something has changed.
//!
//! Pause the clock only while no request is under way: a paused clock jumps to the next timer whenever all
//! tasks wait, which a socket that is not ready yet makes look like a timeout. Pause, advance, resume.
//!
//! # The chat APIs
//!
//! [`api`] has a page for each: what it does, where its reference knows no answer, and what may be set.
//!
//! # What servers do to all
//!
//! [`Settings::text_changes`] are what the server does to the texts of events before anybody sees them (line ends, card
//! numbers, HTML, Unicode forms): senders find another text than they sent. [`Settings::slow`] has the operations of
//! all customers carried out one after another; where it is acknowledged, the acknowledgement does not wait for that.
//! [`Settings::short_keys`] are those of older servers.
//!
//! # Faults
//!
//! A [`Fault`] befalls one coming request ([`Faults::push`]), chosen by operation, chat and count, or any
//! request at a rate ([`Faults::set_rates`]). The [`FaultKind`]s: latency before or after, connections
//! closed before or after the request took effect or half-way through the answer, HTTP errors (with [`Fault::effect`]
//! those that a proxy gives to a request which the server has carried out), bodies that
//! are not JSON, wrong or huge, duplicate and reordered messages, cookies, redirects, requests never answered; and those
//! that some APIs alone have. A fault of one API waits for a request of that API, and one of HTTP
//! for a request that no WebSocket carries. A closed connection is there the WebSocket, or the long-polling
//! request with all its messages. Outages of the whole server are [`Simulator::go_offline`] (the chat server
//! behind an API), [`Simulator::go_down`] (nobody listens) and [`Simulator::restart`].
//!
//! # Scripts
//!
//! A [`Script`] lets an agent, supervisor or bot join each chat and answer. [`Script::none`] is the
//! library's default, [`Script::demo`] the program's. A rule file ([`Script::from_file`]) is TOML, or JSON
//! with the same members; all but `pattern` may be left out:
//!
//! ```toml
//! agent = "Kim"               # shown name
//! kind = "Bot"                # Agent, Supervisor, Bot or External
//! join_after_ms = 300
//! typing_ms = 400             # before each answer
//! greeting = "Hello {nickname}, I am {agent}."
//! fallback = ["Pardon?"]      # said in turn when no rule matches; or: echo = true
//!
//! [[rules]]                   # the first rule whose pattern is found in the message answers
//! pattern = '(?i)invoice'     # regular expression
//! replies = ["Here it is."]   # said in turn; {text} is the customer's text
//! file = { name = "invoice.txt", text = "42.00 EUR", description = "Your invoice" } # or: path = "..."
//! push_url = "https://example.com/invoices"
//! notice = "A custom notice."
//! then = "leave"              # or "end"
//! ```
//!
//! What a chat's API lacks, custom notices for instance, a rule leaves out.
//!
//! # Control API
//!
//! Under [`Simulator::control_url`], JSON in and out; `GET /control` lists the routes with their members. A
//! chat is named by its id (that of the session) or `latest`; `participantId` may be left out and then means
//! whoever joined last. It answers by address, `localhost` and the names of [`Builder::control_host`], and to no page of
//! another origin; its bodies end at 64 MiB. Mistakes are answered with 4xx and `{"error": "what was wrong"}`, as is what the
//! chat's API lacks.
//!
//! | request | members |
//! | --- | --- |
//! | `GET /control/urls`, `GET /control/chats/{chat}?waitMs=` | waits for the chat to appear |
//! | `GET /control/chats?count=&waitMs=` | waits for this many chats |
//! | `GET /control/chats/{chat}/transcript` | in the form of the chat's API |
//! | `GET …/entries?after=&waitMs=` | in one form for all APIs, those behind the first `after`: bots are called so, files tell what they are; waits for more, or the end |
//! | `GET …/files/{fileId}` | a file's bytes |
//! | `POST /control/chats/{chat}/join` | `nickname`, `kind` |
//! | `POST …/transfer` | `nickname`, `kind`: somebody joins, and the participant leaves |
//! | `POST …/say` | `text`, `messageType`, `eventAttributes` |
//! | `POST …/type` | `on` (true), `text` |
//! | `POST …/push-url` | `url` |
//! | `POST …/upload` | `name`, `text` or `base64`, `contentType`, `description`, `userData` |
//! | `POST …/leave`, `POST …/end` | |
//! | `POST …/texts` | `changes`: what is done to the chat's texts |
//! | `POST …/expire` | `what`: `client`, `idle` or `tokens` |
//! | `GET`, `POST /control/clock` | `advanceMs`: moves the clock of the chats; answers with `utcTime` |
//! | `POST …/notice` (a `CustomNotice`), `POST …/system-notice` (a `Notice`) | `text`, `eventAttributes`; `name`, `userData` |
//! | `POST …/nickname`, `POST …/delete-file` | `nickname`; `fileId` |
//! | `POST …/alias` | `alias`, else a new one |
//! | `POST …/event` (of an application's own type) | `type`, `text`, `eventAttributes` |
//! | `GET`, `POST`, `DELETE /control/faults` | `kind`, `operation`, `chat`, `nth`, `times`, `effect` and the kind's own |
//! | `PUT`, `DELETE /control/faults/rates` | a list of faults with `rate` |
//! | `GET /control/log?operation=&chat=&after=&count=&waitMs=`, `DELETE /control/log` | waits for `count` finished requests |
//! | `POST /control/offline`, `POST /control/online` | |
//! | `POST /control/restart` | `memory` (`keep`, `lose`, or `chats` without those who are connected), `downMs` |
//! | `POST /control/accept` | `accept`: whether new chats may start |
//! | `POST /control/script` | `plays`: whether the scripted agent joins and answers |
//! | `GET /control/state` | the server as a whole: `run`, `apis`, `cuts` (the APIs whose connections can be cut, by `POST /control/API/cut`), `online`, `accept`, `script`, `faults`, `urls` |
//! | `GET /control/events?log=` | server-sent events; see below |
//! | `PATCH /control/settings` | `clientTimeoutMs`, `idleAlertMs`, `idleAlert2Ms`, `idleCloseMs`, `slowMs`, `shortKeys`, `textChanges` (a list), and for each API an object of its settings, by its name |
//!
//! `GET /control/events` tells all that happens until the server goes down, as server-sent events: `server` (what
//! `GET /control/state` has), `chat` (what `GET /control/chats/{chat}` has), `entry` (`chat`, and an `entry` of its transcript), `gone` (`chat`:
//! it is forgotten), `request` (an entry of the log, when it comes and when it is done) and `log-cleared`. It begins with
//! the server, all chats and the last `log` requests; then comes `ready`.
//!
//! # Console
//!
//! At [`Simulator::console_url`] a person plays the agent in a browser: answers the chats that wait, as one participant or
//! several, and makes trouble. `docs/console.md` shows it.
//!
//! # Program
//!
//! `webchat-simulator --help` explains all options with examples. `--api` chooses the chat APIs, the first of all if
//! not given. The first line of output is `listening on URL` with the chat URL of the first of them; `--json`
//! and `--ready-file` give all URLs to programs. It stops on SIGINT and SIGTERM, and with `--stop-at-eof` when its
//! standard input ends, as it does when the process at the other end of a pipe is gone.

#![forbid(unsafe_code)]

mod access;
pub mod api;
mod bayeux;
mod body;
mod changes;
mod chat;
mod console;
mod control;
mod error;
mod faults;
mod form;
mod log;
mod operation;
mod page;
mod refusal;
#[allow(clippy::indexing_slicing, reason = "a member of JSON that is not there is null")]
mod replay;
mod router;
mod script;
mod server;
mod shared;
mod simulator;
mod state;
mod timers;
mod turn;
mod words;
#[cfg(test)]
mod work;

pub use api::{Address, Api, ApiInfo};
pub use bayeux::{Carrier, Reconnect};
pub use chat::{
    Act, Acted, EndCause, Event, EventType, FileLimits, IdleSettings, ParticipantId, ParticipantInfo,
    ParticipantKind, Sender, Settings, StoredFile, TextChange, Upload,
};
pub use error::Error;
pub use faults::{Fault, FaultKind, Faults, RetryAfter};
pub use log::{LogEntry, ReceivedFile};
pub use operation::Operation;
pub use refusal::ApiError;
pub use regex::Regex;
pub use replay::{Pace, RecordedChat, Replay};
pub use script::{Fallback, Farewell, Rule, Script};
pub use simulator::{Builder, ChatInfo, Customer, KeepMemory, Simulator};
