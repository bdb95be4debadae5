//! Names of which servers may have more than this library knows.

/// An enumeration of names, with those that nobody knows kept as sent.
macro_rules! known_names {
    ($(#[doc = $about:literal])* $type:ident, else $default:ident; $($(#[doc = $words:literal])* $name:ident,)*) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $type {
            $($(#[doc = $words])* $name,)*
            /// A type this library does not know, kept as sent.
            Other(Box<str>),
        }

        impl $type {
            /// Each that is known: its name, and what it is.
            pub const KNOWN: &'static [(&'static str, &'static str)] =
                &[$((stringify!($name), concat!($($words, "\n"),*)),)*];

            /// The name, as in JSON.
            pub fn as_str(&self) -> &str {
                match self { $(Self::$name => stringify!($name),)* Self::Other(name) => name }
            }
        }

        impl Default for $type {
            fn default() -> Self {
                Self::$default
            }
        }

        impl From<&str> for $type {
            /// Names are compared without regard to case.
            fn from(name: &str) -> Self {
                $(if name.eq_ignore_ascii_case(stringify!($name)) { return Self::$name; })*
                Self::Other(name.into())
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::model::known::visit_name(deserializer, |name| Self::from(name))
            }
        }
    };
}

pub(super) use known_names;

/// Reads a name and converts it without allocating.
pub(super) fn visit_name<'de, D: serde::Deserializer<'de>, T>(
    deserializer: D,
    convert: fn(&str) -> T,
) -> Result<T, D::Error> {
    struct Visitor<T>(fn(&str) -> T);
    impl<T> serde::de::Visitor<'_> for Visitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a name")
        }

        fn visit_str<E>(self, name: &str) -> Result<T, E> {
            Ok((self.0)(name))
        }
    }
    deserializer.deserialize_str(Visitor(convert))
}
