//! When something happened: milliseconds since 1970 UTC as a number or as its text, or ISO 8601.

use super::Number;
use serde::Deserialize;
use serde_json::Value;

/// The time that `value` tells, in milliseconds since 1970 UTC. Nothing before 1970, and nothing that is no time.
pub(crate) fn millis(value: &Value) -> Option<u64> {
    let number = Number::deserialize(value).ok().and_then(Number::unsigned);
    number.or_else(|| iso(value.as_str()?.trim()))
}

/// `2023-11-14T22:13:23.456+01:00`, of which the seconds, their fraction and the zone (then UTC) can be missing, and the `T` a space.
fn iso(text: &str) -> Option<u64> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let [year, month, day] = numbers(date, '-')?;
    let zone_at = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at_checked(zone_at)?;
    let (clock, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, ""));
    let [hour, minute, second] = numbers(clock, ':').or_else(|| {
        let [hour, minute] = numbers(clock, ':')?;
        Some([hour, minute, 0])
    })?;
    if hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    let days = days_since_1970(year, month, day)?;
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - zone_seconds(zone)?;
    u64::try_from(seconds * 1000 + thousandths(fraction)?).ok()
}

/// `N` numbers without signs, separated by `mark`.
fn numbers<const N: usize>(text: &str, mark: char) -> Option<[i64; N]> {
    let mut parts = text.split(mark);
    let mut found = [0; N];
    for number in &mut found {
        *number = digits(parts.next()?)?;
    }
    parts.next().is_none().then_some(found)
}

fn digits(text: &str) -> Option<i64> {
    let fits = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok())?
}

fn thousandths(fraction: &str) -> Option<i64> {
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits(&format!("{fraction:0<3}")[..3])
}

/// East of Greenwich: nothing or `Z`, or `+01:00`, `+0100`, `+01`.
fn zone_seconds(zone: &str) -> Option<i64> {
    let (sign, rest) = match zone.split_at_checked(1) {
        None | Some(("Z" | "z", "")) => return Some(0),
        Some(("+", rest)) => (1, rest),
        Some(("-", rest)) => (-1, rest),
        Some(_) => return None,
    };
    let plain = rest.replace(':', "");
    let (hours, minutes) = match plain.len() {
        2 => (digits(&plain)?, 0),
        4 => (digits(&plain)? / 100, digits(&plain)? % 100),
        _ => return None,
    };
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Counted by the Gregorian calendar, in years that begin in March, so that a leap day is a year's last.
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=longest).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(
        year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn numbers_are_milliseconds() {
        for value in [json!(1_700_000_003_456_u64), json!("1700000003456"), json!(1_700_000_003_456.0)] {
            assert_eq!(millis(&value), Some(1_700_000_003_456));
        }
        for none in [json!(null), json!(-1), json!(true), json!([]), json!({}), json!(""), json!("soon")] {
            assert_eq!(millis(&none), None, "{none}");
        }
    }

    #[test]
    fn iso_8601() {
        for (text, time) in [
            ("2023-11-14T22:13:23.456Z", 1_700_000_003_456),
            ("2023-11-14t22:13:23,4567891z", 1_700_000_003_456),
            ("2023-11-14 22:13:23", 1_700_000_003_000),
            ("2023-11-14T22:13Z", 1_699_999_980_000),
            ("2023-11-14T23:13:23.4+01:00", 1_700_000_003_400),
            ("2023-11-14T16:43:23-0530", 1_700_000_003_000),
            ("2023-11-15T00:13:23+02", 1_700_000_003_000),
            ("2024-02-29T12:00:00Z", 1_709_208_000_000),
            ("1970-01-01T00:00:00Z", 0),
            ("2000-03-01T00:00:00Z", 951_868_800_000),
        ] {
            assert_eq!(iso(text), Some(time), "{text}");
        }
        for none in [
            "2023-11-14",
            "22:13:23",
            "2023-13-01T00:00Z",
            "2023-00-01T00:00Z",
            "2023-02-29T00:00Z",
            "1900-02-29T00:00Z",
            "2023-11-14T25:00Z",
            "2023-11-14T22:60Z",
            "2023-11-14T22Z",
            "2023-11-14T22:13:23.x",
            "2023-11-14T22:13:23+1",
            "2023-11-14T22:13:23+99:00",
            "1969-12-31T23:59:59Z",
            "20231-11-14T00:00Z",
            "2023-11-14T22:13:23ZZ",
            "äöT:ß",
        ] {
            assert_eq!(iso(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in ".*") {
            let _ = iso(&text);
        }

        #[test]
        fn any_second_agrees_with_another_calendar(seconds in 0_u64..32_503_680_000) {
            let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
            let http = httpdate::fmt_http_date(time);
            let (day, rest) = http.split_once(", ").unwrap().1.split_once(' ').unwrap();
            let [month, year, clock, _] = rest.split(' ').collect::<Vec<_>>().try_into().unwrap();
            let month = "JanFebMarAprMayJunJulAugSepOctNovDec".find(month).unwrap() / 3 + 1;
            prop_assert_eq!(iso(&format!("{year}-{month:02}-{day}T{clock}Z")), Some(seconds * 1000));
        }
    }
}
