//! `Retry-After`: seconds, or a date.

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use std::time::{Duration, SystemTime};

/// No wait longer than this is taken seriously.
const LONGEST: Duration = Duration::from_hours(24);

/// How long the server asks to wait. A date counts from the answer's own `Date`, so that a wrong clock here does no harm.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if value.bytes().all(|byte| byte.is_ascii_digit()) && !value.is_empty() {
        value.parse().map_or(LONGEST, Duration::from_secs)
    } else {
        let date = |text| httpdate::parse_http_date(text).ok();
        let sent = headers.get(DATE).and_then(|value| value.to_str().ok()).and_then(date);
        date(value)?.duration_since(sent.unwrap_or_else(SystemTime::now)).unwrap_or_default()
    };
    Some(wait.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(value: &str) -> Option<u64> {
        let headers =
            [(RETRY_AFTER, value.parse().unwrap()), (DATE, "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap())];
        retry_after(&headers.into_iter().collect()).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds_and_dates() {
        assert_eq!(wait(" 7 "), Some(7));
        assert_eq!(wait("0"), Some(0));
        assert_eq!(wait("99999999999999999999"), Some(86_400));
        assert_eq!(wait("Sun, 06 Nov 1994 08:51:07 GMT"), Some(90));
        assert_eq!(wait("Sunday, 06-Nov-94 08:49:40 GMT"), Some(3));
        assert_eq!(wait("Sun, 06 Nov 1994 08:00:00 GMT"), Some(0), "a date that has passed");
        for bad in ["", "soon", "-1", "1.5"] {
            assert_eq!(wait(bad), None, "{bad}");
        }
        let future = SystemTime::now() + Duration::from_mins(1);
        let headers = [(RETRY_AFTER, httpdate::fmt_http_date(future).parse().unwrap())].into_iter().collect();
        let wait = retry_after(&headers).unwrap().as_secs();
        assert!((50..=60).contains(&wait), "without a Date the clock counts: {wait}");
    }
}
