//! Settings in the words of the command line.

use serde::de::{DeserializeOwned, Deserializer, Visitor};

use crate::error::Error;

/// Reads `NAME=VALUE` as a patch that has one member. The items of a list are separated by commas.
pub(crate) fn patch<P: DeserializeOwned>(words: &str, lists: &[&str]) -> Result<P, Error> {
    let form = || Error::Setting(format!("{} is not of the form name=value", words.escape_debug()));
    let (name, text) = words.split_once('=').ok_or_else(form)?;
    let (name, text) = (name.trim(), text.trim());
    let value = match serde_json::from_str(text) {
        _ if lists.contains(&name) => text.split(',').map(str::trim).collect(),
        Ok(value @ (serde_json::Value::Number(_) | serde_json::Value::Bool(_))) => value,
        _ => text.into(),
    };
    let members = serde_json::Map::from_iter([(name.to_owned(), value)]);
    serde_json::from_value(members.into())
        .map_err(|error| Error::Setting(format!("{}: {error}", words.escape_debug())))
}

/// The names of the members that `P` has, each of which may be left out.
pub(crate) fn members<P: DeserializeOwned>() -> &'static [&'static str] {
    let mut names = Names(&[]);
    // It ends with what has no members.
    P::deserialize(&mut names).map(drop).unwrap_or_default();
    names.0
}

/// Is asked for an object, and remembers which members were asked for.
struct Names(&'static [&'static str]);

impl<'de> Deserializer<'de> for &mut Names {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_unit()
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.0 = fields;
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq tuple
        tuple_struct map enum identifier ignored_any
    }
}

/// Changes a setting if there is a value for it.
pub(crate) fn set<T>(setting: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *setting = value;
    }
}
