//! [`Private`]: text that must not reach a log.

use crate::apart;
use serde::{Deserialize, Deserializer, Serialize, de};
use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    ops::Deref,
    sync::Arc,
};

/// Text that belongs to a person or opens a session: message texts, names, keys, tokens.
///
/// It reads like a `str`, costs one reference count to clone, serialises as plain text, and its `Debug` shows only its length:
/// what is printed by accident is harmless.
#[derive(Clone)]
pub struct Private(Kept);

#[derive(Clone)]
enum Kept {
    Short(Arc<str>),
    /// In memory of its own.
    Long(Arc<String>),
}

impl Private {
    /// Wraps `text`.
    pub fn new(text: impl AsRef<str>) -> Self {
        let text = text.as_ref();
        Self(match apart::long(text) {
            Some(long) => Kept::Long(Arc::new(long)),
            None => Kept::Short(Arc::from(text)),
        })
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Kept::Short(text) => text,
            Kept::Long(text) => text,
        }
    }
}

impl Default for Private {
    fn default() -> Self {
        Self::new("")
    }
}

impl Deref for Private {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for Private {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Private {}

impl PartialOrd for Private {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Private {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for Private {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<private, {} bytes>", self.len())
    }
}

/// Gives types a `Debug` that shows their name and the listed fields only: the others can hold private text.
macro_rules! debug_only {
    ($type:ident { $($field:ident),* }) => {
        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($type))$(.field(stringify!($field), &self.$field))*.finish_non_exhaustive()
            }
        }
    };
}
pub(crate) use debug_only;

impl From<&str> for Private {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Private {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl PartialEq<str> for Private {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Private {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl Serialize for Private {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Private {
    /// Takes a string, or a number, which some servers write where the protocol says text.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Private;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Private, E> {
                Ok(Private::new(text))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Private, E> {
                Ok(Private::from(number.to_string()))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Private, E> {
                Ok(Private::from(number.to_string()))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_text() {
        assert_eq!(format!("{:?}", Private::new("hunter2")), "<private, 7 bytes>");
    }

    #[test]
    fn a_long_text_is_like_a_short_one() {
        let (one, other) = (Private::new("x".repeat(8 << 20)), Private::from("x".repeat(8 << 20)));
        assert_eq!((&one, one.len()), (&other, 8 << 20));
        assert!(one.clone() < Private::new("y") && one > Private::new("x"));
        assert_eq!(size_of::<Private>(), size_of::<Arc<str>>());
    }

    #[test]
    fn serialises_as_text_and_reads_numbers() {
        assert_eq!(serde_json::to_string(&Private::new("a")).unwrap(), "\"a\"");
        assert_eq!(serde_json::from_str::<Private>("117").unwrap(), "117");
    }
}
