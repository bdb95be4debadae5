//! Which entries are known, by all the names that the server has for them: live and in the history they need not have the same.
//!
//! Each has a number of its order, which it keeps: that of its time, as it was known first. Where the history tells no time, or another, its
//! order on the page decides. So an entry that comes twice, in whatever form, is one; and what stood between two stays between them.

use super::super::wire::{Entry, Kind};
use crate::model::{EntryId, Index, Place};
use serde_json::Value;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// How many entries are remembered. A server shows none so old again but to who asks for them.
const MOST: usize = 8192;
/// How many numbers there are for entries of one millisecond.
const OF_A_MILLISECOND: u64 = 1 << 16;
/// Where entries begin of which nobody knows the time.
const TIMELESS: u64 = 1 << 50;
/// How many of the newest own entries are compared by what they say.
const COMPARED: usize = 64;

/// Counts the entries in the order in which they became known.
pub(super) type Seq = u64;

/// An entry that is known.
#[derive(Debug)]
struct Known {
    order: u64,
    /// What it is called outside.
    name: Arc<str>,
    aliases: Vec<Arc<str>>,
    /// The number of the message that it is, if it was sent from here.
    number: Option<u64>,
    is_own: bool,
    time: Option<u64>,
    text: Box<str>,
    /// It has come live.
    is_live: bool,
    /// The history has shown it.
    in_history: bool,
}

/// The entries that are known.
#[derive(Debug, Default)]
pub(super) struct Entries {
    known: BTreeMap<Seq, Known>,
    by_alias: HashMap<Arc<str>, Seq>,
    by_order: BTreeMap<u64, Seq>,
    last: Seq,
}

/// What else names a message that was sent from here.
#[derive(Clone, Debug, Default)]
pub(super) struct Own<'a> {
    pub(super) number: Option<u64>,
    pub(super) names: Vec<&'a str>,
}

fn aliases(entry: &Entry, own: &Own<'_>) -> Vec<Arc<str>> {
    let of = |kind: char, name: &Option<Box<str>>| name.as_ref().map(|name| format!("{kind}{name}").into());
    let id = of('i', &entry.id);
    let message = of('c', &entry.message_id);
    let name = of('n', &entry.name).filter(|_| entry.is_own);
    // What a message was sent by can come back as either.
    let others = own.names.iter().flat_map(|name| ['c', 'n'].map(|kind| format!("{kind}{name}").into()));
    [message, id, name].into_iter().flatten().chain(others).collect()
}

impl Entries {
    /// How many have become known so far.
    pub(super) fn mark(&self) -> Seq {
        self.last
    }

    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Takes note of an entry that comes live; its place, where it has a name.
    pub(super) fn live(&mut self, entry: &Entry, own: &Own<'_>) -> Index {
        let all = aliases(entry, own);
        if all.is_empty() {
            return Index::odd(Value::Null);
        }
        let found = self.find(&all).or_else(|| self.find_alike(entry, |known| known.is_live));
        let seq = found.unwrap_or_else(|| {
            let newest = self.newest().unwrap_or(TIMELESS);
            self.add(entry, entry.time.map_or(newest + 1, of_time))
        });
        if let Some(known) = self.known.get_mut(&seq) {
            known.is_live = true;
        }
        self.name(seq, all, own.number);
        self.place(seq)
    }

    /// Takes note of entries of the history, the newest first, all older than `before` that are not known. The place of each, and since when
    /// it has been known, unless that is by this.
    pub(super) fn past(
        &mut self,
        page: &[Entry],
        before: Option<u64>,
        own: impl Fn(&Entry) -> Option<u64>,
    ) -> Vec<(Index, Option<Seq>)> {
        let seqs: Vec<_> = page.iter().map(|entry| self.find(&aliases(entry, &Own::default()))).collect();
        let mut placed = Vec::with_capacity(page.len());
        // From the oldest on: each comes behind the one before it, and before the next that is known.
        for (at, (entry, known)) in page.iter().zip(&seqs).enumerate().rev() {
            let older = placed.last().and_then(|(index, _): &(Index, _)| index.order());
            let newer = seqs.get(..at).into_iter().flatten().rev().flatten().next();
            let newer = newer.and_then(|seq| self.known.get(seq)).map(|known| known.order).or(before);
            let all = aliases(entry, &Own::default());
            let known = known.or_else(|| self.find_past(entry));
            let seq = match known {
                Some(seq) => seq,
                None if all.is_empty() => {
                    placed.push((Index::odd(Value::Null), None));
                    continue;
                }
                None => {
                    // One of which nothing tells where it stands is the newest: it was not there before.
                    let nowhere = older.is_none() && newer.is_none() && entry.time.is_none();
                    let older = older.or_else(|| self.newest().filter(|_| nowhere));
                    self.add(entry, between(older, entry.time, newer))
                }
            };
            if let Some(known) = self.known.get_mut(&seq) {
                known.in_history = true;
            }
            self.name(seq, all, own(entry));
            placed.push((self.place(seq), known.map(|_| seq)));
        }
        placed.reverse();
        placed
    }

    /// The number of the message that an entry is, if it was sent from here and is known by an echo.
    pub(super) fn number(&self, entry: &Entry) -> Option<u64> {
        let seq = self.find(&aliases(entry, &Own::default()))?;
        self.known.get(&seq)?.number
    }

    /// The newest by order.
    pub(super) fn newest(&self) -> Option<u64> {
        self.by_order.last_key_value().map(|(order, _)| *order)
    }

    /// Since when the entry at a place is known; zero, if it is not.
    pub(super) fn since_place(&self, place: Option<&Place>) -> Seq {
        place.and_then(|place| self.by_order.get(&place.order)).copied().unwrap_or_default()
    }

    /// The number of the oldest's order.
    pub(super) fn oldest(&self) -> Option<u64> {
        self.by_order.first_key_value().map(|(order, _)| *order)
    }

    /// Since when an entry is known.
    pub(super) fn since(&self, entry: &Entry) -> Option<Seq> {
        self.find_past(entry)
    }

    /// Whether an entry called so is known.
    #[cfg(test)]
    pub(super) fn knows(&self, name: &str) -> bool {
        ['i', 'c'].iter().any(|kind| self.by_alias.contains_key(&*format!("{kind}{name}")))
    }

    fn find(&self, aliases: &[Arc<str>]) -> Option<Seq> {
        aliases.iter().find_map(|alias| self.by_alias.get(alias)).copied()
    }

    /// The same in the history. An own entry that the history calls otherwise in every respect is known by what it says, and when.
    fn find_past(&self, entry: &Entry) -> Option<Seq> {
        self.find(&aliases(entry, &Own::default()))
            .or_else(|| self.find_alike(entry, |known| known.in_history))
    }

    /// The own entry that says the same at the same time, and has not come in this way.
    fn find_alike(&self, entry: &Entry, came: impl Fn(&Known) -> bool) -> Option<Seq> {
        let alike = |known: &Known| {
            let same_time = match (entry.time, known.time) {
                (Some(one), Some(other)) => one / 1000 == other / 1000,
                _ => true,
            };
            known.is_own && !came(known) && *known.text == *entry.text() && same_time
        };
        if !entry.is_own || !matches!(entry.kind, Kind::Said | Kind::Joined) {
            return None;
        }
        let newest = self.known.iter().rev().filter(|(_, known)| known.is_own).take(COMPARED);
        // The oldest of those alike: they come in order.
        newest.filter(|(_, known)| alike(known)).last().map(|(seq, _)| *seq)
    }

    fn add(&mut self, entry: &Entry, mut order: u64) -> Seq {
        while self.by_order.contains_key(&order) {
            order += 1;
        }
        self.last += 1;
        let name = entry.id.as_deref().or(entry.message_id.as_deref()).unwrap_or_default();
        let known = Known {
            order,
            name: name.into(),
            aliases: Vec::new(),
            number: None,
            is_own: entry.is_own,
            time: entry.time,
            text: if entry.is_own { entry.text().into() } else { "".into() },
            is_live: false,
            in_history: false,
        };
        self.known.insert(self.last, known);
        self.by_order.insert(order, self.last);
        if self.known.len() > MOST {
            self.forget_oldest();
        }
        self.last
    }

    fn forget_oldest(&mut self) {
        let Some((_, seq)) = self.by_order.pop_first() else { return };
        for alias in self.known.remove(&seq).into_iter().flat_map(|known| known.aliases) {
            self.by_alias.remove(&alias);
        }
    }

    /// An entry is also called so.
    fn name(&mut self, seq: Seq, aliases: Vec<Arc<str>>, number: Option<u64>) {
        let Some(known) = self.known.get_mut(&seq) else { return };
        known.number = known.number.or(number);
        for alias in aliases {
            if self.by_alias.insert(alias.clone(), seq).is_none() {
                known.aliases.push(alias);
            }
        }
    }

    fn place(&self, seq: Seq) -> Index {
        let Some(known) = self.known.get(&seq) else { return Index::odd(Value::Null) };
        let (order, name) = (known.order, known.name.clone());
        Index::Place(Place { order, id: EntryId::Name(name.clone()), text: Some(name) })
    }
}

fn of_time(time: u64) -> u64 {
    time.saturating_mul(OF_A_MILLISECOND)
}

/// The number of an entry between two: that of its time, where it lies between them.
fn between(older: Option<u64>, time: Option<u64>, newer: Option<u64>) -> u64 {
    let least = older.map(|older| older + 1);
    let most = newer.map(|newer| newer.saturating_sub(OF_A_MILLISECOND));
    let wanted = time.map(of_time).or(least).or(most).unwrap_or(TIMELESS);
    let below = most.map_or(wanted, |most| wanted.min(most));
    least.map_or(below, |least| below.max(least))
}

#[cfg(test)]
#[allow(clippy::needless_pass_by_value, reason = "values are made where they are handed in")]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(id: &str, time: Option<u64>, more: Value) -> Entry {
        let time = time.map(|seconds| format!("2023-11-14T22:{:02}:{:02}.500Z", seconds / 60, seconds % 60));
        let mut body =
            json!({"id": id, "type": "Text", "direction": "Outbound", "text": id, "channel": {"time": time}});
        for (name, value) in more.as_object().unwrap() {
            match (body.get_mut(name), value) {
                (Some(Value::Object(inner)), Value::Object(more)) => inner.extend(more.clone()),
                _ => drop(body.as_object_mut().unwrap().insert(name.clone(), value.clone())),
            }
        }
        Entry::read(&body.to_string()).unwrap()
    }

    fn plain(id: &str, seconds: u64) -> Entry {
        entry(id, Some(seconds), json!({}))
    }

    fn own(id: &str, message: &str, seconds: Option<u64>) -> Entry {
        entry(id, seconds, json!({"direction": "Inbound", "text": "mine", "channel": {"messageId": message}}))
    }

    fn order(index: &Index) -> u64 {
        index.order().unwrap()
    }

    fn past(entries: &mut Entries, page: &[Entry]) -> Vec<u64> {
        entries.past(page, None, |_| None).iter().map(|(index, _)| order(index)).collect()
    }

    #[test]
    fn an_entry_keeps_its_place_whatever_the_history_calls_it() {
        let mut entries = Entries::default();
        let sent = Own { number: Some(3), names: vec!["tracing", "name"] };
        let first = entries.live(&own("a", "c1", Some(10)), &sent);
        for again in [
            own("a", "other", None),
            own("b", "c1", Some(10)),
            own("b", "tracing", None),
            entry("b", None, json!({"direction": "Inbound", "text": "mine", "metadata": {"id": "name"}})),
        ] {
            assert_eq!(entries.past(&[again], None, |_| None)[0].0, first);
        }
        assert_eq!(entries.number(&own("a", "x", None)), Some(3));
    }

    #[test]
    fn an_own_one_with_other_names_is_known_by_what_it_says_and_when() {
        let mut entries = Entries::default();
        let places: Vec<_> = [("a", 10), ("b", 10), ("c", 70)]
            .map(|(id, time)| entries.live(&own(id, &format!("m{id}"), Some(time)), &Own::default()))
            .into();
        let page = [own("z", "mz", Some(70)), own("y", "my", Some(10)), own("x", "mx", Some(10))];
        let found = entries.past(&page, None, |_| None);
        assert_eq!(found[0].0, places[2]);
        let mut two = [order(&found[1].0), order(&found[2].0)];
        two.sort_unstable();
        assert_eq!(two, [order(&places[0]), order(&places[1])], "each stands for one");
    }

    #[test]
    fn what_was_missed_comes_between() {
        let mut entries = Entries::default();
        let (a, d) =
            (entries.live(&plain("a", 1), &Own::default()), entries.live(&plain("d", 4), &Own::default()));
        let page = |times: [Option<u64>; 4]| {
            ["d", "c", "b", "a"]
                .iter()
                .zip(times)
                .map(|(id, time)| entry(id, time, json!({})))
                .collect::<Vec<_>>()
        };
        for times in [[Some(4), Some(3), Some(2), Some(1)], [None; 4], [Some(9), Some(9), Some(9), Some(9)]] {
            let mut entries = Entries::default();
            entries.live(&plain("a", 1), &Own::default());
            entries.live(&plain("d", 4), &Own::default());
            let orders = past(&mut entries, &page(times));
            assert!(orders.is_sorted_by(|newer, older| newer > older), "{times:?}: {orders:?}");
            assert_eq!((orders[3], orders[0]), (order(&a), order(&d)));
        }
    }

    #[test]
    fn pages_without_times_keep_their_order_one_behind_the_other() {
        let mut entries = Entries::default();
        let page = |ids: [&str; 3]| ids.map(|id| entry(id, None, json!({})));
        let newer = past(&mut entries, &page(["f", "e", "d"]));
        assert!(newer.is_sorted_by(|newer, older| newer > older));
        let all = past(&mut entries, &page(["d", "c", "b"]));
        assert!(all.is_sorted_by(|newer, older| newer > older) && all[0] == newer[2], "{newer:?} {all:?}");
        let live = entries.live(&plain("g", 1), &Own::default());
        assert!(order(&live) > newer[0]);
    }

    #[test]
    fn an_entry_that_comes_twice_is_one() {
        let mut entries = Entries::default();
        let page = ["c", "b", "b", "a"].map(|id| plain(id, 1));
        let orders = past(&mut entries, &page);
        assert!(orders[1] == orders[2] && orders[0] > orders[1] && orders[2] > orders[3]);
        assert_eq!(entries.mark(), 3);
    }

    #[test]
    fn two_of_one_moment_are_two() {
        let mut entries = Entries::default();
        let both = ["a", "b"].map(|id| order(&entries.live(&plain(id, 1), &Own::default())));
        assert!(both[0] < both[1]);
        assert_eq!(entries.live(&Entry::read("{}").unwrap(), &Own::default()).place(), None);
    }

    #[test]
    fn only_so_many_are_remembered() {
        let mut entries = Entries::default();
        for number in 0..MOST as u64 + 10 {
            entries.live(&plain(&number.to_string(), number / 16), &Own::default());
        }
        assert_eq!((entries.known.len(), entries.by_order.len()), (MOST, MOST));
        assert_eq!(entries.by_alias.len(), MOST);
        assert!(!entries.knows("0") && entries.knows("100"));
    }
}
