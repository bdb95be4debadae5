//! What a chat is made from.

use super::{Alive, Chat, Shared};
use crate::{
    Error,
    command::Command,
    config::Config,
    driver::{self, Completion, Driver, Host, Runtime, Ties},
    scarce,
    store::{SessionKeeper, SessionStore},
};
use once_cell::sync::OnceCell;
use std::{fmt, sync::Arc};
use tokio::sync::mpsc;

/// What a chat is made from.
#[derive(Default)]
pub struct ChatBuilder {
    config: Option<Box<Config>>,
    runtime: Option<Runtime>,
    host: Host,
}

impl fmt::Debug for ChatBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatBuilder").field("config", &self.config).finish_non_exhaustive()
    }
}

impl ChatBuilder {
    /// Configures the chat at once. Without it, the command `configure` does, and has to come first: commands given before it wait for it
    /// 5 s at most, and are then rejected ([`ErrorKind::InvalidConfiguration`](crate::ErrorKind::InvalidConfiguration)).
    #[must_use]
    pub fn config(mut self, config: Config) -> Self {
        self.config = Some(Box::new(config));
        self
    }

    /// The runtime to use instead of the default one.
    #[must_use]
    pub fn runtime(mut self, runtime: Runtime) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// The store to use instead of the configured one.
    #[must_use]
    pub fn store(mut self, store: Arc<dyn SessionStore>) -> Self {
        self.host.store = Some(store);
        self
    }

    /// What keeps the session of an asynchronous chat besides the store; without effect for other chats.
    #[must_use]
    pub fn session_keeper(mut self, keeper: Arc<dyn SessionKeeper>) -> Self {
        self.host.keeper = Some(keeper);
        self
    }

    /// Makes the chat. `ready` is published when it accepts commands; what is stored of a session is restored after it.
    ///
    /// A configuration that needs something this machine does not have (a certificate file, say) is an error here.
    pub fn build(self) -> Result<Chat, Error> {
        driver::check_fork()?;
        let runtime = self.runtime.map_or_else(Runtime::shared, Ok)?;
        runtime.health().check()?;
        scarce::leave_room_in_memory(0)?;
        let host = self.host.within(&runtime);
        let capabilities = Arc::new(OnceCell::new());
        let carry_out = |config: &Config| driver::make(config, host.store.clone(), &runtime);
        let made = self.config.as_deref().map(carry_out).transpose()?;
        if let Some(made) = &made {
            capabilities.get_or_init(|| made.capabilities());
        }
        let (inbox, receiver) = mpsc::unbounded_channel();
        let (ties, running) = Ties::new(runtime.health().clone());
        let driver = Driver::new(receiver, ties.clone(), runtime.clone(), host, made, capabilities.clone());
        let alive = Alive(ties.clone());
        let task = async move {
            driver.run().await;
            drop(alive);
        };
        if !ties.health.wake(|| runtime.spawn(task)) {
            ties.is_whole();
        }
        let chat = Chat {
            shared: Arc::new(Shared { inbox, ties, under_way: Arc::default(), capabilities, running }),
            deadline: None,
        };
        if let Some(config) = self.config {
            chat.submit(Command::Configure(config), None, Completion::new(drop));
        }
        Ok(chat)
    }
}
