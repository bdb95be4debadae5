//! GMS v2 over `CometD` (gms-v2.md, 8): a Bayeux 1.0 server with both carriers, long-polling and WebSocket, put
//! before the same chat operations as REST. `exchange` is the way of one Bayeux message, whatever carried it;
//! `polling` and `socket` are the carriers; `clients` keeps who is connected, and `push` tells them the news.
//!
//! A Bayeux 1.0 server, under [`Simulator::cometd_url`](crate::Simulator::cometd_url) with all its sub-paths, over long-polling and WebSocket; the
//! channel is [`Simulator::cometd_channel`](crate::Simulator::cometd_channel), and any `/service/chatV2/{serviceName}`. The operations are those of
//! REST, before the same credentials: a chat begun there can go on here if the service is the same. Files go to
//! [`Simulator::cometd_file_url`](crate::Simulator::cometd_file_url).
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
//! * Users of [`Builder::basic_auth`](crate::Builder::basic_auth) are asked for with `requestChat`, in the header or in `auth`. There is no
//!   `apikey`.
//!
//! Where the references know no answer, this one was chosen: `transcriptPosition` 0 of `requestNotifications` means
//! everything; the end of a chat that an agent or idle control has closed is told as often as it is asked for; an
//! unknown operation is an outcome with code 400; publishes and subscribes to other channels are refused with
//! `404:CHANNEL:Unknown channel`; a file request without the right cookie gets HTTP 401; callback-polling is not
//! offered.
//!
//! [`CometdSettings`], in the words of `--set gms-cometd.NAME=VALUE` and of `PATCH /control/settings`:
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
//! Clients and connections are seen and broken with [`Simulator::cometd`](crate::Simulator::cometd), [`Simulator::cut_sockets`](crate::Simulator::cut_sockets),
//! [`Simulator::disconnect_clients`](crate::Simulator::disconnect_clients), [`Simulator::forget_clients`](crate::Simulator::forget_clients) and [`Simulator::remove_clients`](crate::Simulator::remove_clients); a restart that
//! keeps the chats but no clients is [`KeepMemory::Chats`](crate::KeepMemory::Chats).
//! In the control API that is `GET /control/gms-cometd`, and `POST` to its `cut` (sockets), `disconnect`, `forget` and
//! `remove`, each with `chat` or `client`, or for all; `after` and `code`; `reconnect`; `cut` (true).

mod action;
mod advice;
mod call;
mod client;
mod clients;
mod connect;
mod control;
mod delivery;
mod exchange;
mod files;
mod info;
mod line;
mod mailbox;
mod message;
mod meta;
mod origin;
mod polling;
mod protocol;
mod publish;
mod push;
mod settings;
mod simulator;
mod socket;
mod work;

pub use action::Whom;
pub(crate) use clients::Clients;
pub use info::{CometdChat, CometdClient, CometdInfo};
pub(crate) use protocol::GmsCometd;
pub use settings::{CometdSettings, CookieCheck, Echo, Notification};

/// Path of the Bayeux endpoint.
const ENDPOINT: &str = "/genesys/cometd";
/// Path of the file operations.
const FILES: &str = "/genesys/2/chat-ntf";
/// What channels of chats begin with; the service name follows.
const CHANNELS: &str = "/service/chatV2/";
/// The service that clients use by default.
const DEFAULT_SERVICE: &str = "customer-support";

/// The cookie that names a browser (gms-v2.md, 1.4).
const COOKIE: &str = "BAYEUX_BROWSER";
