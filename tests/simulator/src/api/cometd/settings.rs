//! What an operator may set for `CometD`: times, and a switch for each point that the references leave open.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::api::Settings;
use crate::bayeux::Carrier;
use crate::words::set;

/// How the events that a publish brings about come back to its sender (gms-v2.md, 8.4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Echo {
    /// In the message that tells the outcome.
    #[default]
    Reply,
    /// In a message of their own, as everybody else's.
    Push,
    /// The same, before the message that tells the outcome.
    Ahead,
    /// Not at all, unless asked for.
    Never,
}

/// What clients see of the server's notification mode (gms-v2.md, 8.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Notification {
    /// It is on.
    #[default]
    On,
    /// It is off: handshakes are refused.
    Refused,
    /// It is off: there are no such paths.
    Absent,
    /// It is off: publishes are acknowledged, and nothing comes of them.
    Silent,
}

/// On which Bayeux requests a client must show the cookie of its handshake (gms-v2.md, 1.4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CookieCheck {
    /// On none.
    Never,
    /// On long-polling requests.
    #[default]
    Polling,
    /// Also on the request that opens a WebSocket, for messages of clients that shook hands before.
    Always,
}

/// How `CometD` behaves. The times are the defaults of the `CometD` server.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct CometdSettings {
    /// How long a connect without news is held.
    pub timeout: Duration,
    /// How long clients are told to wait before they connect again.
    pub interval: Duration,
    /// A client that does not connect for this long, after the interval, is forgotten.
    pub max_interval: Duration,
    /// What is offered to clients.
    pub connection_types: Vec<Carrier>,
    /// The carrier WebSocket is offered, but its opening is refused with this HTTP status, as by a proxy.
    pub upgrade_status: Option<u16>,
    /// The acknowledge extension is offered.
    pub acks: bool,
    /// Messages come with answers to connects only, never with the answer to a publish nor alone.
    pub meta_connect_delivery_only: bool,
    /// What comes back to the sender of a publish.
    pub echo: Echo,
    /// Whether the server's notification mode is on.
    pub notification: Notification,
    /// When the cookie is checked.
    pub check_cookie: CookieCheck,
    /// The cookie is checked on file requests (gms-v2.md, 8.5).
    pub check_file_cookie: bool,
    /// Connects without news are held; if not, each is answered at once, as by a proxy that holds nothing.
    pub hold_connects: bool,
    /// The longest frame of a WebSocket, in bytes; a longer one is answered with close code 1009.
    pub max_frame: Option<usize>,
    /// The longest body of a long-polling request, in bytes; a longer one is refused.
    pub max_post: Option<usize>,
    /// The HTTP status of that refusal.
    pub too_large_status: u16,
    /// How many connects of one browser are held over HTTP/1.1; a negative number means any.
    pub max_sessions_per_browser: i32,
    /// The interval for clients whose connect is not held for that reason; zero: they are told to stop.
    pub multi_session_interval: Duration,
}

impl Default for CometdSettings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            interval: Duration::ZERO,
            max_interval: Duration::from_secs(10),
            connection_types: vec![Carrier::WebSocket, Carrier::LongPolling],
            upgrade_status: None,
            acks: true,
            meta_connect_delivery_only: false,
            echo: Echo::default(),
            notification: Notification::default(),
            check_cookie: CookieCheck::default(),
            check_file_cookie: true,
            hold_connects: true,
            max_frame: None,
            max_post: None,
            too_large_status: 413,
            max_sessions_per_browser: 1,
            multi_session_interval: Duration::from_secs(2),
        }
    }
}

/// Changes of some settings, in the words of the control API.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Patch {
    timeout_ms: Option<u64>,
    interval_ms: Option<u64>,
    max_interval_ms: Option<u64>,
    connection_types: Option<Vec<Carrier>>,
    upgrade_status: Option<u16>,
    acks: Option<bool>,
    meta_connect_delivery_only: Option<bool>,
    echo: Option<Echo>,
    notification: Option<Notification>,
    check_cookie: Option<CookieCheck>,
    check_file_cookie: Option<bool>,
    hold_connects: Option<bool>,
    max_frame_bytes: Option<usize>,
    max_post_bytes: Option<usize>,
    too_large_status: Option<u16>,
    max_sessions_per_browser: Option<i32>,
    multi_session_interval_ms: Option<u64>,
}

impl Settings for CometdSettings {
    type Patch = Patch;
    const LISTS: &'static [&'static str] = &["connectionTypes"];

    fn apply(&mut self, patch: Patch) {
        let time = |ms: Option<u64>| ms.map(Duration::from_millis);
        set(&mut self.timeout, time(patch.timeout_ms));
        set(&mut self.interval, time(patch.interval_ms));
        set(&mut self.max_interval, time(patch.max_interval_ms));
        set(&mut self.connection_types, patch.connection_types);
        set(&mut self.upgrade_status, patch.upgrade_status.map(|status| (status > 0).then_some(status)));
        set(&mut self.acks, patch.acks);
        set(&mut self.meta_connect_delivery_only, patch.meta_connect_delivery_only);
        set(&mut self.echo, patch.echo);
        set(&mut self.notification, patch.notification);
        set(&mut self.check_cookie, patch.check_cookie);
        set(&mut self.check_file_cookie, patch.check_file_cookie);
        set(&mut self.hold_connects, patch.hold_connects);
        let limit = |bytes: Option<usize>| bytes.map(|bytes| (bytes > 0).then_some(bytes));
        set(&mut self.max_frame, limit(patch.max_frame_bytes));
        set(&mut self.max_post, limit(patch.max_post_bytes));
        set(&mut self.too_large_status, patch.too_large_status);
        set(&mut self.max_sessions_per_browser, patch.max_sessions_per_browser);
        set(&mut self.multi_session_interval, time(patch.multi_session_interval_ms));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_in_words() {
        let mut settings = CometdSettings::default();
        for words in [
            "timeoutMs=1",
            "intervalMs=2",
            "maxIntervalMs=3",
            "connectionTypes=long-polling, websocket",
            "upgradeStatus=403",
            "acks=false",
            "metaConnectDeliveryOnly=true",
            "echo=ahead",
            "notification=silent",
            "checkCookie=always",
            "checkFileCookie=false",
            "holdConnects=false",
            "maxFrameBytes=65536",
            "maxPostBytes=70000",
            "tooLargeStatus=400",
            "maxSessionsPerBrowser=-1",
            "multiSessionIntervalMs=4",
        ] {
            settings.set(words).expect(words);
        }
        let all = CometdSettings {
            timeout: Duration::from_millis(1),
            interval: Duration::from_millis(2),
            max_interval: Duration::from_millis(3),
            connection_types: vec![Carrier::LongPolling, Carrier::WebSocket],
            upgrade_status: Some(403),
            acks: false,
            meta_connect_delivery_only: true,
            echo: Echo::Ahead,
            notification: Notification::Silent,
            check_cookie: CookieCheck::Always,
            check_file_cookie: false,
            hold_connects: false,
            max_frame: Some(65_536),
            max_post: Some(70_000),
            too_large_status: 400,
            max_sessions_per_browser: -1,
            multi_session_interval: Duration::from_millis(4),
        };
        assert_eq!(settings, all);
        settings.set("upgradeStatus=0").unwrap();
        assert_eq!(settings.upgrade_status, None);
        settings.set("maxFrameBytes=0").unwrap();
        assert_eq!(settings.max_frame, None);
        for (words, part) in [("timeout=1", "timeout"), ("echo=loud", "loud"), ("connectionTypes=tcp", "tcp")]
        {
            let error = settings.set(words).expect_err(words).to_string();
            assert!(error.contains(part), "{words}: {error}");
        }
    }
}
