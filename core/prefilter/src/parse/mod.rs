//! The parser of JavaScript patterns: ECMA-262 section 22.2.1 with the web's additions (annex B) without `u` and `v`.
//!
//! Here: the cursor, alternatives, terms and quantifiers. Siblings: groups, escapes, character classes, and the set
//! notation of `v`.

mod class;
mod escape;
mod group;
mod sets;

use regex_syntax::hir::ClassUnicode;

use super::ast::{Assertion, Node, Pattern, Repeat};
use super::case::CaseOrbits;
use super::chars;
use super::error::PrefilterError;
use super::flags::Flags;

/// Groups and classes open at once; deeper patterns are rejected.
const MAX_DEPTH: usize = 100;

type Parsed<T> = Result<T, PrefilterError>;

pub(super) fn parse(source: &str, flags: Flags) -> Parsed<Pattern> {
    let mut parser = Parser {
        units: chars::units(source, flags.unicode()),
        position: 0,
        flags,
        unicode: flags.unicode(),
        names: Vec::new(),
        opened: 0,
        depth: 0,
    };
    parser.names = parser.group_names()?;
    let node = parser.disjunction()?;
    match parser.peek() {
        None => Ok(Pattern { node, groups: parser.names.len() }),
        Some(_) => Err(parser.syntax("unmatched )")),
    }
}

struct Parser {
    units: Vec<u32>,
    position: usize,
    flags: Flags,
    unicode: bool,
    /// Every capture group's name, in order.
    names: Vec<Option<String>>,
    /// Capture groups seen so far.
    opened: usize,
    depth: usize,
}

impl Parser {
    fn disjunction(&mut self) -> Parsed<Node> {
        let mut branches = vec![self.alternative()?];
        while self.eat('|') {
            branches.push(self.alternative()?);
        }
        Ok(if branches.len() == 1 { branches.remove(0) } else { Node::Alternatives(branches) })
    }

    fn alternative(&mut self) -> Parsed<Node> {
        let mut terms = Vec::new();
        while !matches!(self.peek(), None | Some('|' | ')')) {
            terms.push(self.term()?);
        }
        Ok(match terms.len() {
            0 => Node::Empty,
            1 => terms.remove(0),
            _ => Node::Sequence(terms),
        })
    }

    fn term(&mut self) -> Parsed<Node> {
        let captures = self.opened + 1;
        let Some(unit) = self.bump() else { return Ok(Node::Empty) };
        let multiline = self.flags.has('m');
        let (node, quantifiable) = match char::from_u32(unit) {
            Some('^') if multiline => (Node::Assert(Assertion::LineStart), false),
            Some('^') => (Node::Assert(Assertion::TextStart), false),
            Some('$') if multiline => (Node::Assert(Assertion::LineEnd), false),
            Some('$') => (Node::Assert(Assertion::TextEnd), false),
            Some('(') => self.group()?,
            Some('[') => (self.class()?, true),
            Some('\\') => self.escape()?,
            Some('.') if self.flags.has('s') => (Node::Set(chars::negate(ClassUnicode::empty())), true),
            Some('.') => (Node::Set(chars::negate(chars::line_terminators())), true),
            Some('*' | '+' | '?') => return Err(self.syntax_before("nothing to repeat")),
            Some('{') if self.unicode || self.braces()?.is_some() => {
                return Err(self.syntax_before("nothing to repeat"));
            }
            Some('}' | ']') if self.unicode => {
                return Err(self.syntax_before("a lone bracket must be escaped"));
            }
            _ => (self.literal(unit), true),
        };
        if !quantifiable {
            return Ok(node);
        }
        self.quantified(node, captures)
    }

    fn quantified(&mut self, node: Node, first_capture: usize) -> Parsed<Node> {
        let start = self.position;
        let (min, max) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => {
                self.position += 1;
                match self.braces()? {
                    Some(bounds) => bounds,
                    None if self.unicode => return Err(self.syntax("incomplete quantifier")),
                    None => {
                        self.position = start;
                        return Ok(node);
                    }
                }
            }
            _ => return Ok(node),
        };
        if self.position == start {
            self.position += 1;
        }
        let greedy = !self.eat('?');
        if max == Some(0) {
            return Ok(Node::Empty);
        }
        let captures = first_capture..self.opened + 1;
        Ok(Node::Repeat(Box::new(Repeat { node, min, max, greedy, captures })))
    }

    /// What follows `{` of a quantifier, `}` included; `None`, and nothing consumed, if it is no quantifier.
    fn braces(&mut self) -> Parsed<Option<(usize, Option<usize>)>> {
        let start = self.position;
        let bounds = self.number().and_then(|min| {
            let max = if self.eat(',') { self.number() } else { Some(min) };
            self.eat('}').then_some((min, max))
        });
        match bounds {
            Some((min, Some(max))) if max < min => {
                Err(self.error(start, "numbers out of order in quantifier"))
            }
            Some(_) => Ok(bounds),
            None => {
                self.position = start;
                Ok(None)
            }
        }
    }

    /// A decimal number, the largest `usize` if it is larger.
    fn number(&mut self) -> Option<usize> {
        let mut value = None;
        while let Some(digit) = self.peek().and_then(|next| next.to_digit(10)) {
            self.position += 1;
            let digit = usize::try_from(digit).unwrap_or(usize::MAX);
            value = Some(value.unwrap_or(0_usize).saturating_mul(10).saturating_add(digit));
        }
        value
    }

    /// The node matching one code unit or code point.
    fn literal(&self, unit: u32) -> Node {
        let Some(character) = chars::unit_char(unit, self.unicode) else {
            return Node::Set(ClassUnicode::empty());
        };
        if self.flags.has('i') && !CaseOrbits::of(self.unicode).orbit(character).is_empty() {
            return Node::Set(self.fold(chars::range(unit, unit, self.unicode)));
        }
        Node::Char(character)
    }

    /// The set with all its cases if case is ignored.
    fn fold(&self, set: ClassUnicode) -> ClassUnicode {
        if self.flags.has('i') { CaseOrbits::of(self.unicode).close(set) } else { set }
    }

    /// Calls `parse` one level deeper.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == MAX_DEPTH {
            return Err(self.unsupported("groups or classes nested too deep"));
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn peek(&self) -> Option<char> {
        self.peek_at(0)
    }

    /// The unit `ahead` of the next one as a character; U+FFFD for a surrogate.
    fn peek_at(&self, ahead: usize) -> Option<char> {
        let unit = self.units.get(self.position + ahead)?;
        Some(char::from_u32(*unit).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn bump(&mut self) -> Option<u32> {
        let unit = self.units.get(self.position).copied();
        self.position += usize::from(unit.is_some());
        unit
    }

    fn eat(&mut self, expected: char) -> bool {
        let found = self.peek() == Some(expected);
        self.position += usize::from(found);
        found
    }

    fn eat_all(&mut self, expected: &str) -> bool {
        let found = expected.chars().enumerate().all(|(ahead, one)| self.peek_at(ahead) == Some(one));
        self.position += if found { expected.chars().count() } else { 0 };
        found
    }

    /// The value of exactly `count` hexadecimal digits; `None`, and nothing consumed, if there are fewer.
    fn hex(&mut self, count: usize) -> Option<u32> {
        let digits = (0..count).map(|ahead| self.peek_at(ahead).and_then(|next| next.to_digit(16)));
        let value = digits.reduce(|value, digit| Some(value? * 16 + digit?)).flatten()?;
        self.position += count;
        Some(value)
    }

    fn syntax(&self, reason: &'static str) -> PrefilterError {
        self.error(self.position, reason)
    }

    /// An error at the unit just consumed.
    fn syntax_before(&self, reason: &'static str) -> PrefilterError {
        self.error(self.position.saturating_sub(1), reason)
    }

    fn unsupported(&self, reason: &'static str) -> PrefilterError {
        PrefilterError::Unsupported { offset: self.offset(self.position), reason }
    }

    fn error(&self, position: usize, reason: &'static str) -> PrefilterError {
        PrefilterError::Syntax { offset: self.offset(position), reason }
    }

    /// The index of the character at `position`: a pair of surrogates is one character.
    fn offset(&self, position: usize) -> usize {
        let low = |unit: &&u32| (0xDC00..0xE000).contains(*unit);
        let before = self.units.iter().take(position).filter(|unit| !low(unit)).count();
        before - usize::from(self.units.get(position).as_ref().is_some_and(low))
    }
}
