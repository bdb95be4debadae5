//! Where session data outlive the process, so that a chat can be restored: a small key-value store with the keys of
//! webchatservice.md, 7: [`key`]. `memory` keeps them in the process, `file` in a JSON file; anything else implements [`SessionStore`].

#[allow(clippy::disallowed_methods, reason = "a lock of another process is waited for within a limit")]
mod file;
mod memory;
#[cfg(test)]
mod tests;

pub use crate::model::stored::{Change, Mark, Stored, StoredText};
pub use file::FileStore;
pub use memory::MemoryStore;

use crate::{Error, config::StoreConfig, transport::BoxFuture};
use serde_json::Value;
use std::{fmt, sync::Arc};

/// The names under which the service stores its state, whatever the form of the session. What it stores of the session itself has names of
/// its back end's: [`SessionForm::keys`](crate::transport::SessionForm::keys).
pub mod key {
    /// When the last poll went out, in milliseconds since 1970 UTC.
    pub const PING: &str = "_genesys.widgets.webchat.state.ping";
    /// `{custom: [{source, flags}, ...]}` as JSON text.
    pub const FILTERS: &str = "_genesys.widgets.webchat.state.filters";
    /// When a start began, in milliseconds since 1970 UTC; only while starting.
    pub const CHAT_START_LOCK: &str = "_genesys.widgets.webchat.state.chatStartLock";
    /// What is to be sent in the session and has no outcome, as JSON text: `{version, count, messages, arrived, ghost}`. Only where option
    /// `outbox.keep` is given.
    pub const OUTBOX: &str = "_genesys.widgets.webchat.state.outbox";
    /// What a [`SessionKeeper`](super::SessionKeeper) has returned, as JSON text. Never in a store.
    pub(crate) const KEPT: &str = "kept";
}

/// Keeps a service's session data.
///
/// The service calls it in order and never twice at once. Several services may share one store: a start under way in one is seen by the
/// others, and the store holds the session that was started or restored last. A failing store never fails a chat: the error is logged, and
/// what was not stored cannot be restored. The same holds for one that does not answer within five seconds; it is not called again
/// before it has.
pub trait SessionStore: Send + Sync + 'static {
    /// Returns everything stored.
    fn load(&self) -> BoxFuture<Result<Stored, Error>>;

    /// Carries out all changes, or none when it fails.
    fn apply(&self, changes: Vec<Change>) -> BoxFuture<Result<(), Error>>;

    /// Carries out all changes if the content has `mark`, and else none. By default it loads, compares and applies; a store that others
    /// change meanwhile does it in one step.
    fn apply_if(self: Arc<Self>, mark: Mark, changes: Vec<Change>) -> BoxFuture<Result<(), Error>> {
        Box::pin(async move {
            let stored = self.load().await?;
            if mark.is_in(&stored) { self.apply(changes).await } else { Ok(()) }
        })
    }
}

/// What keeps an asynchronous chat outside of this library: the three functions of `transport.async` and `async` (specification,
/// Options; webchatservice.md, 7), whose names there say what the page does and not what they do.
///
/// The service calls it in order and never twice at once, besides the [`SessionStore`]; what it keeps wins. What fails is logged, and
/// fails no chat; so is what takes more than five seconds, and the keeper is not called again before it has answered.
pub trait SessionKeeper: Send + Sync + 'static {
    /// Keeps what there is in place of what was kept before: `{messageIndex, token}` of Nexus, `{secureKey, sessionID, alias, userId}` of
    /// GMS. Called whenever there is something new: at the start, after a restoration, of Nexus after each batch of messages. Token and
    /// key are the key to the chat. The original's `getSessionData`.
    fn store_session(&self, session: Value) -> BoxFuture<Result<(), Error>>;

    /// Returns what was kept: the object, its JSON text, or just Nexus's token; nothing when there is none. The original's
    /// `setSessionData`.
    fn load_session(&self) -> BoxFuture<Result<Option<Value>, Error>>;

    /// Forgets what was kept: the server does not know the session any more. `lost` is `{sessionData, response}`: where several chats share
    /// what is kept, it is to be forgotten only if it is of that session. Not called when a chat ends as it should. The original's
    /// `deleteSessionData`.
    fn forget_session(&self, lost: Value) -> BoxFuture<Result<(), Error>>;
}

/// A call of a [`SessionKeeper`].
#[derive(Clone, PartialEq)]
pub enum HostCall {
    /// [`SessionKeeper::store_session`].
    Store(Value),
    /// [`SessionKeeper::forget_session`].
    Forget(Value),
}

impl fmt::Debug for HostCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Store(_) => "Store(<private>)",
            Self::Forget(_) => "Forget(<private>)",
        })
    }
}

/// Opens the store that option `sessionStore` names. Fails as [`FileStore::open`] does, and blocks as long.
pub fn open(config: &StoreConfig) -> Result<Arc<dyn SessionStore>, Error> {
    Ok(match config {
        StoreConfig::Memory => Arc::new(MemoryStore::new()),
        StoreConfig::File(path) => Arc::new(FileStore::open(path)?),
    })
}
