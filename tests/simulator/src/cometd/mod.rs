//! GMS v2 over `CometD` (gms-v2.md, 8): a Bayeux 1.0 server with both carriers, long-polling and WebSocket, put
//! before the same chat operations as REST. `exchange` is the way of one Bayeux message, whatever carried it;
//! `polling` and `socket` are the carriers; `clients` keeps who is connected, and `push` tells them the news.

mod action;
mod advice;
mod call;
mod client;
mod clients;
mod connect;
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
mod publish;
mod push;
mod settings;
mod socket;
mod work;

pub use action::Whom;
pub(crate) use action::{cut_sockets, disconnect, forget, remove};
pub use advice::Reconnect;
pub use client::Carrier;
pub(crate) use clients::Clients;
pub(crate) use files::handle as handle_file;
pub use info::{CometdChat, CometdClient, CometdInfo};
pub(crate) use polling::handle;
pub(crate) use settings::Patch;
pub use settings::{CometdSettings, CookieCheck, Echo, Notification};

/// Path of the Bayeux endpoint.
pub(crate) const ENDPOINT: &str = "/genesys/cometd";
/// Path of the file operations.
pub(crate) const FILES: &str = "/genesys/2/chat-ntf";
/// What channels of chats begin with; the service name follows.
pub(crate) const CHANNELS: &str = "/service/chatV2/";
/// The service that clients use by default.
pub(crate) const DEFAULT_SERVICE: &str = "customer-support";

/// The cookie that names a browser (gms-v2.md, 1.4).
const COOKIE: &str = "BAYEUX_BROWSER";
