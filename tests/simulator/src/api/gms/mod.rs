//! The GMS v2 wire (REST): paths, credentials and response objects, put before the chat server. `CometD` carries
//! the same operations.
//! On-premises chat URLs and Multicloud (GES) ones share everything but the path and the gateway.
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
//! [`GmsSettings`] has `aliasEvery`, as in `--set gms-rest.aliasEvery=3`: the alias of a chat changes at every this many of
//! its requests, 0 for never.

mod credentials;
mod faults;
mod files;
mod gateway;
mod handler;
mod operations;
mod params;
mod playback;
mod protocol;
mod reply;
mod settings;
mod simulator;
mod target;

pub use credentials::Credentials;
pub(crate) use credentials::Desk;
pub(crate) use faults::{OWN as FAULTS, reply as fault_reply};
pub(crate) use handler::serve;
pub(crate) use operations::{Answer, Known, carry_out, news};
pub(crate) use protocol::{GmsRest, WAYS, chat_id, lacks};
pub(crate) use reply::Reply;
pub use settings::GmsSettings;
pub(crate) use target::Target;

/// Path under which on-premises chat URLs lie; the service name follows.
const ON_PREMISES: &str = "/genesys/2/chat";
/// Path of the Multicloud chat URL.
const MULTICLOUD: &str = "/gms-chat/2/chat";
