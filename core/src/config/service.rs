//! The options of the service itself, which every back end has (specification, Options, Version 2 API; webchatservice.md, 1.1). A back end
//! may set some of them by options of its own.

use super::reader::{Findings, MAX_TIMER, MAX_WHOLE, Section};
use crate::{model::JsonObject, private::debug_only};
use std::time::Duration;

/// The options that govern the service, whatever the transport.
#[derive(Clone)]
pub struct ServiceConfig {
    /// Attached data of every chat. Option `userData`, an object; empty by default (specification, Options).
    pub user_data: JsonObject,
    /// The time limit of a request. Option `ajaxTimeout`, milliseconds from 1; 3000 by default (specification, Options).
    pub ajax_timeout: Duration,
    /// How many poll exceptions in a row are tolerated before the chat server counts as offline. Option `pollExceptionLimit`, from 0; 5
    /// by default (specification, Options; webchatservice.md, 9.2).
    pub poll_exception_limit: u32,
    /// How old a stored session may be; nothing where age does not matter. Option `restoreTimeout`, milliseconds; zero or absent means
    /// the default of 60000. Without effect under Nexus v3 and on asynchronous chats (specification, Options; webchatservice.md, 8).
    pub restore_timeout: Option<Duration>,
    /// Whether chats outlive the process and the agents' presence; nothing where the transport does not know the difference. Option
    /// `transport.async.enabled`, or `async.enabled` under `CometD` (specification, Options, Version 3 API; webchatservice.md, 1.1).
    pub asynchronous: Option<bool>,
    /// The longest message, in Unicode code points. Option `maxMessageLength`, from 1; no limit by default (webchatservice.md, 1.1).
    pub max_message_length: Option<usize>,
    /// How large the transcript may become, texts and contents counted, and 768 bytes for each message; beyond it the oldest messages
    /// leave it. Option `maxTranscriptBytes`, from 1; 64 MiB by default (webchatservice.md, 2).
    pub max_transcript_bytes: usize,
    /// How often to poll.
    pub polling: Polling,
}

debug_only!(ServiceConfig {
    ajax_timeout,
    poll_exception_limit,
    restore_timeout,
    asynchronous,
    max_message_length,
    max_transcript_bytes,
    polling
});

/// The pace of polling (webchatservice.md, 1.1 and 9.1).
#[derive(Clone, Debug, PartialEq)]
pub struct Polling {
    /// Whether the interval adapts; else it is `rate`. Option `dynamicPolling`; true by default.
    pub dynamic: bool,
    /// The fixed interval. Option `pollRate`, 1000 to 30000 ms; under Nexus v3 `transport.pollTimeout`, from 100 ms; 3000 by default.
    pub rate: Duration,
    /// The shortest interval. Option `pollRateMin`, 250 to 30000 ms; 500 by default.
    pub min: Duration,
    /// The longest interval. Option `pollRateMax` or, in its absence, `pollIntervalIdle_ms`: from `pollRateMin` to 30000 ms; by default
    /// 3000, or `pollRateMin` when that is more.
    pub max: Duration,
    /// The growth of the interval after each poll. Option `pollRateMult`, above 1, at most 100; 1.2 by default.
    pub multiplier: f64,
    /// The growth of the interval with each failed poll in a row, up to 30 s. Option `transport.pollIntervalMultiplier`, 1 to 100; 1.2 by
    /// default under Nexus v3, always 1 under GMS.
    pub failure_multiplier: f64,
    /// Checked and kept, without effect: a program has no page that could lose the focus. Option `pollRateSleep`, 1000 to 30000 ms; 30000 by default.
    pub sleep: Duration,
    /// Likewise without effect. Option `sleepEnabled`, under Nexus v3 `transport.sleepEnabled`; false by default.
    pub sleep_enabled: bool,
}

impl Default for ServiceConfig {
    /// Every option at its default.
    fn default() -> Self {
        Self::read(&Section::of(None, None, &Findings::default()))
    }
}

impl ServiceConfig {
    /// Reads what the service needs with any back end.
    pub(crate) fn read(webchat: &Section<'_>) -> Self {
        Self {
            user_data: webchat.object("userData").cloned().unwrap_or_default(),
            ajax_timeout: webchat.millis("ajaxTimeout", &(1..=MAX_TIMER)).unwrap_or(Duration::from_secs(3)),
            poll_exception_limit: webchat
                .whole("pollExceptionLimit", "a whole number", &(0..=u32::MAX.into()))
                .map_or(5, |limit| u32::try_from(limit).unwrap_or(u32::MAX)),
            restore_timeout: webchat
                .millis("restoreTimeout", &(0..=MAX_WHOLE))
                .filter(|timeout| !timeout.is_zero())
                .or(Some(Duration::from_mins(1))),
            asynchronous: None,
            max_message_length: webchat
                .whole("maxMessageLength", "a number of characters", &(1..=MAX_WHOLE))
                .map(|length| usize::try_from(length).unwrap_or(usize::MAX)),
            max_transcript_bytes: webchat
                .whole("maxTranscriptBytes", "a number of bytes", &(1..=MAX_WHOLE))
                .map_or(64 << 20, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX)),
            polling: read_polling(webchat),
        }
    }
}

fn read_polling(webchat: &Section<'_>) -> Polling {
    const DEFAULT: Duration = Duration::from_secs(3);
    const RATE: std::ops::RangeInclusive<u64> = 1000..=30_000;

    let min = webchat.millis("pollRateMin", &(250..=30_000)).unwrap_or(Duration::from_millis(500));
    let idle = read_max(webchat, "pollIntervalIdle_ms", min);
    let max = read_max(webchat, "pollRateMax", min).or(idle);
    Polling {
        dynamic: webchat.flag("dynamicPolling", true),
        rate: webchat.millis("pollRate", &RATE).unwrap_or(DEFAULT),
        min,
        max: max.unwrap_or(DEFAULT.max(min)),
        failure_multiplier: 1.0,
        multiplier: webchat.multiplier("pollRateMult", false).unwrap_or(1.2),
        sleep: webchat.millis("pollRateSleep", &RATE).unwrap_or(Duration::from_secs(30)),
        sleep_enabled: webchat.flag("sleepEnabled", false),
    }
}

/// The longest interval, which cannot be shorter than the shortest.
fn read_max(webchat: &Section<'_>, key: &'static str, min: Duration) -> Option<Duration> {
    let min = u64::try_from(min.as_millis()).unwrap_or(u64::MAX);
    webchat.millis(key, &(min..=30_000))
}
