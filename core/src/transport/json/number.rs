//! Numbers in every dress.

use serde::{Deserialize, Deserializer, de};
use std::fmt;

/// A whole number that may come as text, as a float or, when there is none, as null or anything else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Number(pub(crate) Option<i64>);

impl Number {
    /// The number, if it is not negative.
    pub(crate) fn unsigned(self) -> Option<u64> {
        self.0.and_then(|number| number.try_into().ok())
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }

            fn visit_u64<E>(self, number: u64) -> Result<Number, E> {
                Ok(Number(number.try_into().ok()))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Number, E> {
                Ok(Number(Some(number)))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Number, E> {
                #[allow(
                    clippy::cast_possible_truncation,
                    reason = "a cast saturates, which is as good as any other value"
                )]
                Ok(Number(number.is_finite().then_some(number as i64)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Number, E> {
                Ok(Number(text.trim().parse().ok()))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Number, E> {
                Ok(Number(None))
            }

            fn visit_unit<E>(self) -> Result<Number, E> {
                Ok(Number(None))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Number, A::Error> {
                while seq.next_element::<de::IgnoredAny>()?.is_some() {}
                Ok(Number(None))
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Number, A::Error> {
                while map.next_entry::<de::IgnoredAny, de::IgnoredAny>()?.is_some() {}
                Ok(Number(None))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(json: &str) -> Option<i64> {
        serde_json::from_str::<Number>(json).unwrap().0
    }

    #[test]
    fn numbers_in_every_dress() {
        assert_eq!(number("7"), Some(7));
        assert_eq!(number("-7"), Some(-7));
        assert_eq!(number("\" 7 \""), Some(7));
        assert_eq!(number("1.7e12"), Some(1_700_000_000_000));
        for none in ["null", "true", "\"x\"", "[1,[2]]", "{\"a\":{}}", "18446744073709551615"] {
            assert_eq!(number(none), None, "{none}");
        }
        assert_eq!(Number(Some(-1)).unsigned(), None);
    }
}
