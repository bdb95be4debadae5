//! The transcript that `getTranscript` returns, within its bound (webchatservice.md, 2).

mod kept;
mod pattern;

use crate::model::{Received, Transcript};
use kept::{Common, Kept};
use std::sync::Arc;

/// What is kept of the chat's visible messages: the newest that fit.
#[derive(Debug, Default)]
pub(crate) struct Record {
    messages: Vec<Kept>,
    common: Common,
    truncated: bool,
    bytes: usize,
}

impl Record {
    /// A snapshot.
    pub(crate) fn kept(&self) -> Transcript {
        let received = self.messages.iter().map(Kept::received).collect();
        Transcript { received: Arc::new(received), truncated: self.truncated }
    }

    /// Adds messages where they belong, whenever they come. True when for the first time not all of them can be kept.
    pub(crate) fn add(&mut self, received: &[Received], bound: usize) -> bool {
        for received in received {
            let kept = Kept::new(received, &mut self.common);
            self.bytes += kept.weight();
            self.insert(kept);
        }
        if self.bytes <= bound {
            return false;
        }
        // A little more than has to go: each time it costs as much as what stays. The newest message stays, however large.
        let target = bound - bound / 16;
        let mut gone = 0;
        for oldest in self.messages.iter().take(self.messages.len().saturating_sub(1)) {
            if self.bytes <= target {
                break;
            }
            self.bytes -= oldest.weight();
            gone += 1;
        }
        self.messages.drain(..gone);
        gone > 0 && !std::mem::replace(&mut self.truncated, true)
    }

    /// Puts an entry where it belongs in the server's order, whenever it came. One without a place stands where it came.
    fn insert(&mut self, kept: Kept) {
        let at = kept.place().and_then(|place| {
            let behind = self.messages.iter().enumerate().rev().map(|(at, known)| (at, known.place()));
            let behind = behind.take_while(|(_, known)| known.as_ref().is_none_or(|known| *known > place));
            behind.filter(|(_, known)| known.is_some()).map(|(at, _)| at).last()
        });
        // Room for a few more: a vector that makes its own takes twice what it needs.
        if self.messages.len() == self.messages.capacity() {
            self.messages.reserve_exact(self.messages.len() / 8 + 4);
        }
        self.messages.insert(at.unwrap_or(self.messages.len()), kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Private,
        model::{Message, Whose},
    };

    const TEXT: usize = 1_000;

    fn message(index: u64) -> Received {
        let text = Some(Private::new("x".repeat(TEXT)));
        let message = Message { index: index.into(), text, ..Message::default() };
        Received { message, original: Arc::default(), whose: Whose::Untold }
    }

    fn places(record: &Record) -> Vec<u64> {
        record.kept().received.iter().map(|received| received.message.index.order().unwrap()).collect()
    }

    #[test]
    fn the_oldest_leave_and_the_newest_stay() {
        let (mut record, bound) = (Record::default(), 32 * message(0).weight());
        let told: Vec<_> = (1..=100).filter(|index| record.add(&[message(*index)], bound)).collect();
        assert_eq!(told, [33]);
        let places = places(&record);
        assert!(places.len() >= 30 && places.len() <= 32);
        assert!(places.iter().copied().eq(101 - places.len() as u64..=100));
        assert!(record.kept().truncated && record.bytes <= bound);
    }

    #[test]
    fn a_page_of_older_ones_has_its_place_before_the_others_as_far_as_it_fits() {
        let (mut record, bound) = (Record::default(), 16 * message(0).weight());
        record.add(&(21..=30).map(message).collect::<Vec<_>>(), bound);
        assert!(!record.add(&(16..=20).rev().map(message).collect::<Vec<_>>(), bound));
        assert_eq!(places(&record), (16..=30).collect::<Vec<_>>());
        assert!(record.add(&(11..=15).rev().map(message).collect::<Vec<_>>(), bound));
        assert_eq!(places(&record), (16..=30).collect::<Vec<_>>());
    }

    #[test]
    fn a_message_larger_than_all_is_there_alone() {
        let mut record = Record::default();
        assert!(!record.add(&[message(1)], 10) && !record.kept().truncated);
        assert!(record.add(&[message(2)], 10));
        assert_eq!(places(&record), [2]);
    }

    #[test]
    fn what_was_handed_out_stays_as_it_was() {
        let mut record = Record::default();
        record.add(&[message(1)], usize::MAX);
        let before = record.kept();
        record.add(&[message(2)], 10);
        assert_eq!((before.received.len(), before.truncated, places(&record)), (1, false, vec![2]));
    }
}
