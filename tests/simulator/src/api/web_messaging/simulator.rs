//! What tests do with Web Messaging.

use std::time::Duration;

use serde_json::Value;
use tokio_tungstenite::tungstenite::Message as Frame;

use super::action::{self, Party};
use super::line::Post;
use super::{WebMessagingSettings, WebMessagingTotals};
use crate::simulator::{Builder, Simulator};

impl Builder {
    /// How Web Messaging behaves.
    #[must_use]
    pub fn web_messaging(mut self, settings: WebMessagingSettings) -> Self {
        self.apis_settings.web_messaging = settings;
        self
    }
}

impl Simulator {
    /// The sessions and connections of Web Messaging.
    pub fn web_messaging(&self) -> WebMessagingTotals {
        self.shared.read(|state| state.apis.web_messaging.totals())
    }

    /// Changes how Web Messaging behaves; it holds for open sessions too.
    pub fn change_web_messaging(&self, change: impl FnOnce(&mut WebMessagingSettings)) {
        self.shared.change(|state, _| change(&mut state.apis.web_messaging.settings));
    }

    /// Cuts connections: now, or after so many frames more have gone out over each. With a code they are closed with a close frame,
    /// without one they are just gone. Returns how many are concerned, as its sisters do.
    pub fn cut_connections(&self, party: &Party, after: u64, code: Option<u16>) -> usize {
        self.shared.change(|state, _| action::cut(state, party, after, code))
    }

    /// Lets connections go dead for a time: nothing is read, not even pings, and nothing goes out.
    pub fn freeze_connections(&self, party: &Party, time: Duration) -> usize {
        self.shared.change(|state, _| action::freeze(state, party, time))
    }

    /// Sends a text as it is, whatever it is.
    pub fn send_text(&self, party: &Party, text: &str) -> usize {
        self.send_frames(party, &action::frames(text, 1))
    }

    /// Tells something that no request asked for.
    pub fn send_event(&self, party: &Party, class: &str, body: &Value) -> usize {
        self.shared.change(|state, _| action::tell(state, party, class, body))
    }

    pub(super) fn send_frames(&self, party: &Party, frames: &[Frame]) -> usize {
        self.shared.change(|state, _| action::post(state, party, || Post::Raw(frames.to_vec())))
    }

    /// Takes connections from their sessions, with a `ConnectionClosedEvent` and a close.
    pub fn close_connections(&self, party: &Party, reason: Option<&str>) -> usize {
        self.shared.change(|state, _| action::close(state, party, reason))
    }

    /// The time of sessions is over, as if nobody had said anything for too long.
    pub fn expire_sessions(&self, party: &Party) -> usize {
        self.shared.change(|state, now| action::expire(state, party, now))
    }

    /// Conversations are cleared, as from another device.
    pub fn clear_sessions(&self, party: &Party) -> usize {
        self.shared.change(|state, now| action::clear(state, party, now))
    }

    /// Sessions are unknown from now on; their connections stay open.
    pub fn forget_sessions(&self, party: &Party) -> usize {
        self.shared.change(|state, _| action::forget(state, party))
    }

    /// Customers are logged out, on all devices.
    pub fn log_out_sessions(&self, party: &Party) -> usize {
        self.shared.change(|state, _| action::log_out(state, party))
    }
}
