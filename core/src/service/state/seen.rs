//! Which transcript entries have been received: where a number tells which entry it is, a set of ranges, so that its size follows the gaps and
//! not the transcript; the others by name.

use crate::model::{EntryId, Place, Received};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    hash::{DefaultHasher, Hash, Hasher},
};

/// How many ranges are told apart, and how many entries with a name, and without a place. A chat has no more, unless a server wants our memory.
const MOST: usize = 65_536;

/// Which entries have been received.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    places: Places,
    /// How often an answer has had an entry without a place, by the hash of what it says.
    odd: HashMap<u64, usize>,
}

impl Entries {
    /// Keeps those of an answer's messages that were not received before. Nothing tells an entry without a place from a repetition of it in a
    /// later answer; twice in the same answer it is two.
    pub(crate) fn retain_new(&mut self, messages: &mut Vec<Received>) {
        let mut in_this: HashMap<u64, usize> = HashMap::new();
        messages.retain(|received| {
            if let Some(place) = received.message.index.place() {
                return self.places.insert(place.clone());
            }
            let fingerprint = fingerprint(received);
            let count = in_this.entry(fingerprint).or_default();
            *count += 1;
            let known = self.odd.get(&fingerprint).copied().unwrap_or_default();
            if *count > known && (known > 0 || self.odd.len() < MOST) {
                self.odd.insert(fingerprint, *count);
            }
            *count > known
        });
    }

    /// Whether the entry with this place has been received.
    pub(crate) fn contains(&self, place: &Place) -> bool {
        self.places.contains(place)
    }
}

/// A hash of what the server says, however it is written.
fn fingerprint(received: &Received) -> u64 {
    let json = received.original.as_json();
    let value =
        serde_json::from_str::<Value>(&json).map_or_else(|_| json.to_string(), |value| value.to_string());
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// A set of places.
#[derive(Debug, Default)]
pub(crate) struct Places {
    counted: Seen,
    named: BTreeSet<Place>,
    /// Nothing is told twice: what stands before this was there, or comes no more.
    forgotten_before: Option<Place>,
}

impl Places {
    /// Adds a place; false when it was there already.
    pub(crate) fn insert(&mut self, place: Place) -> bool {
        if place.id == EntryId::Order {
            return self.counted.insert(place.order);
        }
        if self.is_forgotten(&place) || !self.named.insert(place) {
            return false;
        }
        if self.named.len() > MOST {
            self.forgotten_before = self.named.pop_first();
        }
        true
    }

    /// Whether a place is in the set.
    pub(crate) fn contains(&self, place: &Place) -> bool {
        match place.id {
            EntryId::Order => self.counted.contains(place.order),
            EntryId::Name(_) => self.is_forgotten(place) || self.named.contains(place),
        }
    }

    fn is_forgotten(&self, place: &Place) -> bool {
        self.forgotten_before.as_ref().is_some_and(|first| place <= first)
    }
}

/// A set of numbers, as ranges `first -> last`.
#[derive(Debug, Default)]
struct Seen(BTreeMap<u64, u64>);

impl Seen {
    /// Adds a number; false when it was there already.
    fn insert(&mut self, index: u64) -> bool {
        let below = self.0.range(..=index).next_back().map(|(first, last)| (*first, *last));
        if below.is_some_and(|(_, last)| index <= last) {
            return false;
        }
        let first = match below {
            Some((first, last)) if last.checked_add(1) == Some(index) => first,
            _ => index,
        };
        let last = index.checked_add(1).and_then(|next| self.0.remove(&next)).unwrap_or(index);
        self.0.insert(first, last);
        if self.0.len() > MOST {
            self.close_oldest_gap();
        }
        true
    }

    /// Nothing is told twice: what has not come of the oldest gap comes no more.
    fn close_oldest_gap(&mut self) {
        if let (Some((first, _)), Some((_, last))) = (self.0.pop_first(), self.0.pop_first()) {
            self.0.insert(first, last);
        }
    }

    /// Whether a number is in the set.
    fn contains(&self, index: u64) -> bool {
        self.0.range(..=index).next_back().is_some_and(|(_, last)| index <= *last)
    }

    #[cfg(test)]
    fn ranges(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn neighbours_become_one_range() {
        let mut seen = Seen::default();
        for index in [1, 3, 2, 5, 4, u64::MAX] {
            assert!(seen.insert(index));
        }
        assert_eq!(seen.ranges(), 2);
        assert!(!seen.insert(3) && !seen.insert(u64::MAX));
    }

    #[test]
    fn a_server_that_leaves_gaps_takes_no_more_memory_for_ever() {
        let mut seen = Seen::default();
        let all = MOST as u64 * 2;
        for index in 0..all {
            assert!(seen.insert(index * 2));
        }
        assert_eq!(seen.ranges(), MOST);
        assert!((0..all).all(|index| seen.contains(index * 2)), "nothing is told twice");
        assert!(seen.insert(all * 2 - 3), "the newest gaps are open");
    }

    fn named(order: u64, name: &str) -> Place {
        Place { order, id: EntryId::Name(name.into()), text: None }
    }

    #[test]
    fn entries_of_the_same_number_are_told_apart_by_their_names() {
        let mut places = Places::default();
        assert!(places.insert(named(7, "a")) && places.insert(named(7, "b")) && places.insert(7.into()));
        assert!(!places.insert(named(7, "a")) && !places.insert(7.into()));
        assert!(places.contains(&named(7, "b")) && !places.contains(&named(7, "c")));
    }

    #[test]
    fn a_server_that_names_its_entries_takes_no_more_memory_for_ever() {
        let mut places = Places::default();
        let all = MOST as u64 + 10;
        assert!((0..all).all(|order| places.insert(named(order, "a"))));
        assert_eq!(places.named.len(), MOST);
        assert!((0..all).all(|order| !places.insert(named(order, "a"))), "nothing is told twice");
        assert!(places.insert(named(10, "b")), "the newest may still come");
    }

    proptest! {
        #[test]
        fn behaves_like_a_set(indexes in proptest::collection::vec(0_u64..40, 0..200)) {
            let (mut seen, mut set) = (Seen::default(), BTreeSet::new());
            for index in indexes {
                prop_assert_eq!(seen.contains(index), set.contains(&index));
                prop_assert_eq!(seen.insert(index), set.insert(index));
            }
        }
    }
}
