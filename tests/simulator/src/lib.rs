//! A Genesys chat server for a laptop: GMS v2 over REST and over `CometD`, and Nexus v3, with agents, scripts and
//! faults on demand.
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
//! let url = simulator.chat_url(); // what the client under test is configured with; or cometd_url(), nexus_url()
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
//! # GMS v2
//!
//! * All operations of gms-v2.md, 2, under `/genesys/2/chat/{serviceName}` and, in the Multicloud (GES)
//!   form, under `/gms-chat/2/chat`; with or without a final slash; urlencoded or multipart; `userId` and
//!   `alias` optional; empty parameters count as absent. CORS preflights are answered.
//! * Replies always have `statusCode`, `chatId`, `chatEnded`, `nextPosition` and `messages`, and the current
//!   `alias`; `userId` and `secureKey` come with the request for the chat and with every refresh, `secureKey` also
//!   when it changes. Only `refresh` brings the transcript unasked; all others bring it when `transcriptPosition` is
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
//! # GMS v2 over `CometD`
//!
//! A Bayeux 1.0 server, under [`Simulator::cometd_url`] with all its sub-paths, over long-polling and WebSocket; the
//! channel is [`Simulator::cometd_channel`], and any `/service/chatV2/{serviceName}`. The operations are those of
//! REST, before the same credentials: a chat begun there can go on here if the service is the same. Files go to
//! [`Simulator::cometd_file_url`].
//!
//! | Bayeux message | operation in faults and log |
//! | --- | --- |
//! | the request that opens a WebSocket | `upgrade` |
//! | `/meta/handshake`, `/meta/connect`, `/meta/subscribe`, `/meta/unsubscribe` | `handshake`, `connect`, `subscribe`, `unsubscribe` |
//! | `/meta/disconnect` | `disconnectClient` |
//! | `requestNotifications` | `refresh` |
//! | `refresh` | `history` |
//! | `sendMessage` | `send` |
//! | all other operations, those of files too | the same as over REST |
//! | no request: pushed messages on their way | `deliver`, for faults that name it |
//!
//! * The first connect of a client is answered at once, later ones when there is news or their time is over. A
//!   connect among other messages is not held. A second one takes the place of the first, which is answered
//!   with HTTP 500 or, over a WebSocket, not at all. Clients that do not connect for `maxIntervalMs` are forgotten.
//! * The cookie `BAYEUX_BROWSER` is set by the answer to a handshake or to the opening of a WebSocket. Clients that
//!   share it and poll over HTTP/1.1 are told `multiple-clients`. The acknowledge extension is offered.
//! * The acknowledgement of a publish says that it was taken; the outcome comes as a message with `data`, failures
//!   too. A client is told the news of a chat from its `requestChat` or `requestNotifications` on, whether it
//!   subscribes or not. While it is connected, its customer is not silent.
//! * A chat with the attached data `GCTI_Chat_AsyncMode` = `true` knows neither silence nor idle control. A
//!   `/meta/disconnect` with `ext.transcriptPosition` lets any chat stay until it is resumed.
//! * Users of [`Builder::basic_auth`] are asked for with `requestChat`, in the header or in `auth`. There is no
//!   `apikey`.
//!
//! Where the references know no answer, this one was chosen: `transcriptPosition` 0 of `requestNotifications` means
//! everything; the end of a chat that an agent or idle control has closed is told as often as it is asked for; an
//! unknown operation is an outcome with code 400; publishes and subscribes to other channels are refused with
//! `404:CHANNEL:Unknown channel`; a file request without the right cookie gets HTTP 401; callback-polling is not
//! offered.
//!
//! [`CometdSettings`], in the words of `--cometd` and of `PATCH /control/settings`:
//!
//! | setting | meaning | default |
//! | --- | --- | --- |
//! | `timeoutMs`, `intervalMs`, `maxIntervalMs` | how long connects are held; the wait before the next; the silence after which a client is forgotten | 30000, 0, 10000 |
//! | `connectionTypes` | those offered | `websocket`, `long-polling` |
//! | `upgradeStatus` | `WebSockets` are offered but refused with this HTTP status; 0: not refused | 0 |
//! | `acks` | the acknowledge extension is offered | true |
//! | `metaConnectDeliveryOnly` | messages come with answers to connects only | false: also with the answer to a publish or, over a WebSocket, at once |
//! | `echo` | own events come in the outcome (`reply`), as a message of their own after it (`push`) or before it (`ahead`), or `never` | `reply` |
//! | `notification` | `on`; or off and `refused` (handshakes), `absent` (HTTP 404) or `silent` | `on` |
//! | `checkCookie` | on `polling` requests, `always`, or `never` | `polling` |
//! | `checkFileCookie` | on file requests | true |
//! | `holdConnects` | connects without news are held; if not, answered at once | true |
//! | `maxFrameBytes` | the longest frame; a longer one closes the WebSocket with 1009; 0: no limit | 0 |
//! | `maxPostBytes`, `tooLargeStatus` | the longest long-polling request, and the HTTP status for a longer one; 0: no limit | 0, 413 |
//! | `maxSessionsPerBrowser`, `multiSessionIntervalMs` | connects of a browser that are held at once; the interval for more | 1, 2000 |
//!
//! Clients and connections are seen and broken with [`Simulator::cometd`], [`Simulator::cut_sockets`],
//! [`Simulator::disconnect_clients`], [`Simulator::forget_clients`] and [`Simulator::remove_clients`]; a restart that
//! keeps the chats but no clients is [`KeepMemory::Chats`].
//!
//! # Nexus v3
//!
//! The API that clients call `pureengage-v3-rest`, under [`Simulator::nexus_url`] (the `dataURL`). Operations
//! have the names of GMS v2 in faults and log, so that one test can run on both:
//!
//! | request | operation | what it does |
//! | --- | --- | --- |
//! | `POST` to the `dataURL` | `requestChat` | opens a session; the answer has `data.entity` and `data.clientToken` |
//! | the same with `x-nexus-client-key` | `resume` | a new token, of a new transport, for the open session |
//! | `GET /{id}/messages` | `refresh` | what the token's transport has not had; `?count=N` the last N; `?index=X` what follows X |
//! | `GET /{id}/messages?index=X&count=N` | `history` | the N events that end with X itself; moves no cursor |
//! | `POST /{id}/messages` | `send`, `startTyping`, `stopTyping` | by `data[type]`: `Text`, `TypingStarted`, `TypingStopped`; any other type comes back as it is, and counts as `send` |
//! | `PUT /{id}/userdata` | `updateData` | replaces the keys given, keeps the others |
//! | `POST /{id}/images` | `fileUpload` | takes the part `file`; the event is a `Text` with empty text and `content` |
//! | `GET /{id}/images/{image}` | `fileDownload` | the bytes; also when the session is over |
//! | `DELETE /{id}/participants/{own id}` | `disconnect` | ends the session |
//!
//! * Bodies are forms with nested brackets or JSON of the same structure; `operationId` is optional, may be
//!   any text and is echoed. Tokens are JWTs signed with HS256 that hold three UUIDs. Indexes are
//!   `MILLISECONDS-DIGIT`, strictly increasing over all events, the customer's own and typing included. The
//!   first event is the joining of the customer, then what the script does.
//! * Errors have the HTTP status that nexus-v3.md, 7.2 gives them. The key in `x-api-key` is checked when
//!   [`Builder::apikey`] sets one, the endpoint when [`NexusSettings::endpoints`] names some.
//! * A session that an agent has ended answers requests for messages until one without `index` has been
//!   told `chatEnded`, and those with `index` for ever, since an answer may be lost; all else, and all after
//!   the customer has left, is `INVALID_SESSION`. Nobody is dropped for silence, and there is no idle control.
//!
//! Where the reference knows no answer, this one was chosen: senseless parameters, missing or long texts
//! and a participant other than the token's own get HTTP 400 and `INVALID_REQUEST`; a session that cannot
//! start now, and everything while the chat server is offline, HTTP 503 and the number 1; a token of another
//! session `AUTHENTICATION_REQUIRED`; an unknown image `NOT_FOUND`; a page of history never says `chatEnded`.
//!
//! [`NexusSettings`] has a switch for each point that the record leaves open. In the words of `--nexus` and of
//! `PATCH /control/settings`:
//!
//! | setting | meaning | default |
//! | --- | --- | --- |
//! | `endpoints` | those that exist | any |
//! | `imageTypes`, `maxImageSize`, `maxImages` | limits of uploads | PNG, JPEG, GIF; 5 MiB; 10 |
//! | `window` | polls bring the last so many events every time | 0: each event once per transport |
//! | `holdMs` | how long a poll without news is held | 0 |
//! | `indexInclusive` | `index=X` brings X too | false |
//! | `isoTime` | `utcTime` is ISO 8601 text | false: milliseconds |
//! | `deduplicate` | an `operationId` seen before takes no effect | false |
//! | `openOnLeave` | the session outlives the customer's leaving | false |
//! | `resumeOpensNew` | resuming opens a new session | false |
//! | `created` | opening a session is answered with HTTP 201 | false: 200 |
//! | `statusCode` | `string`, `number` or `absent`: form of `status.code` in good answers | `string` |
//! | `chatEndedOnTop` | `chatEnded` stands beside `data` | false: in it |
//! | `absoluteImageUrls` | image URLs have scheme and host | false: relative to `/nexus/v3/chat` |
//!
//! # What servers do to all
//!
//! [`Settings::text_changes`] are what the server does to the texts of events before anybody sees them (line ends, card
//! numbers, HTML, Unicode forms): senders find another text than they sent. [`Settings::slow`] has the operations of
//! all customers carried out one after another; over `CometD` the acknowledgement of a publish does not wait for that.
//! [`Settings::short_keys`] are those of older servers.
//!
//! # Faults
//!
//! A [`Fault`] befalls one coming request ([`Faults::push`]), chosen by operation, chat and count, or any
//! request at a rate ([`Faults::set_rates`]). The [`FaultKind`]s: latency before or after, connections
//! closed before or after the request took effect or half-way through the answer, HTTP errors (with [`Fault::effect`]
//! those that a proxy gives to a request which the server has carried out), bodies that
//! are not JSON, wrong or huge, duplicate and reordered messages, cookies, redirects, requests never answered; of
//! GMS v2 alone `statusCode` 1 and 2, new alias, new secure key; of `CometD` alone refusals and advice in Bayeux
//! form; of Nexus v3 alone errors by code. A fault of one API waits for a request of that API, and one of HTTP
//! for a request that no WebSocket carries. A closed connection is there the WebSocket, or the long-polling
//! request with all its messages. Outages of the whole server are [`Simulator::go_offline`] (the chat server
//! behind GMS), [`Simulator::go_down`] (nobody listens) and [`Simulator::restart`].
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
//! Nexus v3 has no custom notices, and no files but images: there a rule leaves them out.
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
//! | `GET /control/urls`, `GET /control/chats`, `GET /control/chats/{chat}?waitMs=` | waits for the chat to appear |
//! | `GET /control/chats/{chat}/transcript` | in the form of the chat's API |
//! | `POST /control/chats/{chat}/join` | `nickname`, `kind` |
//! | `POST …/say` | `text`, `messageType`, `eventAttributes` |
//! | `POST …/type` | `on` (true), `text` |
//! | `POST …/push-url` | `url` |
//! | `POST …/upload` | `name`, `text` or `base64`, `contentType`, `description`, `userData` |
//! | `POST …/leave`, `POST …/end` | |
//! | `POST …/texts` | `changes`: what is done to the chat's texts |
//! | `POST …/expire` | `what`: `client`, `idle` (GMS) or `tokens` (Nexus) |
//! | GMS: `POST …/notice` (a `CustomNotice`), `POST …/system-notice` (a `Notice`) | `text`, `eventAttributes`; `name`, `userData` |
//! | GMS: `POST …/nickname`, `POST …/delete-file` | `nickname`; `fileId` |
//! | GMS: `POST …/alias` | `alias`, else a new one |
//! | Nexus: `POST …/event` (of an application's own type) | `type`, `text`, `eventAttributes` |
//! | `GET`, `POST`, `DELETE /control/faults` | `kind`, `operation`, `chat`, `nth`, `times`, `effect` and the kind's own |
//! | `PUT`, `DELETE /control/faults/rates` | a list of faults with `rate` |
//! | `GET /control/log?operation=&chat=&after=&count=&waitMs=`, `DELETE /control/log` | waits for `count` finished requests |
//! | `GET /control/cometd` | clients, and what has been counted |
//! | `POST /control/cometd/cut` (sockets), `…/disconnect`, `…/forget`, `…/remove` | `chat` or `client`, else all; `after`, `code`; `reconnect`; `cut` (true) |
//! | `POST /control/offline`, `POST /control/online` | |
//! | `POST /control/restart` | `memory` (`keep`, `lose`, or `chats` without clients of `CometD`), `downMs` |
//! | `POST /control/accept` | `accept`: whether new chats may start |
//! | `PATCH /control/settings` | `clientTimeoutMs`, `idleAlertMs`, `idleAlert2Ms`, `idleCloseMs`, `slowMs`, `shortKeys`, `textChanges` (a list), `nexus` and `cometd`: objects of the settings above |
//!
//! # Program
//!
//! `webchat-simulator --help` explains all options with examples. `--api` chooses the chat APIs, GMS v2 if not
//! given. The first line of output is `listening on URL` with the chat URL of the first of them; `--json`
//! and `--ready-file` give all URLs to programs. It stops on SIGINT and SIGTERM.

#![forbid(unsafe_code)]

mod api;
mod body;
mod chat;
mod cometd;
mod control;
mod error;
mod faults;
mod form;
mod gms;
mod log;
mod nexus;
mod operation;
mod page;
mod router;
mod script;
mod server;
mod shared;
mod simulator;
mod state;
mod turn;
mod words;

pub use api::Api;
pub use chat::{
    Act, Acted, EndCause, Event, EventType, FileLimits, IdleSettings, ParticipantId, ParticipantInfo,
    ParticipantKind, Sender, Settings, StoredFile, TextChange, Upload,
};
pub use cometd::{
    Carrier, CometdChat, CometdClient, CometdInfo, CometdSettings, CookieCheck, Echo, Notification,
    Reconnect, Whom,
};
pub use error::Error;
pub use faults::{Fault, FaultKind, Faults, RetryAfter};
pub use gms::{ApiError, Credentials};
pub use log::{LogEntry, ReceivedFile};
pub use nexus::{ImageLimits, NexusInfo, NexusSettings, StatusForm};
pub use operation::Operation;
pub use regex::Regex;
pub use script::{Fallback, Farewell, Rule, Script};
pub use simulator::{Builder, ChatInfo, KeepMemory, Simulator};
