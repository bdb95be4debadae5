//! Options as tables: an entry says where an option stands, what it may be, what holds without it and what it is for. Options are read by
//! their entries, what is in no table is not known, and `docs/reference/configuration.md` is made from them.

/// The largest whole number that JavaScript writes without loss; the upper end where an option has no other.
pub const MAX_WHOLE: u64 = (1 << 53) - 1;

/// The longest timer of a browser, in milliseconds, about 25 days; the upper end of time limits.
pub const MAX_TIMER: u64 = (1 << 31) - 1;

/// An option.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OptionDef {
    /// Its key path below `webchat`, with dots between.
    pub path: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// What holds without it, and when it is null.
    pub absent: Absent,
    /// What it is for, in our words.
    pub words: &'static str,
}

/// What an option may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// True or false.
    Flag,
    /// A string; an empty one counts as absent.
    Text,
    /// One of these strings.
    OneOf(&'static [&'static str]),
    /// An object.
    Object,
    /// The address of a service: absolute, `http` or `https`, without query, fragment, user name and password.
    Url,
    /// A whole number in a range, both ends included. [`MAX_WHOLE`] is no end.
    Whole {
        /// What it counts.
        unit: Unit,
        /// The smallest.
        from: u64,
        /// The largest.
        to: u64,
    },
    /// What an interval is multiplied by, 100 at most.
    Growth {
        /// Whether it may stay as it is.
        or_none: bool,
    },
    /// What these words say, which who reads it checks.
    Other(&'static str),
    /// Anything: it has no effect.
    Ignored,
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    None,
    /// Milliseconds.
    Milliseconds,
    /// Bytes.
    Bytes,
    /// Unicode code points.
    Characters,
}

/// What holds without an option.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Absent {
    /// It has to be there.
    Needed,
    /// Nothing, none or no limit.
    Nothing,
    /// This flag.
    Flag(bool),
    /// This whole number.
    Whole(u64),
    /// This number.
    Number(f64),
    /// This text.
    Text(&'static str),
    /// What these words say.
    Words(&'static str),
}

impl Kind {
    /// What a value has to be, as errors and the reference say it.
    pub fn expected(&self) -> String {
        match *self {
            Self::Flag => "true or false".into(),
            Self::Text => "a string".into(),
            Self::OneOf(texts) => any_of(texts),
            Self::Object => "an object".into(),
            Self::Url => "an absolute http or https URL".into(),
            Self::Whole { unit, from, to: MAX_WHOLE } => format!("{} from {from} on", unit.number()),
            Self::Whole { unit, from, to } => format!("{} from {from} to {to}", unit.number()),
            Self::Growth { or_none: true } => "a number from 1 to 100".into(),
            Self::Growth { or_none: false } => "a number above 1, at most 100".into(),
            Self::Other(words) => words.into(),
            Self::Ignored => "anything".into(),
        }
    }
}

impl Unit {
    fn number(self) -> &'static str {
        match self {
            Self::None => "a whole number",
            Self::Milliseconds => "a number of milliseconds",
            Self::Bytes => "a number of bytes",
            Self::Characters => "a number of characters",
        }
    }
}

fn any_of(texts: &[&str]) -> String {
    let mut quoted: Vec<_> = texts.iter().map(|text| format!("\"{text}\"")).collect();
    let last = quoted.pop().unwrap_or_default();
    if quoted.is_empty() { last } else { format!("{} or {last}", quoted.join(", ")) }
}

impl OptionDef {
    /// The whole number that holds without it.
    pub(crate) fn default_whole(&self) -> Option<u64> {
        match self.absent {
            Absent::Whole(number) => Some(number),
            _ => None,
        }
    }

    /// The text that holds without it; empty when there is none.
    pub(crate) fn default_text(&self) -> &'static str {
        match self.absent {
            Absent::Text(text) => text,
            _ => "",
        }
    }
}

/// A table of options: each line is an entry of the table and a constant by which it is read.
macro_rules! options {
    ($(#[$meta:meta])* $vis:vis $table:ident;
        $($(#[doc = $words:literal])+ $name:ident = $path:literal, $kind:expr, $absent:expr;)*
    ) => {
        $($(#[doc = $words])+
        pub(super) const $name: $crate::config::OptionDef =
            $crate::config::OptionDef { path: $path, kind: $kind, absent: $absent, words: concat!($($words),+) };)*

        $(#[$meta])* $vis const $table: &[$crate::config::OptionDef] = &[$($name),*];
    };
}
pub(crate) use options;

/// A time in a range, both ends included.
pub(crate) const fn millis(from: u64, to: u64) -> Kind {
    Kind::Whole { unit: Unit::Milliseconds, from, to }
}

/// A number of things in a range, both ends included.
pub(crate) const fn count(from: u64, to: u64) -> Kind {
    Kind::Whole { unit: Unit::None, from, to }
}

/// A size from 1 on.
pub(crate) const fn bytes() -> Kind {
    Kind::Whole { unit: Unit::Bytes, from: 1, to: MAX_WHOLE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_expected_is_said_once_for_errors_and_the_reference() {
        for (kind, expected) in [
            (Kind::OneOf(&["a"]), "\"a\""),
            (Kind::OneOf(&["a", "b", "c"]), "\"a\", \"b\" or \"c\""),
            (millis(0, MAX_WHOLE), "a number of milliseconds from 0 on"),
            (count(1, 2), "a whole number from 1 to 2"),
        ] {
            assert_eq!(kind.expected(), expected);
        }
    }
}
