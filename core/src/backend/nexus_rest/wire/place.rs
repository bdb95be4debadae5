//! Where an entry stands (nexus-v3.md, 5.1): the server's index is text, `<milliseconds>-<number>`, and kept as it is; beside it stands a number
//! of the same order.

use crate::model::{EntryId, Place};
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
/// number made of the time and of a hash, the same entry always the same one; the text tells which entry it is. Without a time it is lower
/// than any place made of a time, so that it never passes for the newest.
pub(super) fn place(text: Option<&str>, time: Option<u64>, raw: impl FnOnce() -> String) -> Place {
    let text: Option<Arc<str>> = text.map(Arc::from);
    if let Some(order) = text.as_deref().and_then(order) {
        return Place { order, id: EntryId::Order, text };
    }
    let raw = text.clone().unwrap_or_else(|| raw().into());
    let hash = hash(&raw);
    let order = match time.filter(|time| (1..LIMIT).contains(time)) {
        Some(time) => time << BITS | hash >> (64 - BITS),
        None => hash % LIMIT,
    };
    Place { order, id: EntryId::Name(raw), text }
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

    fn named(text: &str) -> Place {
        super::place(Some(text), None, || unreachable!("the text tells"))
    }

    #[test]
    fn places_are_ordered_by_both_parts() {
        let ascending =
            ["1-0", "17", "1700000003000-0", "1700000003000-9", "1700000003000-10", "1700000003001-0"];
        assert!(ascending.is_sorted_by(|one, next| named(one) < named(next)));
        assert_eq!(named("1700000003000"), named("1700000003000-0"), "the same place, as in a Redis stream");
        assert!(named("1700000003000000") < named("1700000003000001"), "microseconds");
    }

    #[test]
    fn the_text_is_kept() {
        let kept = |text: &str| place(Some(text), None, String::new).text;
        for text in ["1700000003000-0", "017", "", "a-b"] {
            assert_eq!(kept(text).as_deref(), Some(text));
        }
        assert_eq!(place(None, None, String::new).text, None);
    }

    #[test]
    fn other_places_are_told_apart_and_put_in_their_time() {
        let at = |text, time| place(Some(text), time, String::new);
        let time = 1_700_000_003_000;
        for text in
            ["", "-", "1-", "-1", "1-2-3", "x1-0", "1.5", "+1", "1-99999999999", "9999999999999999-1", "e7c2"]
        {
            assert_eq!(at(text, Some(time)), at(text, Some(time)));
            assert!(
                at(text, Some(time)) >= named("1700000003000-0")
                    && at(text, Some(time)) < named("1700000003001-0")
            );
            for no_time in [None, Some(0), Some(u64::MAX)] {
                assert!(at(text, no_time) < named("8388608-0"), "before any time");
            }
        }
        let nameless = |raw: &str| place(None, None, || raw.to_owned());
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
            prop_assert_eq!(named(&format!("{a}-{b}")).cmp(&named(&format!("{c}-{d}"))), (a, b).cmp(&(c, d)));
        }

        #[test]
        fn any_text_has_a_place(text in ".*", time in proptest::option::of(any::<u64>())) {
            prop_assert_eq!(super::place(Some(&text), time, String::new), super::place(Some(&text), time, String::new));
        }
    }
}
