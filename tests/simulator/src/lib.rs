//! A Genesys chat server for a laptop: GMS v2 REST with agents, scripts and faults on demand.
//!
//! Chat clients and bots are tested against it: as a library inside the test's own process, or as the
//! program `webchat-simulator`, driven over HTTP by tests in any language. Section numbers in this
//! documentation are those of the GMS v2 wire reference (gms-v2).
//!
//! # In a test
//!
//! ```
//! use webchat_simulator::{Fault, Operation, Simulator};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let simulator = Simulator::builder().seed(7).start().await?; // on a free port of 127.0.0.1
//! let url = simulator.chat_url(); // what the client under test is configured with
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
//! the script and `utcTime` run as the test advances the clock. Nothing needs a sleep:
//! [`Simulator::wait_for`] and its sisters wake when something has changed.
//!
//! Pause the clock only while no request is under way: a paused clock jumps to the next timer whenever all
//! tasks wait, which a socket that is not ready yet makes look like a timeout. Pause, advance, resume.
//!
//! # What it does
//!
//! * All operations of section 2, under `/genesys/2/chat/{serviceName}` and, in the Multicloud (GES) form,
//!   under `/gms-chat/2/chat`; with or without a final slash; urlencoded or multipart; `userId` and `alias`
//!   optional; empty parameters count as absent. CORS preflights are answered.
//! * Replies always have `statusCode`, `chatId`, `chatEnded`, `nextPosition` and `messages`, and the current
//!   `alias`; `userId` and `secureKey` come with the request for the chat, `secureKey` again when it
//!   changes. Only `refresh` brings the transcript unasked; all others bring it when `transcriptPosition` is
//!   given.
//! * Missing names are refused with HTTP 400 and code 161, 102 or 103, a bad e-mail address with 364, a chat
//!   that cannot start now with 240, long messages and previews with 204, files with 201, 202 or 203.
//! * An unknown or ended session is answered with `statusCode` 2 and `chatEnded`. When an agent or idle
//!   control has ended the chat, the next refresh still brings the rest of the transcript with `statusCode`
//!   0 and `chatEnded`. A wrong secure key ends the session.
//! * Customers who make no request for a while are dropped; chats without messages are warned (`IdleAlert`)
//!   and closed (`IdleClose`).
//!
//! Where the reference knows no answer, this one was chosen: a missing or senseless parameter is refused
//! with HTTP 400 and code 400; a file operation without a code of its own (unknown file, no attempts left,
//! no agent) with HTTP 400 and code 403; over REST, `transcriptPosition` -1 means the last event; typing
//! events have indexes; `text` of a request for a chat is its first message; a body that is no form gets
//! HTTP 415.
//!
//! # Faults
//!
//! A [`Fault`] befalls one coming request ([`Faults::push`]), chosen by operation, chat and count, or any
//! request at a rate ([`Faults::set_rates`]). The [`FaultKind`]s: latency before or after, connections
//! closed before or after the request took effect or half-way through the answer, HTTP errors, bodies that
//! are not JSON, wrong or huge, `statusCode` 1 and 2, duplicate and reordered messages, new alias, new
//! secure key, cookies, redirects. Outages of the whole server are [`Simulator::go_offline`] (the chat
//! server behind GMS), [`Simulator::go_down`] (nobody listens) and [`Simulator::restart`].
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
//! # Control API
//!
//! Under [`Simulator::control_url`], JSON in and out; `GET /control` lists the routes with their members. A
//! chat is named by its id or `latest`; `participantId` may be left out and then means whoever joined last.
//! Mistakes are answered with 4xx and `{"error": "what was wrong"}`.
//!
//! | request | members |
//! | --- | --- |
//! | `GET /control/urls`, `GET /control/chats`, `GET /control/chats/{chat}?waitMs=` | waits for the chat to appear |
//! | `GET /control/chats/{chat}/transcript` | |
//! | `POST /control/chats/{chat}/join` | `nickname`, `kind` |
//! | `POST …/say` | `text`, `messageType`, `eventAttributes` |
//! | `POST …/type` | `on` (true), `text` |
//! | `POST …/push-url` | `url` |
//! | `POST …/notice` (a `CustomNotice`), `POST …/system-notice` (a `Notice`) | `text`, `eventAttributes`; `name`, `userData` |
//! | `POST …/nickname` | `nickname` |
//! | `POST …/upload`, `POST …/delete-file` | `name`, `text` or `base64`, `description`, `userData`; `fileId` |
//! | `POST …/leave`, `POST …/end` | |
//! | `POST …/alias` | `alias`, else a new one |
//! | `POST …/expire` | `what`: `idle` or `client` |
//! | `GET`, `POST`, `DELETE /control/faults` | `kind`, `operation`, `chat`, `nth`, `times`, `effect` and the kind's own |
//! | `PUT`, `DELETE /control/faults/rates` | a list of faults with `rate` |
//! | `GET /control/log?operation=&chat=&after=&count=&waitMs=`, `DELETE /control/log` | waits for `count` finished requests |
//! | `POST /control/offline`, `POST /control/online` | |
//! | `POST /control/restart` | `memory` (`keep` or `lose`), `downMs` |
//! | `POST /control/accept` | `accept`: whether new chats may start |
//! | `PATCH /control/settings` | `clientTimeoutMs`, `idleAlertMs`, `idleAlert2Ms`, `idleCloseMs` |
//!
//! # Program
//!
//! `webchat-simulator --help` explains all options with examples. Its first line of output is `listening on
//! URL` with the chat URL; `--json` and `--ready-file` give all URLs to programs. It stops on SIGINT and
//! SIGTERM.

mod chat;
mod control;
mod error;
mod faults;
mod gms;
mod log;
mod operation;
mod router;
mod script;
mod server;
mod shared;
mod simulator;
mod state;

pub use chat::{
    Act, Acted, EndCause, Event, EventType, FileLimits, IdleSettings, ParticipantId, ParticipantInfo,
    ParticipantKind, Sender, Settings, StoredFile, Upload,
};
pub use error::Error;
pub use faults::{Fault, FaultKind, Faults};
pub use gms::{ApiError, Credentials};
pub use log::{LogEntry, ReceivedFile};
pub use operation::Operation;
pub use regex::Regex;
pub use script::{Fallback, Farewell, Rule, Script};
pub use simulator::{Builder, ChatInfo, KeepMemory, Simulator};
