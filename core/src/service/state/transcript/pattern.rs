//! JSON texts that are like each other, as the entries of a chat are: what they have in common is kept once.

use crate::{model::string_length, private::debug_only};
use std::{ops::Range, sync::Arc};

/// How many texts others are compared with.
const MOST: usize = 8;
/// A text is like another if what is its own takes no more than this part of it.
const LIKE: usize = 4;
/// One of so many texts that are like no other becomes what others are compared with.
const ONE_OF: usize = 8;

/// The texts that others are compared with, the one that was used last first.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    known: Vec<Arc<Pattern>>,
    /// How many texts were like none since one became a pattern.
    unlike: usize,
}

/// A text that others are compared with.
struct Pattern {
    json: Box<str>,
    hole: Option<Hole>,
}

debug_only!(Pattern { hole });

/// A place that is left open: so many bytes behind so many words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hole {
    words: usize,
    bytes: usize,
}

/// A text.
pub(super) struct Patterned {
    pattern: Arc<Pattern>,
    /// The words that are not the pattern's: how many of that are before each, its length, itself.
    own: Box<[u8]>,
}

debug_only!(Patterned { pattern });

impl Patterns {
    /// A text, compared with those before it. Something may be left out of it at a place, which is as long in the same places only.
    pub(super) fn keep(&mut self, json: &str, hole: Option<usize>) -> Patterned {
        let hole = hole.map(|at| Hole::at(json, at));
        let (mut nearest, mut own) = (None, Vec::new());
        for (at, pattern) in self.known.iter().enumerate() {
            let Some(different) = pattern.difference(json, hole) else { continue };
            if nearest.is_none() || different.len() < own.len() {
                (nearest, own) = (Some(at), different);
                if own.len() <= json.len() / LIKE {
                    break;
                }
            }
        }
        self.unlike += usize::from(own.len() > json.len() / LIKE);
        let nearest = nearest.filter(|_| self.unlike < ONE_OF);
        let pattern =
            nearest.map_or_else(|| Arc::new(Pattern { json: json.into(), hole }), |at| self.known.remove(at));
        if nearest.is_none() {
            (self.unlike, own) = (0, Vec::new());
            self.known.truncate(MOST - 1);
        }
        self.known.insert(0, pattern.clone());
        Patterned { pattern, own: own.into() }
    }
}

impl Patterned {
    /// The text, and where something was left out of it.
    pub(super) fn text(&self) -> (String, Option<usize>) {
        let Pattern { json, hole } = &*self.pattern;
        let mut text = String::with_capacity(json.len() + self.own.len());
        let (mut own, mut end, mut open) = (Own(&self.own), 0, None);
        let mut next = own.next();
        for (place, word) in words(json).enumerate() {
            open = open.or(hole.filter(|hole| hole.words == place).map(|hole| text.len() + hole.bytes));
            text.push_str(json.get(end..word.start).unwrap_or_default());
            end = word.end;
            if let Some((_, other)) = next.filter(|(skipped, _)| *skipped == 0) {
                text.push_str(other);
                next = own.next();
            } else {
                text.push_str(json.get(word).unwrap_or_default());
                next = next.map(|(skipped, other)| (skipped - 1, other));
            }
        }
        open = open.or(hole.map(|hole| text.len() + hole.bytes));
        text.push_str(json.get(end..).unwrap_or_default());
        (text, open)
    }
}

#[cfg(test)]
impl Patterned {
    /// What it takes beside the pattern, in bytes.
    pub(super) fn own(&self) -> usize {
        self.own.len()
    }
}

impl Hole {
    fn at(json: &str, at: usize) -> Self {
        let before = words(json).take_while(|word| word.end <= at);
        let (words, end) = before.fold((0, 0), |(count, _), word| (count + 1, word.end));
        Self { words, bytes: at - end }
    }
}

impl Pattern {
    /// The words of a text that are not this one's; nothing, if more is different.
    fn difference(&self, json: &str, hole: Option<Hole>) -> Option<Vec<u8>> {
        if self.hole != hole {
            return None;
        }
        let (mut own, mut skipped) = (Vec::new(), 0);
        let (mut ends, mut others) = ((0, 0), words(json));
        for word in words(&self.json) {
            let other = others.next()?;
            if self.json.get(ends.0..word.start) != json.get(ends.1..other.start) {
                return None;
            }
            ends = (word.end, other.end);
            let other = json.get(other)?;
            if self.json.get(word) == Some(other) {
                skipped += 1;
            } else {
                write_number(&mut own, skipped);
                write_number(&mut own, other.len());
                own.extend_from_slice(other.as_bytes());
                skipped = 0;
            }
        }
        let no_more = others.next().is_none() && self.json.get(ends.0..) == json.get(ends.1..);
        no_more.then_some(own)
    }
}

/// Where the words of JSON text are: its strings, and what else stands between its punctuation.
fn words(json: &str) -> impl Iterator<Item = Range<usize>> {
    let is_between =
        |byte: &u8| matches!(byte, b'{' | b'}' | b'[' | b']' | b',' | b':' | b' ' | b'\t' | b'\r' | b'\n');
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = json.as_bytes().get(at..)?;
        let start = at + rest.iter().position(|byte| !is_between(byte))?;
        let rest = json.as_bytes().get(start..)?;
        let length = match rest.first()? {
            b'"' => string_length(rest),
            _ => rest.iter().position(|byte| is_between(byte) || *byte == b'"').unwrap_or(rest.len()),
        };
        at = start + length;
        Some(start..at)
    })
}

/// Writes a number, seven bits a byte.
fn write_number(to: &mut Vec<u8>, mut number: usize) {
    while number > 0x7f {
        to.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    to.push(number.to_le_bytes()[0]);
}

/// Reads what `difference` has written.
struct Own<'a>(&'a [u8]);

impl<'a> Own<'a> {
    fn number(&mut self) -> Option<usize> {
        let (mut number, mut bits) = (0, 0);
        loop {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= usize::from(byte & 0x7f) << bits;
            bits += 7;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
    }

    /// How many words are the pattern's before the next that is not, and that.
    fn next(&mut self) -> Option<(usize, &'a str)> {
        let (skipped, length) = (self.number()?, self.number()?);
        let (word, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some((skipped, std::str::from_utf8(word).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn of_texts_that_are_alike_only_the_difference_is_kept() {
        let mut patterns = Patterns::default();
        let entry =
            |index: u64| format!(r#"{{"from": {{"nickname": "Mia Lund"}}, "index": {index}, "text": }}"#);
        let kept: Vec<_> = (1_000..1_100).map(|index| patterns.keep(&entry(index), Some(58))).collect();
        let first = &kept[0].pattern;
        assert!(kept.iter().all(|kept| Arc::ptr_eq(&kept.pattern, first)));
        assert!(kept.iter().skip(1).all(|kept| kept.own() == 2 + 4));
        assert_eq!(kept.last().unwrap().text(), (entry(1_099), Some(58)));
    }

    #[test]
    fn who_takes_turns_gets_a_pattern_each() {
        let mut patterns = Patterns::default();
        let entry = |turn: usize| {
            format!(r#"{{"nickname":"{}","index":{turn}}}"#, ["Mia Lund", "Jonas Berg"][turn % 2])
        };
        let kept: Vec<_> = (0..100).map(|turn| patterns.keep(&entry(turn), None)).collect();
        assert!(patterns.known.len() == 2 && kept.iter().skip(20).all(|kept| kept.own() < 6));
        assert!((0..100).all(|turn| kept[turn].text().0 == entry(turn)));
    }

    #[test]
    fn texts_that_are_never_alike_do_not_pile_up() {
        let mut patterns = Patterns::default();
        for turn in 0..1_000 {
            let json = format!("[{}]", "1,".repeat(turn));
            assert_eq!(patterns.keep(&json, None).text().0, json);
        }
        assert_eq!(patterns.known.len(), MOST);
    }

    #[test]
    fn a_string_is_one_word_whatever_is_in_it() {
        let json = r#"{ "a\"{" :[-1.5e3,true] ,"\\":"b""#;
        let words: Vec<_> = words(json).map(|word| &json[word]).collect();
        assert_eq!(words, [r#""a\"{""#, "-1.5e3", "true", r#""\\""#, r#""b""#]);
    }

    proptest! {
        #[test]
        fn every_text_comes_back(texts in proptest::collection::vec(("[{}a1:, é\"\\\\]{0,12}", 0..20_usize), 0..40)) {
            let mut patterns = Patterns::default();
            for (text, at) in texts {
                let hole = text.is_char_boundary(at).then_some(at);
                prop_assert_eq!(patterns.keep(&text, hole).text(), (text, hole));
            }
        }
    }
}
