//! Where a transcript entry stands: which entry it is, and which come before it.

use crate::private::debug_only;
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::{cmp::Ordering, sync::Arc};

/// A place in the transcript. Of two places the lower is the older entry's; the same place is the same entry.
#[derive(Clone)]
pub struct Place {
    /// GMS counts its entries from 1; where the server writes text, a number of the same order.
    pub order: u64,
    /// Which of the entries with this number it is.
    pub id: EntryId,
    /// What the server writes, where that is text.
    pub text: Option<Arc<str>>,
}

/// What tells an entry from others whose places have the same number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryId {
    /// There is one entry with this number.
    Order,
    /// There may be several: the server's name for it tells.
    Name(Arc<str>),
}

debug_only!(Place { order });

impl From<u64> for Place {
    fn from(order: u64) -> Self {
        Self { order, id: EntryId::Order, text: None }
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Place {}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order.cmp(&other.order).then_with(|| self.id.cmp(&other.id))
    }
}

/// What a message says of its place.
#[derive(Clone, PartialEq)]
pub enum Index {
    /// A place.
    Place(Place),
    /// Something that is none: such an entry is told like any other, and says nothing of places. Null where the server wrote nothing.
    Odd {
        /// What the server wrote.
        written: Arc<Value>,
        /// The same as text.
        text: Option<Arc<str>>,
    },
}

impl Default for Index {
    fn default() -> Self {
        0.into()
    }
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Place(place) => place.fmt(f),
            Self::Odd { .. } => f.write_str("Odd"),
        }
    }
}

impl Index {
    /// The index of an entry whose place nobody can tell.
    pub fn odd(written: Value) -> Self {
        let text = match &written {
            Value::Null => None,
            Value::String(text) => Some(text.as_str().into()),
            other => Some(other.to_string().into()),
        };
        Self::Odd { written: Arc::new(written), text }
    }

    /// The place, if it is one.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Place(place) => Some(place),
            Self::Odd { .. } => None,
        }
    }

    /// Where it stands among others; nothing where nobody can tell.
    pub fn order(&self) -> Option<u64> {
        self.place().map(|place| place.order)
    }

    /// What the server wrote, where that is no number that counts.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Place(place) => place.text.as_deref(),
            Self::Odd { text, .. } => text.as_deref(),
        }
    }

    /// Whether the server wrote nothing.
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, Self::Odd { written, .. } if written.is_null())
    }
}

impl From<u64> for Index {
    fn from(order: u64) -> Self {
        Self::Place(order.into())
    }
}

/// As applications see it: a number, or the server's text without its dash (webchatservice.md, 6.2); what is no place, as the
/// server wrote it.
impl Serialize for Index {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Odd { written, .. } => written.serialize(serializer),
            Self::Place(Place { order, text: None, .. }) => serializer.serialize_u64(*order),
            Self::Place(Place { text: Some(text), .. }) => {
                serializer.serialize_str(&text.replacen('-', "", 1))
            }
        }
    }
}
