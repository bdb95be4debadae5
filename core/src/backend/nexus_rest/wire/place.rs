//! Where an entry stands (nexus-v3.md, 5.1): the server's index is text, `<milliseconds>-<number>`, and kept as it is; beside it stands a number
//! of the same order.

use crate::model::Index;
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

/// How much room the second part has in the number.
const BITS: u32 = 20;
/// The first part has room up to here, in milliseconds the year 2248.
const LIMIT: u64 = 1 << 43;
/// A number from here on is no place: nothing could come after it.
const TOO_LARGE: u64 = 1 << 63;
/// An index from here on is a time: in milliseconds the year 1973.
const EARLIEST: u64 = 100_000_000_000;

/// The place that `text` names. `raw` is the whole entry and `time` its own time, for entries whose place is not of the known form.
///
/// Numbers are ordered by their two parts, not by what is left without the dash, so `1-9` comes before `1-10`. Any other place gets a
/// number made of the time and of a hash: the same entry always the same, and hardly ever two entries the same. Without a time it is
/// lower than any place made of a time, so that it never passes for the newest.
pub(super) fn index(text: Option<&str>, time: Option<u64>, raw: impl FnOnce() -> String) -> Index {
    let order = text.and_then(order).unwrap_or_else(|| {
        let hash = text.map_or_else(|| hash(&raw()), hash);
        match time.filter(|time| (1..LIMIT).contains(time)) {
            Some(time) => time << BITS | hash >> (64 - BITS),
            None => hash % LIMIT,
        }
    });
    Index { order, text: text.map(Arc::from), odd: None }
}

/// The time that `text` names, in milliseconds since 1970 UTC.
pub(super) fn time(text: &str) -> Option<u64> {
    parts(text).map(|(first, _)| first).filter(|first| (EARLIEST..LIMIT).contains(first))
}

fn order(text: &str) -> Option<u64> {
    match parts(text)? {
        (first, second) if first < LIMIT && second < 1 << BITS => Some(first << BITS | second),
        (first, _) => (!text.contains('-') && first < TOO_LARGE).then_some(first),
    }
}

/// The two parts around the dash; a plain number is the first.
fn parts(text: &str) -> Option<(u64, u64)> {
    let number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?;
    let (first, second) = text.split_once('-').unwrap_or((text, "0"));
    Some((number(first)?, number(second)?))
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place(text: &str) -> u64 {
        index(Some(text), None, || unreachable!("the text tells")).order
    }

    #[test]
    fn places_are_ordered_by_both_parts() {
        let ascending =
            ["1-0", "17", "1700000003000-0", "1700000003000-9", "1700000003000-10", "1700000003001-0"];
        assert!(ascending.is_sorted_by(|one, next| place(one) < place(next)));
        assert_eq!(place("1700000003000"), place("1700000003000-0"), "the same place, as in a Redis stream");
        assert!(place("1700000003000000") < place("1700000003000001"), "microseconds");
    }

    #[test]
    fn the_text_is_kept() {
        let kept = |text: &str| index(Some(text), None, String::new).text;
        for text in ["1700000003000-0", "017", "", "a-b"] {
            assert_eq!(kept(text).as_deref(), Some(text));
        }
        assert_eq!(index(None, None, String::new).text, None);
    }

    #[test]
    fn other_places_are_told_apart_and_put_in_their_time() {
        let at = |text, time| index(Some(text), time, String::new).order;
        let time = 1_700_000_003_000;
        for text in
            ["", "-", "1-", "-1", "1-2-3", "x1-0", "1.5", "+1", "1-99999999999", "9999999999999999-1", "e7c2"]
        {
            assert_eq!(at(text, Some(time)), at(text, Some(time)));
            assert!(
                at(text, Some(time)) >= place("1700000003000-0")
                    && at(text, Some(time)) < place("1700000003001-0")
            );
            for no_time in [None, Some(0), Some(u64::MAX)] {
                assert!(at(text, no_time) < place("8388608-0"), "before any time");
            }
        }
        let nameless = |raw: &str| index(None, None, || raw.to_owned()).order;
        assert_eq!(nameless("{}"), nameless("{}"));
        assert_ne!(nameless("{}"), nameless("{\"a\":1}"));
    }

    #[test]
    fn only_what_can_be_a_time_is_one() {
        assert_eq!(time("1700000003000-7"), Some(1_700_000_003_000));
        for other in ["17", "17-0", "9999999999999999-0", "x", "1700000003000-x"] {
            assert_eq!(time(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn any_two_places_of_the_known_form_are_ordered(a in 0..LIMIT, b in 0_u64..1 << BITS, c in 0..LIMIT, d in 0_u64..1 << BITS) {
            prop_assert_eq!(place(&format!("{a}-{b}")).cmp(&place(&format!("{c}-{d}"))), (a, b).cmp(&(c, d)));
        }

        #[test]
        fn any_text_has_a_place(text in ".*", time in proptest::option::of(any::<u64>())) {
            prop_assert_eq!(index(Some(&text), time, String::new), index(Some(&text), time, String::new));
        }
    }
}
