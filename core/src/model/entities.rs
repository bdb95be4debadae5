//! HTML's entities, undone. Their names are kept as one text: as a list of texts each is a pointer, which has to be relocated when the
//! library is loaded, and the list is six times as large.

use std::cmp::Ordering;

include!(concat!(env!("OUT_DIR"), "/entities.rs"));

/// The text with its entities undone, or nothing where it has none.
pub(super) fn undone(text: &str) -> Option<String> {
    let (mut done, mut rest, mut found) = (String::new(), text, false);
    while let Some((before, after)) = rest.split_once('&') {
        done.push_str(before);
        rest = after;
        let entity = after.find([';', '&']).map(|end| after.split_at(end));
        match entity.and_then(|(name, tail)| Some((name, tail.strip_prefix(';')?))) {
            Some((name, tail)) if stands_for(name, &mut done) => {
                rest = tail;
                found = true;
            }
            _ => done.push('&'),
        }
    }
    done.push_str(rest);
    found.then_some(done)
}

/// Adds what an entity stands for, if it is one.
fn stands_for(name: &str, text: &mut String) -> bool {
    match name.strip_prefix('#') {
        Some(number) => character(number).map(|it| text.push(it)).is_some(),
        None => named(name).map(|it| text.push_str(it)).is_some(),
    }
}

/// A character by its number, and of the controls white space alone.
fn character(number: &str) -> Option<char> {
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    // Numbers are read with a sign, too.
    let digits = Some(digits).filter(|it| it.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    let character = char::from_u32(u32::from_str_radix(digits, radix).ok()?)?;
    (character >= ' ' || matches!(character, '\t' | '\n' | '\u{c}' | '\r')).then_some(character)
}

/// The names are in order.
fn named(name: &str) -> Option<&'static str> {
    let (mut low, mut high) = (0, ENDS.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        let (known, value) = entry(middle)?;
        match known.cmp(name) {
            Ordering::Equal => return Some(value),
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
        }
    }
    None
}

fn entry(place: usize) -> Option<(&'static str, &'static str)> {
    let begin = place.checked_sub(1).and_then(|before| ENDS.get(before)).copied().unwrap_or_default();
    let end = ENDS.get(place).copied()?;
    let name = NAMES.get(usize::from(begin.0)..usize::from(end.0))?;
    Some((name, VALUES.get(usize::from(begin.1)..usize::from(end.1))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entity_is_what_its_crate_says() {
        for (name, value) in html_escape::NAMED_ENTITIES {
            let name = std::str::from_utf8(name).unwrap();
            assert_eq!(undone(&format!("a&{name};b")).unwrap(), format!("a{value}b"), "{name}");
        }
    }

    #[test]
    fn what_is_no_entity_stays() {
        let texts = [
            "",
            "&",
            "&;",
            "&#;",
            "&#x;",
            "&amp",
            "&nothing;",
            "&#+38;",
            "&#x-1;",
            "&#0;",
            "&#x1b;",
            "&#xd800;",
            "&#99999999999;",
            "&a b;",
            "&&&",
            "a & b; c",
            "&#3a;",
            "\u{e9}&\u{e9};",
        ];
        for text in texts {
            assert_eq!(undone(text), None, "{text}");
            assert_eq!(html_escape::decode_html_entities(text), text);
        }
    }

    #[test]
    fn numbers_and_neighbours_are_read() {
        for (text, is) in [
            ("&#38;&#x26;&#X26;", "&&&"),
            ("&&amp;&", "&&&"),
            ("&amp;lt;", "&lt;"),
            ("&amp&lt;;", "&amp<;"),
            ("&#10;\u{1f600}&#x1F600;", "\n\u{1f600}\u{1f600}"),
        ] {
            assert_eq!(undone(text).as_deref(), Some(is), "{text}");
            assert_eq!(html_escape::decode_html_entities(text), is);
        }
    }
}
