//! The text of a message, however it is written.

use super::Passed;
use crate::Private;
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;
use std::fmt;

/// Text. A number or a boolean is the text that JSON has for it; null is none, nor is an object or a list: what that may mean is anybody's guess.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Text(pub(crate) Option<Private>);

impl Text {
    /// The text that `value` is.
    pub(crate) fn of(value: &Value) -> Self {
        Self::deserialize(value).unwrap_or_default()
    }

    fn plain(value: impl Into<Value>) -> Self {
        Self(Some(value.into().to_string().into()))
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }

            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text(Some(Private::new(text))))
            }

            fn visit_bool<E>(self, flag: bool) -> Result<Text, E> {
                Ok(Text::plain(flag))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Text, E> {
                Ok(Text::plain(number))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Text, E> {
                Ok(Text::plain(number))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Text, E> {
                Ok(Text::plain(number))
            }

            fn visit_unit<E>(self) -> Result<Text, E> {
                Ok(Text(None))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, seq: A) -> Result<Text, A::Error> {
                Passed::seq(seq).map(|()| Text(None))
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Text, A::Error> {
                Passed::map(map).map(|()| Text(None))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_however_it_is_written() {
        for (value, text) in [
            (json!("a"), Some("a")),
            (json!(""), Some("")),
            (json!(5), Some("5")),
            (json!(-5), Some("-5")),
            (json!(1.5), Some("1.5")),
            (json!(true), Some("true")),
            (json!(null), None),
            (json!({"a": 1}), None),
            (json!(["a"]), None),
        ] {
            assert_eq!(Text::of(&value).0.as_deref(), text, "{value}");
            assert_eq!(serde_json::from_str::<Text>(&value.to_string()).unwrap(), Text::of(&value));
        }
    }
}
