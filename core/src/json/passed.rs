//! A value that is read in full and not kept.

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess},
};
use std::fmt;

/// Any value. Other than with `serde`'s own `IgnoredAny`, it has to be good JSON throughout: what has been read this way can be read again.
pub(crate) struct Passed;

impl Passed {
    /// The rest of an array.
    pub(crate) fn seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<Self>()?.is_some() {}
        Ok(())
    }

    /// The rest of an object.
    pub(crate) fn map<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<Self, Self>()?.is_some() {}
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Passed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Passed;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_bool<E>(self, _: bool) -> Result<Passed, E> {
                Ok(Passed)
            }

            fn visit_u64<E>(self, _: u64) -> Result<Passed, E> {
                Ok(Passed)
            }

            fn visit_i64<E>(self, _: i64) -> Result<Passed, E> {
                Ok(Passed)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Passed, E> {
                Ok(Passed)
            }

            fn visit_str<E>(self, _: &str) -> Result<Passed, E> {
                Ok(Passed)
            }

            fn visit_unit<E>(self) -> Result<Passed, E> {
                Ok(Passed)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Passed, A::Error> {
                Passed::seq(seq).map(|()| Passed)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Passed, A::Error> {
                Passed::map(map).map(|()| Passed)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}
