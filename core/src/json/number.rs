//! Numbers in every dress.

use super::Passed;
use serde::{Deserialize, Deserializer, de};
use std::fmt;

/// From here on up and down, a number has no place in 64 bits with a sign.
const LIMIT: f64 = 9_223_372_036_854_775_808.0;

/// A whole number that may come as text, as a float or, when there is none, as null or anything else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Number {
    /// The number, or the one next to it.
    near: Option<i64>,
    /// Whether it is that number, and not just near it.
    exact: bool,
}

impl Number {
    /// The number, if it is a whole one.
    pub(crate) fn exact(self) -> Option<i64> {
        self.near.filter(|_| self.exact)
    }

    /// A place in a sequence: whole and not negative.
    pub(crate) fn place(self) -> Option<u64> {
        self.exact().and_then(|number| number.try_into().ok())
    }

    /// An amount, of time say: a fraction does not matter, nor does how much too large it is.
    pub(crate) fn unsigned(self) -> Option<u64> {
        self.near.and_then(|number| number.try_into().ok())
    }

    fn whole(number: i64) -> Self {
        Self { near: Some(number), exact: true }
    }

    fn float(number: f64) -> Self {
        #[allow(clippy::cast_possible_truncation, reason = "what a cast makes of it is near")]
        let near = number.is_finite().then_some(number as i64);
        Self { near, exact: number.fract() == 0.0 && (-LIMIT..LIMIT).contains(&number) }
    }

    fn text(text: &str) -> Self {
        let text = text.trim();
        // As text, so that no digit is lost; a fraction of zeros is none.
        let whole = text.split_once('.').filter(|(_, fraction)| fraction.bytes().all(|digit| digit == b'0'));
        match whole.map_or(text, |(whole, _)| whole).parse() {
            Ok(number) => Self::whole(number),
            Err(_) => text.parse().map(Self::float).unwrap_or_default(),
        }
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
                Ok(number.try_into().map(Number::whole).unwrap_or_default())
            }

            fn visit_i64<E>(self, number: i64) -> Result<Number, E> {
                Ok(Number::whole(number))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Number, E> {
                Ok(Number::float(number))
            }

            fn visit_str<E>(self, text: &str) -> Result<Number, E> {
                Ok(Number::text(text))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Number, E> {
                Ok(Number::default())
            }

            fn visit_unit<E>(self) -> Result<Number, E> {
                Ok(Number::default())
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, seq: A) -> Result<Number, A::Error> {
                Passed::seq(seq).map(|()| Number::default())
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Number, A::Error> {
                Passed::map(map).map(|()| Number::default())
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(json: &str) -> Number {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn numbers_in_every_dress() {
        for (json, whole) in [
            ("7", 7),
            ("-7", -7),
            ("\" 7 \"", 7),
            ("4.0", 4),
            ("\"4.0\"", 4),
            ("\"4.\"", 4),
            ("\"9007199254740993.00\"", 9_007_199_254_740_993),
            ("1.7e12", 1_700_000_000_000),
            ("\"1.7e12\"", 1_700_000_000_000),
            ("9223372036854775807", i64::MAX),
        ] {
            assert_eq!(number(json).exact(), Some(whole), "{json}");
        }
        for none in ["null", "true", "\"x\"", "\"\"", "\"nan\"", "\"inf\"", "[1,[2]]", "{\"a\":{}}"] {
            assert_eq!(number(none), Number::default(), "{none}");
        }
    }

    #[test]
    fn what_is_no_place() {
        for json in
            ["-1", "1.5", "\"1.5\"", "9223372036854775808", "1.5e19", "\"18446744073709551616\"", "1e300"]
        {
            assert_eq!(number(json).place(), None, "{json}");
        }
        assert_eq!(number("9223372036854775807").place(), Some(i64::MAX.unsigned_abs()));
    }

    #[test]
    fn amounts_are_near_enough() {
        for (json, amount) in [("1.5", Some(1)), ("1e300", Some(i64::MAX.unsigned_abs())), ("-1", None)] {
            assert_eq!(number(json).unsigned(), amount, "{json}");
        }
    }
}
