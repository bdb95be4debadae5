//! An entry of a list that is read one by one, so that what is wrong with one is nobody else's affair.

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, value::MapAccessDeserializer},
};
use serde_json::{Value, value::RawValue};
use std::{borrow::Cow, fmt, marker::PhantomData};

/// An entry as JSON text, as it came where that can be.
#[derive(Debug)]
pub(crate) struct Entry<'a>(Cow<'a, str>);

impl Entry<'_> {
    /// The entry that `value` is.
    pub(crate) fn of(value: &Value) -> Self {
        Self(value.to_string().into())
    }

    pub(crate) fn as_json(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Entry<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|entry| Self(entry.get().into()))
    }
}

/// What is read from an object alone: `serde` would take a list for a structure as well.
#[derive(Debug, Default)]
pub(crate) struct FromObject<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for FromObject<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
            type Value = FromObject<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FromObject<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(FromObject)
            }
        }
        deserializer.deserialize_map(Visitor(PhantomData))
    }
}
