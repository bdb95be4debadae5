//! Genesys Cloud Web Messaging: the deployment's configuration, a WebSocket, the history over HTTP, and the hosts of files, put before the
//! chat server. `exchange` is the way of one request over the socket, `handler` that of one over HTTP; `actions` says what requests do,
//! `push` makes messages of what happens, `sessions` keeps who is connected.
//!
//! A session is what a token stands for. It has one conversation after another, each of which is a chat of the simulator; a chat opens when
//! the customer joins or says something, not when the session is configured. Everything lies under one address, with the paths of the
//! real hosts:
//!
//! | request | operation in faults and log |
//! | --- | --- |
//! | `GET /webdeployments/v1/deployments/{id}/config.json`, `…/domains.json`; `getConfiguration` | `configuration` |
//! | the request that opens the WebSocket, `GET /v1?deploymentId=` | `upgrade` |
//! | `configureSession`, `configureAuthenticatedSession` with a token that is not known; that is | `requestChat`; `resume` |
//! | `onMessage` with a text or content; with `Presence/Join`, `Presence/Clear`, `Typing` | `send`; `join`, `disconnect`, `startTyping` |
//! | `onAttachment`, `getAttachment`, `deleteAttachment` | `presign`, `fileAddress`, `fileDelete` |
//! | `getJwt`, `echo`, `closeSession` | `token`, `echo`, `disconnectClient` |
//! | `GET /api/v2/webmessaging/messages` | `history` |
//! | `PUT` to an upload's address, `GET` of a file's | `fileUpload`, `fileDownload` |
//! | no request: messages on their way | `deliver`, for faults that name it |
//!
//! * All limits of the service are kept, and are settings. Requests need no `tracingId`, `attachmentId`, `metadata`, `startNew` or
//!   `journeyContext`; attributes may stand in the message or beside it.
//! * What cannot be understood is answered by a frame without `class`. Binary frames are ignored.
//! * A configured connection that exceeds those of its session closes the oldest, with `ConnectionClosedEvent`. After a clear all are closed.
//! * An upload's address takes what was announced and nothing else: the type, the length, the headers given, no `Authorization`; errors are
//!   XML. A file's address that has expired gives 404.
//! * `configureAuthenticatedSession` takes any code where `auth` is set; a guest's configure of such a session is refused with 4017.
//!
//! Where no source knows an answer, this one was chosen: an unknown token of a request other than configure is 4007; `startNew` on a session
//! that is not read-only resumes it; a typing notice is not answered; `pageSize` has 100 messages at most.
//!
//! How agents' content comes to the customer: `eventAttributes` with a list `content` are sent as they are; the rich content of GMS becomes
//! quick replies, cards, carousels and list pickers. `POST …/event` sends any content or event by its name: `type` is `DatePicker`, say, and
//! `eventAttributes` its companion object.
//!
//! [`WebMessagingSettings`] has what may be set, each in the words of `--set web-messaging.NAME=VALUE`; `--help` explains all. Sessions and
//! connections are seen and broken with [`Simulator::web_messaging`](crate::Simulator::web_messaging) and its sisters, in the control API
//! with `GET /control/web-messaging` and `POST` to its `cut`, `freeze`, `send`, `close`, `expire`, `clear`, `forget` and `log-out`.

mod action;
mod actions;
mod attach;
mod config;
mod configure;
mod control;
mod delivery;
mod exchange;
mod faults;
mod files;
mod handler;
mod history;
mod info;
mod limits;
mod line;
mod message;
mod modes;
mod origin;
mod protocol;
mod push;
mod reply;
mod request;
mod rich;
mod s3;
mod session;
mod sessions;
mod settings;
mod signer;
mod simulator;
mod socket;
mod strange;
mod transfer;
mod upgrade;
mod wire;

pub use action::Party;
pub use info::{WebMessagingInfo, WebMessagingTotals};
pub use limits::Limits;
pub use modes::{AgentEnd, ErrorForm, Pages, Repeats, Times, Tracing, TypingForm, UploadEvent};
pub(crate) use protocol::WebMessaging;
pub use s3::S3;
pub(crate) use sessions::Sessions;
pub use settings::{Deployment, WebMessagingSettings};

/// The deployment that clients are configured with; any other is known as well, unless set otherwise.
const DEPLOYMENT: &str = "9e1b7c1e-3d5f-4a82-8c66-0d7b5a4f2e10";
/// Path of the socket.
const SOCKET: &str = "/v1";
/// Path under which deployments tell of themselves.
const DEPLOYMENTS: &str = "/webdeployments/v1/deployments";
/// Path of the history.
const HISTORY: &str = "/api/v2/webmessaging/messages";
/// Path of files that are fetched.
const DOWNLOADS: &str = "/api/v2/downloads";
/// Path to which files are sent.
const UPLOADS: &str = "/shyrka-uploads";
