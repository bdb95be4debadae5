//! The characters patterns and texts are made of, and JavaScript's predefined sets of them.
//!
//! Without `u` or `v` JavaScript matches UTF-16 code units, surrogates included, and such texts hold nothing above
//! U+FFFF. A surrogate is therefore represented by a character of plane 16, which makes every code unit a `char`: one
//! representation serves both engines and both modes.

use std::borrow::Cow;

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

const SURROGATE_SHIFT: u32 = 0x0010_0000 - 0xD800;

/// The character standing for a code unit or code point; `None` for a lone surrogate in Unicode mode, which no text
/// contains.
pub(super) fn unit_char(unit: u32, unicode: bool) -> Option<char> {
    char::from_u32(unit).or_else(|| (!unicode).then(|| char::from_u32(unit + SURROGATE_SHIFT)).flatten())
}

/// The source or text as JavaScript sees it: code points in Unicode mode, else UTF-16 code units.
pub(super) fn units(text: &str, unicode: bool) -> Vec<u32> {
    if unicode { text.chars().map(u32::from).collect() } else { text.encode_utf16().map(u32::from).collect() }
}

/// The text in the representation matched against. The result is borrowed unless surrogates have to be represented.
pub(super) fn text_chars(text: &str, unicode: bool) -> Cow<'_, str> {
    // Bytes from 0xF0 start the characters which UTF-16 writes as two code units.
    if unicode || text.bytes().all(|byte| byte < 0xF0) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.encode_utf16().filter_map(|unit| unit_char(unit.into(), false)).collect())
}

/// The units from `low` to `high`, both included.
pub(super) fn range(low: u32, high: u32, unicode: bool) -> ClassUnicode {
    const PARTS: [(u32, u32); 3] = [(0, 0xD7FF), (0xD800, 0xDFFF), (0xE000, 0x0010_FFFF)];
    ClassUnicode::new(PARTS.into_iter().filter_map(|(start, end)| {
        let (low, high) = (low.max(start), high.min(end));
        let ends = (low <= high).then(|| Some((unit_char(low, unicode)?, unit_char(high, unicode)?)));
        ends.flatten().map(|(low, high)| ClassUnicodeRange::new(low, high))
    }))
}

pub(super) fn negate(mut set: ClassUnicode) -> ClassUnicode {
    set.negate();
    set
}

pub(super) fn contains(set: &ClassUnicode, character: char) -> bool {
    ranges_contain(set.ranges(), character)
}

pub(super) fn ranges_contain(ranges: &[ClassUnicodeRange], character: char) -> bool {
    let after = ranges.partition_point(|range| range.end() < character);
    ranges.get(after).is_some_and(|range| range.start() <= character)
}

pub(super) fn is_line_terminator(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// `\d`.
pub(super) fn digits() -> ClassUnicode {
    set(&[('0', '9')])
}

/// `\w` before case is ignored.
pub(super) fn word() -> ClassUnicode {
    set(&[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')])
}

/// `\s`: white space and line terminators, U+FEFF included.
pub(super) fn space() -> ClassUnicode {
    let ranges =
        [('\t', '\r'), (' ', ' '), ('\u{A0}', '\u{A0}'), ('\u{1680}', '\u{1680}'), ('\u{2000}', '\u{200A}')];
    let rest = [('\u{2028}', '\u{2029}'), ('\u{202F}', '\u{202F}'), ('\u{205F}', '\u{205F}')];
    let last = [('\u{3000}', '\u{3000}'), ('\u{FEFF}', '\u{FEFF}')];
    set(&[&ranges[..], &rest, &last].concat())
}

/// What `.` does not match without `s`.
pub(super) fn line_terminators() -> ClassUnicode {
    set(&[('\n', '\n'), ('\r', '\r'), ('\u{2028}', '\u{2029}')])
}

/// `\p{...}`: `name` a general category or binary property, or `property=value`; `None` if there is no such set.
pub(super) fn property(expression: &str) -> Option<ClassUnicode> {
    if !expression.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'=')) {
        return None;
    }
    match expression.split_once('=') {
        // No text contains a lone surrogate.
        Some(("General_Category" | "gc", "Cs" | "Surrogate")) => Some(ClassUnicode::empty()),
        None if matches!(expression, "Cs" | "Surrogate") => Some(ClassUnicode::empty()),
        Some(("General_Category" | "gc", value)) => lookup(&format!("gc={value}")),
        Some(("Script" | "sc", value)) => lookup(&format!("sc={value}")),
        Some(("Script_Extensions" | "scx", value)) => lookup(&format!("scx={value}")),
        Some(_) => None,
        // A script needs its property's name in JavaScript.
        None => lookup(&format!("gc={expression}"))
            .or_else(|| lookup(expression).filter(|_| lookup(&format!("sc={expression}")).is_none())),
    }
}

fn lookup(query: &str) -> Option<ClassUnicode> {
    // JavaScript matches names exactly, the tables loosely: names start with a capital letter but for three.
    let name = query.rsplit('=').next()?;
    if !name.starts_with(|first: char| first.is_ascii_uppercase())
        && !matches!(name, "cntrl" | "digit" | "punct")
    {
        return None;
    }
    let hir = regex_syntax::parse(&format!(r"\p{{{query}}}")).ok()?;
    match hir.into_kind() {
        HirKind::Class(Class::Unicode(class)) => Some(class),
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            Some(singles(text.chars()))
        }
        HirKind::Class(Class::Bytes(class)) if class.ranges().is_empty() => Some(ClassUnicode::empty()),
        _ => None,
    }
}

pub(super) fn singles(characters: impl IntoIterator<Item = char>) -> ClassUnicode {
    ClassUnicode::new(characters.into_iter().map(|one| ClassUnicodeRange::new(one, one)))
}

fn set(ranges: &[(char, char)]) -> ClassUnicode {
    ClassUnicode::new(ranges.iter().map(|(low, high)| ClassUnicodeRange::new(*low, *high)))
}
