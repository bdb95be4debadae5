//! Stamps that order the events of a chat.

use std::fmt;
use std::str::FromStr;

/// Milliseconds since 1970 UTC and one digit; unique and strictly increasing within a chat. When events come
/// faster than ten in a millisecond, the stamp runs ahead of the clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stamp {
    ms: u64,
    digit: u8,
}

impl Stamp {
    /// The stamp of an event at this time that follows one with the stamp `last`.
    pub(crate) fn following(last: Option<Self>, utc_ms: u64) -> Self {
        match last {
            Some(Self { ms, digit }) if ms >= utc_ms && digit < 9 => Self { ms, digit: digit + 1 },
            Some(Self { ms, .. }) if ms >= utc_ms => Self { ms: ms.saturating_add(1), digit: 0 },
            _ => Self { ms: utc_ms, digit: 0 },
        }
    }
}

/// `MS-DIGIT`.
impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.ms, self.digit)
    }
}

impl FromStr for Stamp {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (ms, digit) = text.split_once('-').ok_or(())?;
        Ok(Self { ms: ms.parse().map_err(|_| ())?, digit: digit.parse().map_err(|_| ())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_increase_as_text_without_the_dash_does() {
        let times = [5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 4, 6, 7, 2];
        let mut stamps = Vec::new();
        for ms in times {
            stamps.push(Stamp::following(stamps.last().copied(), 1_700_000_000_000 + ms));
        }
        let number = |stamp: &Stamp| stamp.to_string().replace('-', "").parse::<u64>().unwrap();
        for pair in stamps.windows(2) {
            assert!(pair[0] < pair[1] && number(&pair[0]) < number(&pair[1]), "{pair:?}");
        }
        assert_eq!(stamps[0].to_string(), "1700000000005-0");
        assert_eq!(stamps[10].to_string(), "1700000000006-0");
        assert_eq!("1700000000006-0".parse(), Ok(stamps[10]));
        for bad in ["", "17", "17-", "x-0", "1-2-3"] {
            assert!(bad.parse::<Stamp>().is_err(), "{bad}");
        }
    }
}
