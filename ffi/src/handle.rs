//! Handles: tokens that look like pointers to the compiler and are never dereferenced.
//!
//! A token is a tag for its kind, the mark of this copy of the library, a generation and a slot of the kind's table. No address that a
//! program can have is one: the tag's highest bit is set. Two copies in one process, one of them part of a plugin, say, tell their handles
//! apart by the mark; in 32 bits there is no room for one. A slot whose generations are used up is retired, so a destroyed handle does not
//! come back to life. On 32 bits all slots are used up after 268 million handles, which a busy program comes to: then those retired longest
//! ago begin anew.

use crate::{
    boundary::Failure,
    fork, reason,
    status::{WEBCHAT_ERR_INTERNAL, WEBCHAT_ERR_INVALID_HANDLE},
};
use std::{
    collections::VecDeque,
    hash::{BuildHasher, Hasher, RandomState},
    ptr::{null_mut, without_provenance_mut},
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

const KIND_BITS: u32 = 4;
const MARK_BITS: u32 = if usize::BITS == 64 { 16 } else { 0 };
const SLOT_BITS: u32 = if usize::BITS == 64 { 24 } else { 16 };
const GENERATION_BITS: u32 = usize::BITS - KIND_BITS - MARK_BITS - SLOT_BITS;
const GENERATIONS: usize = 1 << GENERATION_BITS;
const SLOTS: usize = 1 << SLOT_BITS;

/// The mark of this copy, drawn at random: the standard library's keys for hashes are each copy's own.
static MARK: LazyLock<usize> = LazyLock::new(|| {
    let random = RandomState::new().build_hasher().finish() & ((1 << MARK_BITS) - 1);
    usize::try_from(random).unwrap_or_default()
});

/// What handles stand for.
pub(crate) trait Object: Send + Sync + Sized + 'static {
    /// The opaque type of the header.
    type Opaque;
    /// Tells the kinds apart; from 1 to 7.
    const KIND: usize;
    /// The kind's table.
    fn table() -> &'static Table<Self>;
}

/// All live handles of one kind.
pub(crate) struct Table<T>(RwLock<Slots<T>>);

struct Slots<T> {
    entries: Vec<Entry<T>>,
    /// Slots to use again, the longest unused first.
    free: VecDeque<usize>,
    /// Slots without generations left, the longest retired first.
    retired: VecDeque<usize>,
    /// How many slots there can be.
    most: usize,
}

struct Entry<T> {
    generation: usize,
    object: Option<Arc<T>>,
}

fn invalid() -> Failure {
    Failure::bare(WEBCHAT_ERR_INVALID_HANDLE)
}

impl<T: Object> Table<T> {
    pub(crate) const fn new() -> Self {
        Self::with(SLOTS)
    }

    const fn with(most: usize) -> Self {
        Self(RwLock::new(Slots {
            entries: Vec::new(),
            free: VecDeque::new(),
            retired: VecDeque::new(),
            most,
        }))
    }

    /// What all tokens of the kind begin with.
    fn tag() -> usize {
        (((1 << (KIND_BITS - 1)) | T::KIND) << MARK_BITS) | *MARK
    }

    fn token(slot: usize, generation: usize) -> *mut T::Opaque {
        let token = (Self::tag() << (SLOT_BITS + GENERATION_BITS)) | (generation << SLOT_BITS) | slot;
        without_provenance_mut(token)
    }

    /// The slot and generation that a token names.
    fn read(token: *const T::Opaque) -> Result<(usize, usize), Failure> {
        let token = token.addr();
        if token >> (SLOT_BITS + GENERATION_BITS) != Self::tag() {
            return Err(invalid());
        }
        Ok((token & ((1 << SLOT_BITS) - 1), (token >> SLOT_BITS) & (GENERATIONS - 1)))
    }

    /// Makes a handle. Fails when there are as many as there can be.
    pub(crate) fn insert(&self, object: Arc<T>) -> Result<*mut T::Opaque, Failure> {
        fork::check()?;
        let mut slots = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let slot = slots.next().ok_or_else(|| Failure::new(WEBCHAT_ERR_INTERNAL, "too many handles"))?;
        let entry = slots.entries.get_mut(slot).ok_or_else(invalid)?;
        entry.object = Some(object);
        Ok(Self::token(slot, entry.generation))
    }

    /// What a handle stands for.
    pub(crate) fn get(&self, token: *const T::Opaque) -> Result<Arc<T>, Failure> {
        fork::check()?;
        let (slot, generation) = Self::read(token)?;
        let slots = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let entry = slots.entries.get(slot).filter(|entry| entry.generation == generation);
        entry.and_then(|entry| entry.object.clone()).ok_or_else(invalid)
    }

    /// Ends a handle and returns what it stood for.
    pub(crate) fn remove(&self, token: *const T::Opaque) -> Result<Arc<T>, Failure> {
        fork::check()?;
        let (slot, generation) = Self::read(token)?;
        let mut slots = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let entry = slots.entries.get_mut(slot).filter(|entry| entry.generation == generation);
        let entry = entry.ok_or_else(invalid)?;
        let object = entry.object.take().ok_or_else(invalid)?;
        entry.generation += 1;
        if entry.generation < GENERATIONS {
            slots.free.push_back(slot);
        } else {
            entry.generation = 0;
            slots.retired.push_back(slot);
        }
        Ok(object)
    }
}

impl<T> Slots<T> {
    /// A slot without an object.
    fn next(&mut self) -> Option<usize> {
        if let Some(slot) = self.free.pop_front() {
            return Some(slot);
        }
        if self.entries.len() < self.most {
            self.entries.push(Entry { generation: 0, object: None });
            return Some(self.entries.len() - 1);
        }
        self.retired.pop_front()
    }
}

/// What a handle of type `T` stands for.
pub(crate) fn get<T: Object>(token: *const T::Opaque) -> Result<Arc<T>, Failure> {
    // Functions that return no status have no other way to say so.
    T::table().get(token).inspect_err(|failure| reason::note_status(failure.status))
}

/// Makes a handle that the caller has to end.
pub(crate) fn make<T: Object>(object: Arc<T>) -> Result<*mut T::Opaque, Failure> {
    T::table().insert(object)
}

/// Ends a handle.
pub(crate) fn remove<T: Object>(token: *const T::Opaque) -> Result<Arc<T>, Failure> {
    T::table().remove(token)
}

/// A handle that is valid during a callback; null when there are as many as there can be.
pub(crate) struct Lent<T: Object>(*mut T::Opaque);

impl<T: Object> Lent<T> {
    pub(crate) fn new(object: Arc<T>) -> Self {
        Self(make::<T>(object).unwrap_or(null_mut()))
    }

    pub(crate) fn token(&self) -> *mut T::Opaque {
        self.0
    }
}

impl<T: Object> Drop for Lent<T> {
    fn drop(&mut self) {
        drop(remove::<T>(self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr::{null, without_provenance};

    struct Thing(u32);
    struct Other;
    static THINGS: Table<Thing> = Table::new();
    static OTHERS: Table<Other> = Table::new();

    impl Object for Thing {
        type Opaque = u8;
        const KIND: usize = 6;
        fn table() -> &'static Table<Self> {
            &THINGS
        }
    }

    impl Object for Other {
        type Opaque = u8;
        const KIND: usize = 7;
        fn table() -> &'static Table<Self> {
            &OTHERS
        }
    }

    #[test]
    fn a_handle_lives_until_it_is_removed() {
        let token = make::<Thing>(Arc::new(Thing(4))).unwrap();
        assert_eq!(get::<Thing>(token).map(|thing| thing.0).ok(), Some(4));
        assert_eq!(remove::<Thing>(token).map(|thing| thing.0).ok(), Some(4));
        assert!(get::<Thing>(token).is_err());
        assert!(remove::<Thing>(token).is_err());
    }

    #[test]
    fn a_slot_used_again_does_not_revive_the_old_handle() {
        let table = Table::<Thing>::new();
        let old = table.insert(Arc::new(Thing(1))).unwrap();
        drop(table.remove(old));
        let new = table.insert(Arc::new(Thing(2))).unwrap();
        assert_ne!(old, new);
        assert!(table.get(old).is_err());
        assert!(table.get(new).is_ok());
    }

    #[test]
    fn a_slot_without_generations_is_retired() {
        let table = Table::<Thing>::new();
        let first = table.insert(Arc::new(Thing(1))).unwrap();
        table.0.write().unwrap().entries[0].generation = GENERATIONS - 1;
        let last = Table::<Thing>::token(0, GENERATIONS - 1);
        assert!(table.get(first).is_err());
        assert!(table.remove(last).is_ok());
        let next = table.insert(Arc::new(Thing(2))).unwrap();
        assert_eq!(Table::<Thing>::read(next).ok(), Some((1, 0)), "slot 0 is not used again");
    }

    #[test]
    fn when_all_slots_are_used_up_the_longest_retired_begins_anew() {
        let table = Table::<Thing>::with(2);
        let slot_of = |token| Table::<Thing>::read(token).unwrap();
        for slot in 0..2 {
            let token = table.insert(Arc::new(Thing(1))).unwrap();
            assert_eq!(slot_of(token), (slot, 0));
            table.0.write().unwrap().entries[slot].generation = GENERATIONS - 1;
            assert!(table.remove(Table::<Thing>::token(slot, GENERATIONS - 1)).is_ok());
        }
        let alive = table.insert(Arc::new(Thing(2))).unwrap();
        assert_eq!((slot_of(alive), slot_of(table.insert(Arc::new(Thing(3))).unwrap())), ((0, 0), (1, 0)));
        let full = table.insert(Arc::new(Thing(4))).unwrap_err();
        assert_eq!(full.status, WEBCHAT_ERR_INTERNAL, "what lives is never given away");
        assert_eq!(table.get(alive).map(|thing| thing.0).ok(), Some(2));
    }

    #[test]
    fn anything_else_is_no_handle() {
        let thing = make::<Thing>(Arc::new(Thing(4))).unwrap();
        assert!(get::<Other>(thing).is_err(), "another kind");
        assert!(get::<Thing>(null()).is_err());
        let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
        for _ in 0..2_000 {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            let token = without_provenance::<u8>(usize::try_from(seed & (usize::MAX as u64)).unwrap());
            assert!(token == thing || get::<Thing>(token).is_err());
        }
        let local = 5_u8;
        assert!(get::<Thing>(&raw const local).is_err(), "a real address");
        drop(remove::<Thing>(thing));
    }

    #[cfg(target_pointer_width = "64")]
    #[test]
    fn a_handle_of_another_copy_is_no_handle() {
        let thing = make::<Thing>(Arc::new(Thing(4))).unwrap();
        for bit in 0..MARK_BITS {
            let foreign = thing.addr() ^ (1 << (SLOT_BITS + GENERATION_BITS + bit));
            assert!(get::<Thing>(without_provenance(foreign)).is_err());
        }
        drop(remove::<Thing>(thing));
    }

    #[test]
    fn a_lent_handle_ends_with_its_guard() {
        let lent = Lent::new(Arc::new(Thing(1)));
        let token = lent.token();
        assert!(get::<Thing>(token).is_ok());
        drop(lent);
        assert!(get::<Thing>(token).is_err());
    }
}
