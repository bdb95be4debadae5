//! Where session data outlive the process, so that a chat can be restored: a small key-value store with the keys of the behaviour
//! reference, section 7 ([`key`]). `memory` keeps them in the process, `file` in a JSON file; anything else implements [`SessionStore`].

mod file;
mod memory;
#[cfg(test)]
mod tests;

pub use file::FileStore;
pub use memory::MemoryStore;

use crate::{Error, config::StoreConfig, transport::BoxFuture};
use std::{collections::BTreeMap, fmt, sync::Arc};

/// The names under which the service stores its state.
pub mod key {
    /// The server's chat id, as text.
    pub const SESSION: &str = "_genesys.widgets.webchat.state.session";
    /// `{secureKey, alias, userId}` as JSON text.
    pub const KEYS: &str = "_genesys.widgets.webchat.state.keys";
    /// When the last poll went out, in milliseconds since 1970 UTC.
    pub const PING: &str = "_genesys.widgets.webchat.state.ping";
    /// The next transcript position.
    pub const INDEX: &str = "_genesys.widgets.webchat.state.index";
    /// `{custom: [{source, flags}, ...]}` as JSON text.
    pub const FILTERS: &str = "_genesys.widgets.webchat.state.filters";
    /// When a start began, in milliseconds since 1970 UTC; only while starting.
    pub const CHAT_START_LOCK: &str = "_genesys.widgets.webchat.state.chatStartLock";
    /// All of them.
    pub const ALL: [&str; 6] = [SESSION, KEYS, PING, INDEX, FILTERS, CHAT_START_LOCK];
}

/// Everything a store holds for a service.
pub type Stored = BTreeMap<String, String>;

/// One change: the key's new value, or nothing when it is deleted.
pub type Change = (&'static str, Option<StoredText>);

/// A value on its way into a store. It can hold keys to the session: `Debug` shows only its length.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredText(pub String);

impl fmt::Debug for StoredText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<private, {} bytes>", self.0.len())
    }
}

/// Keeps a service's session data.
///
/// The service calls it in order and never twice at once. Two services may share one store: a start under way in one is seen by the
/// other. A failing store never fails a chat: the error is logged, and what was not stored cannot be restored.
pub trait SessionStore: Send + Sync + 'static {
    /// Returns everything stored.
    fn load(&self) -> BoxFuture<Result<Stored, Error>>;

    /// Carries out all changes, or none when it fails.
    fn apply(&self, changes: Vec<Change>) -> BoxFuture<Result<(), Error>>;
}

/// Opens the store that option `sessionStore` names. Fails as [`FileStore::open`] does, and blocks as long.
pub fn open(config: &StoreConfig) -> Result<Arc<dyn SessionStore>, Error> {
    Ok(match config {
        StoreConfig::Memory => Arc::new(MemoryStore::new()),
        StoreConfig::File(path) => Arc::new(FileStore::open(path)?),
    })
}
