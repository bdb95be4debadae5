//! Setting up a simulator.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use super::Simulator;
use crate::access::{Access, BasicAuth};
use crate::api::{AllSettings, Api, Memories};
use crate::chat::{ChatServer, Clock, FileLimits, IdleSettings, Settings};
use crate::error::Error;
use crate::faults::Faults;
use crate::script::{Player, Script};
use crate::shared::Shared;
use crate::state::State;

/// What the simulator is to be like.
#[derive(Debug, Clone)]
pub struct Builder {
    address: SocketAddr,
    apis: Vec<Api>,
    hosts: Vec<String>,
    seed: u64,
    script: Script,
    settings: Settings,
    pub(crate) apis_settings: AllSettings,
    access: Access,
    log_limit: usize,
    utc_ms: Option<u64>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            apis: Api::ALL.to_vec(),
            hosts: Vec::new(),
            seed: 0,
            script: Script::none(),
            settings: Settings::default(),
            apis_settings: AllSettings::default(),
            access: Access::default(),
            log_limit: 10_000,
            utc_ms: None,
        }
    }
}

impl Builder {
    /// Where to listen; port 0 takes a free one. Default: `127.0.0.1:0`.
    #[must_use]
    pub fn address(self, address: SocketAddr) -> Self {
        Self { address, ..self }
    }

    /// The chat APIs that are served; the paths of others are answered with 404. Default: all.
    #[must_use]
    pub fn apis(self, apis: impl IntoIterator<Item = Api>) -> Self {
        Self { apis: apis.into_iter().collect(), ..self }
    }

    /// Adds a name by which the control API may be reached, besides addresses and `localhost`: whoever else points a
    /// name here is refused.
    #[must_use]
    pub fn control_host(mut self, name: impl Into<String>) -> Self {
        self.hosts.push(name.into());
        self
    }

    /// Decides ids, keys, aliases and the draws of fault rates.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The scripted agent. Default: none.
    #[must_use]
    pub fn script(self, script: Script) -> Self {
        Self { script, ..self }
    }

    /// All limits and timers at once.
    #[must_use]
    pub fn settings(self, settings: Settings) -> Self {
        Self { settings, ..self }
    }

    /// Changes one setting of an API: `API.NAME=VALUE`, in the words of `--set`.
    pub fn set(mut self, words: &str) -> Result<Self, Error> {
        self.apis_settings.set(words)?;
        Ok(self)
    }

    /// Idle control. Default: warning after 255 s, close 45 s later.
    #[must_use]
    pub fn idle(mut self, idle: IdleSettings) -> Self {
        self.settings.idle = idle;
        self
    }

    /// How long a customer may make no request. Default: 45 s; zero means for ever.
    #[must_use]
    pub fn client_timeout(mut self, timeout: Duration) -> Self {
        self.settings.client_timeout = timeout;
        self
    }

    /// File limits.
    #[must_use]
    pub fn files(mut self, files: FileLimits) -> Self {
        self.settings.files = files;
        self
    }

    /// Asks every request to a public URL for this key, in the header that the API has for it.
    #[must_use]
    pub fn apikey(mut self, key: impl Into<String>) -> Self {
        self.access.apikey = Some(key.into());
        self
    }

    /// Asks every on-premises request for basic authentication.
    #[must_use]
    pub fn basic_auth(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.access.basic = Some(BasicAuth { user: user.into(), password: password.into() });
        self
    }

    /// Adds a service name; without any, every name is known.
    #[must_use]
    pub fn service(mut self, name: impl Into<String>) -> Self {
        self.access.services.push(name.into());
        self
    }

    /// How many requests the log keeps, the latest ones; 0 keeps none. Default: 10 000.
    #[must_use]
    pub fn log_limit(self, entries: usize) -> Self {
        Self { log_limit: entries, ..self }
    }

    /// The wall-clock time at the start, in milliseconds since 1970 UTC. Default: the system's.
    #[must_use]
    pub fn utc_ms(self, utc_ms: u64) -> Self {
        Self { utc_ms: Some(utc_ms), ..self }
    }

    /// Starts it on the current tokio runtime. It listens when this returns.
    #[allow(clippy::unused_async, reason = "must run inside a tokio runtime; async makes sure that it does")]
    pub async fn start(self) -> Result<Simulator, Error> {
        let clock = Clock::new(self.utc_ms);
        let chats = ChatServer::new(self.settings, clock, self.seed);
        let apis = Memories::new(self.apis_settings, self.seed);
        let state = State::new(chats, apis, Player::new(self.script));
        let faults = Faults::new(self.seed);
        let shared = Shared::new(state, faults, self.access, self.apis, self.hosts, clock, self.log_limit);
        Simulator::assemble(Arc::new(shared), self.address)
    }
}
