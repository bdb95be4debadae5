//! The configuration: the JSON object of `_genesys.widgets.webchat` (webchatservice.md, 1), validated once and immutable
//! afterwards. `reader` takes typed values out of JSON and names the key path of what is wrong; one file per group of options. No back end
//! is known here: each reads what is meant for it, and [`backend`](crate::backend) finds the one that a configuration is for.
//!
//! Options are entries of tables (`option`), which the reference is made from: what each may be and is by default stands there alone.
//! `emojis`, `form`, `chatButton` and others, of the user interface, are ignored. An option that is null counts as absent. Whole numbers may be written like `3000.0`.

mod connection;
mod headers;
mod no_proxy;
mod option;
mod outbox;
mod proxy;
mod reader;
mod service;

pub use connection::{
    CONNECTION, ClientCertificate, Connection, ImagePolicy, SESSION_STORE, StoreConfig, TlsVersion,
};
pub(crate) use headers::{HEADER_TEXT, header_found, header_text, read_headers};
pub use no_proxy::NoProxy;
pub use option::{Absent, Kind, MAX_TIMER, MAX_WHOLE, OptionDef, Unit};
pub(crate) use option::{count, millis, options};
pub use outbox::{OUTBOX, OutboxConfig};
pub use proxy::ProxyConfig;
pub(crate) use proxy::{PROXY, proxy_url};
pub use reader::Webchat;
pub(crate) use reader::{Findings, describe, invalid, whole};
pub use service::{Polling, SERVICE, ServiceConfig};

use std::{any::Any, fmt::Debug, sync::Arc};

/// A validated configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// What the service itself needs.
    pub service: ServiceConfig,
    /// The back end that it is for, with what that reads for itself: known to [`backend`](crate::backend) alone.
    pub(crate) back_end: Arc<dyn Opaque>,
    /// How connections are made. Option `connection`, this library's own.
    pub connection: Connection,
    /// Where session data are kept when the host brings no store of its own. Option `sessionStore`, this library's own; in the process
    /// by default.
    pub store: StoreConfig,
    /// Keys that mean nothing to this library and are no known option of the user interface either, as key paths; for a log.
    pub unknown_keys: Vec<String>,
}

/// What is not known here.
pub(crate) trait Opaque: Any + Debug + Send + Sync {}

impl<T: Any + Debug + Send + Sync> Opaque for T {}
