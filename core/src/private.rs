//! [`Private`]: text that must not reach a log.

use serde::{Deserialize, Deserializer, Serialize, de};
use std::{fmt, ops::Deref, sync::Arc};

/// Text that belongs to a person or opens a session: message texts, names, keys, tokens.
///
/// It reads like a `str`, costs one reference count to clone, serialises as plain text, and its `Debug` shows only its length:
/// what is printed by accident is harmless.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Private(Arc<str>);

impl Private {
    /// Wraps `text`.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(Arc::from(text.as_ref()))
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
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
        &self.0
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<private, {} bytes>", self.0.len())
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
        Self(Arc::from(text))
    }
}

impl PartialEq<str> for Private {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for Private {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

impl Serialize for Private {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
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
    fn serialises_as_text_and_reads_numbers() {
        assert_eq!(serde_json::to_string(&Private::new("a")).unwrap(), "\"a\"");
        assert_eq!(serde_json::from_str::<Private>("117").unwrap(), "117");
    }
}
