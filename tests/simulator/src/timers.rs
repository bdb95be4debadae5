//! What is due when, for many at once.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use tokio::time::Instant;

/// The moments at which something may be due, by what it is due for. A moment may be too early: deadlines are mostly put off, which is then
/// found out when the moment has come.
#[derive(Debug)]
pub(crate) struct Timers<K> {
    set: HashMap<K, Instant>,
    queue: BTreeSet<(Instant, K)>,
}

impl<K> Default for Timers<K> {
    fn default() -> Self {
        Self { set: HashMap::new(), queue: BTreeSet::new() }
    }
}

impl<K: Clone + Eq + Hash + Ord> Timers<K> {
    /// Something is due for `key` at this moment, and not before.
    pub(crate) fn set(&mut self, key: &K, due: Instant) {
        if let Some(set) = self.set.get(key) {
            if *set <= due {
                return;
            }
            self.queue.remove(&(*set, key.clone()));
        }
        self.set.insert(key.clone(), due);
        self.queue.insert((due, key.clone()));
    }

    /// Nothing is due for `key`.
    pub(crate) fn forget(&mut self, key: &K) {
        if let Some(set) = self.set.remove(key) {
            self.queue.remove(&(set, key.clone()));
        }
    }

    pub(crate) fn clear(&mut self) {
        self.set.clear();
        self.queue.clear();
    }

    /// Nothing is due before this moment.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.queue.first().map(|(due, _)| *due)
    }

    /// Takes those whose moment has come. Each is to be set again if its deadline has been put off.
    pub(crate) fn take_due(&mut self, now: Instant) -> Vec<K> {
        let mut taken = Vec::new();
        while self.queue.first().is_some_and(|(due, _)| *due <= now) {
            if let Some((_, key)) = self.queue.pop_first() {
                self.set.remove(&key);
                taken.push(key);
            }
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_earliest_moment_counts() {
        let now = Instant::now();
        let at = |seconds| now + Duration::from_secs(seconds);
        let mut timers = Timers::default();
        timers.set(&"late", at(9));
        timers.set(&"early", at(5));
        timers.set(&"early", at(7));
        assert_eq!(timers.next(), Some(at(5)));
        timers.set(&"late", at(3));
        assert_eq!(timers.next(), Some(at(3)));
        assert!(timers.take_due(at(2)).is_empty());
        assert_eq!(timers.take_due(at(5)), ["late", "early"]);
        assert_eq!(timers.next(), None);
        timers.set(&"early", at(7));
        timers.forget(&"early");
        assert_eq!(timers.next(), None);
    }
}
