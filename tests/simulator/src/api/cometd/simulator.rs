//! What tests do with `CometD`.

use super::action::{self, Whom};
use super::{CometdInfo, CometdSettings};
use crate::bayeux::Reconnect;
use crate::simulator::{Builder, Simulator};

impl Builder {
    /// How `CometD` behaves.
    #[must_use]
    pub fn cometd(mut self, settings: CometdSettings) -> Self {
        self.apis_settings.cometd = settings;
        self
    }
}

impl Simulator {
    /// The Bayeux endpoint of GMS v2 over `CometD`, for long-polling and, with the scheme `ws`, for WebSocket.
    pub fn cometd_url(&self) -> String {
        self.url_named("cometdUrl")
    }

    /// Where files of GMS v2 over `CometD` are uploaded to and downloaded from.
    pub fn cometd_file_url(&self) -> String {
        self.url_named("cometdFileUrl")
    }

    /// The channel of the service `customer-support`, or of the first service that was set.
    pub fn cometd_channel(&self) -> String {
        self.url_named("cometdChannel")
    }

    /// The clients of `CometD` and what they have done.
    pub fn cometd(&self) -> CometdInfo {
        self.shared.read(|state| state.apis.cometd.info())
    }

    /// Changes how `CometD` behaves; it holds for connected clients too.
    pub fn change_cometd(&self, change: impl FnOnce(&mut CometdSettings)) {
        self.shared.change(|state, _| change(&mut state.apis.cometd.settings));
    }

    /// Cuts open sockets: now, or after so many Bayeux messages more have gone out over each. With a code
    /// they are closed with a close frame, without one they are just gone. Returns how many are concerned.
    pub fn cut_sockets(&self, whom: &Whom, after: u64, code: Option<u16>) -> usize {
        self.shared.change(|state, _| action::cut_sockets(state, whom, after, code))
    }

    /// Ends Bayeux sessions, and says so with a `/meta/disconnect`: over the WebSocket, or with the answer to a
    /// held connect, which then also has this advice. The chats go on. Returns how many are concerned.
    pub fn disconnect_clients(&self, whom: &Whom, advice: Option<Reconnect>) -> usize {
        self.shared.change(|state, now| action::disconnect(state, whom, advice, now))
    }

    /// Forgets Bayeux clients, as a server does that restarts; the chats go on. With `cut` their sockets and
    /// held connects are cut, otherwise held connects are answered with 402. Returns how many are concerned.
    pub fn forget_clients(&self, whom: &Whom, cut: bool) -> usize {
        self.shared.change(|state, now| action::forget(state, whom, cut, now))
    }

    /// Removes Bayeux sessions without a word, as a server does that thinks them dead: a held connect is answered
    /// unsuccessfully, with the advice `none`, and there is no `/meta/disconnect`. Who shakes hands anew is welcome;
    /// the chats go on. Returns how many are concerned.
    pub fn remove_clients(&self, whom: &Whom) -> usize {
        self.shared.change(|state, now| action::remove(state, whom, now))
    }
}
