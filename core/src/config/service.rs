//! The options of the service itself, which every back end has (specification, Options, Version 2 API; webchatservice.md, 1.1). A back end
//! may set some of them by options of its own.

use super::{
    OutboxConfig,
    option::{Absent, Kind, MAX_TIMER, MAX_WHOLE, OptionDef, Unit, bytes, count, millis, options},
    reader::{Findings, Webchat},
};
use crate::{model::JsonObject, private::debug_only};
use std::time::Duration;

options! {
    /// Those options.
    pub SERVICE;
    /// Attached data of every chat; those of `startChat` win over them.
    USER_DATA = "userData", Kind::Object, Absent::Nothing;
    /// How long the answer to a request may take, once the request has left.
    AJAX_TIMEOUT = "ajaxTimeout", millis(1, MAX_TIMER), Absent::Whole(3000);
    /// How many poll exceptions in a row are tolerated before the chat server counts as offline.
    POLL_EXCEPTION_LIMIT = "pollExceptionLimit", count(0, 4_294_967_295), Absent::Whole(5);
    /// How old a stored session may be that is restored; zero means the default. No effect with `nexus-rest`, and on asynchronous chats.
    RESTORE_TIMEOUT = "restoreTimeout", millis(0, MAX_WHOLE), Absent::Whole(60_000);
    /// The longest message, in Unicode code points.
    MAX_MESSAGE_LENGTH = "maxMessageLength", Kind::Whole { unit: Unit::Characters, from: 1, to: MAX_WHOLE },
        Absent::Nothing;
    /// How large the transcript may become, texts and contents counted, and 768 bytes for each message; beyond it the oldest messages leave
    /// it.
    MAX_TRANSCRIPT_BYTES = "maxTranscriptBytes", bytes(), Absent::Whole(67_108_864);
    /// Whether the interval of polls adapts to what comes; else it is `pollRate`. Each interval is spread by chance, up to a quarter to either
    /// side, so that chats which began together do not poll together. This and the other options of polling are of `gms-rest`.
    DYNAMIC_POLLING = "dynamicPolling", Kind::Flag, Absent::Flag(true);
    /// The fixed interval of polls.
    POLL_RATE = "pollRate", millis(1000, 30_000), Absent::Whole(3000);
    /// The shortest interval of polls.
    POLL_RATE_MIN = "pollRateMin", millis(250, 30_000), Absent::Whole(500);
    /// The longest interval of polls, not below `pollRateMin`.
    POLL_RATE_MAX = "pollRateMax", millis(250, 30_000), Absent::Words("`pollIntervalIdle_ms`, or 3000, or `pollRateMin` when that is more");
    /// An older name of `pollRateMax`.
    POLL_INTERVAL_IDLE = "pollIntervalIdle_ms", millis(250, 30_000), Absent::Nothing;
    /// What the interval grows by with each poll.
    POLL_RATE_MULT = "pollRateMult", Kind::Growth { or_none: false }, Absent::Number(1.2);
    /// Checked, without effect: a program has no page that could lose the focus.
    POLL_RATE_SLEEP = "pollRateSleep", millis(1000, 30_000), Absent::Whole(30_000);
    /// Checked, without effect likewise.
    SLEEP_ENABLED = "sleepEnabled", Kind::Flag, Absent::Flag(false);
}

/// The options that govern the service, whatever the transport.
#[derive(Clone)]
pub struct ServiceConfig {
    /// Attached data of every chat. Option `userData` (specification, Options).
    pub user_data: JsonObject,
    /// The time limit of a request. Option `ajaxTimeout` (specification, Options).
    pub ajax_timeout: Duration,
    /// How many poll exceptions in a row are tolerated before the chat server counts as offline. Option `pollExceptionLimit`
    /// (specification, Options; webchatservice.md, 9.2).
    pub poll_exception_limit: u32,
    /// How old a stored session may be; nothing where age does not matter. Option `restoreTimeout` (specification, Options; webchatservice.md, 8).
    pub restore_timeout: Option<Duration>,
    /// Whether chats outlive the process and the agents' presence; nothing where the back end does not know the difference, or
    /// was not told (specification, Options, Version 3 API; webchatservice.md, 1.1).
    pub asynchronous: Option<bool>,
    /// The longest message, in Unicode code points. Option `maxMessageLength` (webchatservice.md, 1.1).
    pub max_message_length: Option<usize>,
    /// How large the transcript may become. Option `maxTranscriptBytes` (webchatservice.md, 2).
    pub max_transcript_bytes: usize,
    /// How long after a lost answer a message may still arrive, and the transcript show it; nothing: as long as an answer may take. Set
    /// by the back end.
    pub settle_timeout: Option<Duration>,
    /// How often to poll.
    pub polling: Polling,
    /// How messages wait for their outcome. Option `outbox`, this library's own.
    pub outbox: OutboxConfig,
}

debug_only!(ServiceConfig {
    ajax_timeout,
    poll_exception_limit,
    restore_timeout,
    asynchronous,
    max_message_length,
    max_transcript_bytes,
    polling,
    outbox
});

/// The pace of polling (webchatservice.md, 1.1 and 9.1).
#[derive(Clone, Debug, PartialEq)]
pub struct Polling {
    /// Whether the interval adapts; else it is `rate`. Option `dynamicPolling`.
    pub dynamic: bool,
    /// The fixed interval. Option `pollRate`, or of its back end.
    pub rate: Duration,
    /// The shortest interval. Option `pollRateMin`.
    pub min: Duration,
    /// The longest interval. Option `pollRateMax` or, in its absence, `pollIntervalIdle_ms`.
    pub max: Duration,
    /// The growth of the interval after each poll. Option `pollRateMult`.
    pub multiplier: f64,
    /// The growth of the interval with each failed poll in a row, up to 30 s: 1 unless the back end says otherwise.
    pub failure_multiplier: f64,
    /// Whether the server may hold a poll back until there is something to tell: how long an answer takes says nothing of how busy the server
    /// is then. Set by the back end.
    pub held: bool,
    /// Option `pollRateSleep`, without effect.
    pub sleep: Duration,
    /// Option `sleepEnabled`, or of its back end, without effect.
    pub sleep_enabled: bool,
}

impl Default for ServiceConfig {
    /// Every option at its default.
    fn default() -> Self {
        Self::read(&Webchat::new(None, None, &Findings::default()))
    }
}

impl ServiceConfig {
    /// Reads what the service needs with any back end.
    pub(crate) fn read(webchat: &Webchat<'_>) -> Self {
        let millis = |option| webchat.millis(option);
        Self {
            user_data: webchat.object(&USER_DATA).cloned().unwrap_or_default(),
            ajax_timeout: millis(&AJAX_TIMEOUT).unwrap_or_default(),
            poll_exception_limit: webchat
                .whole(&POLL_EXCEPTION_LIMIT)
                .map_or(u32::MAX, |limit| u32::try_from(limit).unwrap_or(u32::MAX)),
            restore_timeout: millis(&RESTORE_TIMEOUT)
                .filter(|timeout| !timeout.is_zero())
                .or_else(|| RESTORE_TIMEOUT.default_whole().map(Duration::from_millis)),
            asynchronous: None,
            max_message_length: webchat
                .whole(&MAX_MESSAGE_LENGTH)
                .map(|length| usize::try_from(length).unwrap_or(usize::MAX)),
            max_transcript_bytes: webchat
                .whole(&MAX_TRANSCRIPT_BYTES)
                .map_or(usize::MAX, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX)),
            settle_timeout: None,
            polling: Polling::read(webchat),
            outbox: OutboxConfig::read(webchat),
        }
    }
}

impl Polling {
    fn read(webchat: &Webchat<'_>) -> Self {
        let rate = webchat.millis(&POLL_RATE).unwrap_or_default();
        let min = webchat.millis(&POLL_RATE_MIN).unwrap_or_default();
        let idle = read_max(webchat, POLL_INTERVAL_IDLE, min);
        let max = read_max(webchat, POLL_RATE_MAX, min).or(idle);
        Self {
            dynamic: webchat.flag(&DYNAMIC_POLLING),
            rate,
            min,
            max: max.unwrap_or(Duration::from_secs(3).max(min)),
            failure_multiplier: 1.0,
            held: false,
            multiplier: webchat.growth(&POLL_RATE_MULT),
            sleep: webchat.millis(&POLL_RATE_SLEEP).unwrap_or_default(),
            sleep_enabled: webchat.flag(&SLEEP_ENABLED),
        }
    }
}

/// The longest interval, which cannot be shorter than the shortest.
fn read_max(webchat: &Webchat<'_>, option: OptionDef, min: Duration) -> Option<Duration> {
    let from = u64::try_from(min.as_millis()).unwrap_or(u64::MAX);
    webchat.millis(&OptionDef { kind: millis(from, 30_000), ..option })
}
