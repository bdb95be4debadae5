//! What the application keeps session data in, where the driver uses it.

use super::Runtime;
use crate::{
    Error,
    store::{Change, Mark, SessionKeeper, SessionStore, Stored},
    transport::BoxFuture,
};
use serde_json::Value;
use std::sync::Arc;

/// What the application keeps session data in.
#[derive(Clone, Default)]
pub(crate) struct Host {
    /// Its own store, which wins over the configured one.
    pub(crate) store: Option<Arc<dyn SessionStore>>,
    /// Its keeper of asynchronous chats.
    pub(crate) keeper: Option<Arc<dyn SessionKeeper>>,
}

impl Host {
    /// The same, with its futures in the context of the application's tokio runtime where `runtime` has one.
    pub(crate) fn within(self, runtime: &Runtime) -> Self {
        if !runtime.has_host() {
            return self;
        }
        Self {
            store: self.store.map(|it| Arc::new(Within { it, runtime: runtime.clone() }) as Arc<_>),
            keeper: self.keeper.map(|it| Arc::new(Within { it, runtime: runtime.clone() }) as Arc<_>),
        }
    }
}

struct Within<T: ?Sized> {
    it: Arc<T>,
    runtime: Runtime,
}

impl SessionStore for Within<dyn SessionStore> {
    fn load(&self) -> BoxFuture<Result<Stored, Error>> {
        self.runtime.of_host(|| self.it.load())
    }

    fn apply(&self, changes: Vec<Change>) -> BoxFuture<Result<(), Error>> {
        self.runtime.of_host(|| self.it.apply(changes))
    }

    fn apply_if(self: Arc<Self>, mark: Mark, changes: Vec<Change>) -> BoxFuture<Result<(), Error>> {
        self.runtime.of_host(|| self.it.clone().apply_if(mark, changes))
    }
}

impl SessionKeeper for Within<dyn SessionKeeper> {
    fn store_session(&self, session: Value) -> BoxFuture<Result<(), Error>> {
        self.runtime.of_host(|| self.it.store_session(session))
    }

    fn load_session(&self) -> BoxFuture<Result<Option<Value>, Error>> {
        self.runtime.of_host(|| self.it.load_session())
    }

    fn forget_session(&self, lost: Value) -> BoxFuture<Result<(), Error>> {
        self.runtime.of_host(|| self.it.forget_session(lost))
    }
}
