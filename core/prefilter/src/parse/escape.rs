//! Escapes outside character classes, and those both sides share.

use regex_syntax::hir::ClassUnicode;

use super::{Assertion, Node, Parsed, Parser};
use crate::chars;

impl Parser {
    /// What follows `\`; with it, whether a quantifier may follow.
    pub(super) fn escape(&mut self) -> Parsed<(Node, bool)> {
        let wide = self.flags.has('i') && self.unicode;
        let boundary = |negated| Ok((Node::Assert(Assertion::WordBoundary { negated, wide }), false));
        match self.peek() {
            Some('b') => {
                self.position += 1;
                boundary(false)
            }
            Some('B') => {
                self.position += 1;
                boundary(true)
            }
            Some('k') if self.unicode || self.has_names() => Ok((self.named_reference()?, true)),
            Some('1'..='9') => Ok((self.reference_or_octal()?, true)),
            _ => {
                if let Some(set) = self.set_escape()? {
                    return Ok((Node::Set(self.fold(set)), true));
                }
                let unit = self.character_escape(false)?;
                Ok((self.literal(unit), true))
            }
        }
    }

    fn named_reference(&mut self) -> Parsed<Node> {
        let start = self.position;
        self.position += 1;
        if !self.eat('<') {
            return Err(self.error(start, "\\k needs a group name"));
        }
        let name = Some(self.name()?);
        match self.names.iter().position(|known| *known == name) {
            Some(index) => Ok(Node::BackReference(index + 1)),
            None => Err(self.error(start, "\\k names no group of the pattern")),
        }
    }

    /// `\1`...: a back-reference if there is such a group, else (annex B) an octal number or the digit itself.
    fn reference_or_octal(&mut self) -> Parsed<Node> {
        let start = self.position;
        let index = self.number().unwrap_or(usize::MAX);
        if index <= self.names.len() {
            return Ok(Node::BackReference(index));
        }
        if self.unicode {
            return Err(self.error(start, "back-reference to a group the pattern does not have"));
        }
        self.position = start;
        let unit = self.character_escape(false)?;
        Ok(self.literal(unit))
    }

    /// `\d \D \s \S \w \W \p{} \P{}`; `None`, and nothing consumed, for other escapes.
    pub(super) fn set_escape(&mut self) -> Parsed<Option<ClassUnicode>> {
        let Some(letter) = self.peek() else { return Ok(None) };
        let mut set = match letter {
            'd' | 'D' => chars::digits(),
            's' | 'S' => chars::space(),
            'w' | 'W' if self.unicode => self.fold(chars::word()),
            'w' | 'W' => chars::word(),
            'p' | 'P' if self.unicode => self.property()?,
            _ => return Ok(None),
        };
        self.position += usize::from(!matches!(letter, 'p' | 'P'));
        if letter.is_ascii_uppercase() {
            set.negate();
        }
        Ok(Some(set))
    }

    fn property(&mut self) -> Parsed<ClassUnicode> {
        let start = self.position;
        self.position += 1;
        if !self.eat('{') {
            return Err(self.error(start, "\\p needs a property in braces"));
        }
        let mut expression = String::new();
        while !self.eat('}') {
            let Some(next) = self.peek() else {
                return Err(self.error(start, "\\p needs a property in braces"));
            };
            expression.push(next);
            self.position += 1;
        }
        let set = chars::property(&expression)
            .ok_or_else(|| self.error(start, "unknown or unsupported Unicode property"))?;
        // With v case is ignored before a set is complemented, with u afterwards.
        Ok(if self.flags.has('v') { self.fold(set) } else { set })
    }

    /// The one character an escape other than the above stands for.
    pub(super) fn character_escape(&mut self, in_class: bool) -> Parsed<u32> {
        let start = self.position;
        let Some(unit) = self.bump() else { return Err(self.syntax("\\ at the end of the pattern")) };
        let letter = char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER);
        let invalid = || self.error(start, "invalid escape");
        match letter {
            't' => Ok(0x09),
            'n' => Ok(0x0A),
            'v' => Ok(0x0B),
            'f' => Ok(0x0C),
            'r' => Ok(0x0D),
            'b' if in_class => Ok(0x08),
            'c' => self.control(in_class),
            '0' if self.unicode && !self.peek().is_some_and(|next| next.is_ascii_digit()) => Ok(0),
            '0'..='7' if !self.unicode => {
                self.position = start;
                Ok(self.octal())
            }
            'x' => match self.hex(2) {
                Some(value) => Ok(value),
                None if self.unicode => Err(self.error(start, "\\x needs two hexadecimal digits")),
                None => Ok(unit),
            },
            'u' => match self.code_point_in_pattern()? {
                Some(value) => Ok(value),
                None if self.unicode => Err(self.error(start, "invalid Unicode escape")),
                None => Ok(unit),
            },
            'k' if self.has_names() => Err(invalid()),
            '-' if in_class && self.unicode => Ok(unit),
            _ if !self.unicode || r"^$\.*+?()[]{}|/".contains(letter) => Ok(unit),
            _ => Err(invalid()),
        }
    }

    /// `\cX`. Without a letter `\` is itself and `c` the next character (annex B).
    fn control(&mut self, in_class: bool) -> Parsed<u32> {
        match self.peek() {
            Some(letter)
                if letter.is_ascii_alphabetic() || (in_class && !self.unicode && is_word(letter)) =>
            {
                self.position += 1;
                Ok(u32::from(letter) % 32)
            }
            _ if self.unicode => Err(self.syntax("\\c needs a letter")),
            _ => {
                self.position -= 1;
                Ok('\\'.into())
            }
        }
    }

    /// At most three octal digits, at most 0o377.
    fn octal(&mut self) -> u32 {
        let mut value = 0;
        for _ in 0..3 {
            let Some(digit) = self.peek().and_then(|next| next.to_digit(8)) else { break };
            if value * 8 + digit > 0o377 {
                break;
            }
            value = value * 8 + digit;
            self.position += 1;
        }
        value
    }

    fn code_point_in_pattern(&mut self) -> Parsed<Option<u32>> {
        if self.unicode { self.code_point() } else { Ok(self.hex(4)) }
    }

    /// What follows `\u`: four digits, two surrogates written so, or digits in braces.
    pub(super) fn code_point(&mut self) -> Parsed<Option<u32>> {
        if self.eat('{') {
            let mut value = None;
            while let Some(digit) = self.peek().and_then(|next| next.to_digit(16)) {
                self.position += 1;
                value = Some(value.unwrap_or(0_u32).saturating_mul(16).saturating_add(digit));
            }
            return match value.filter(|value| *value <= u32::from(char::MAX)) {
                Some(value) if self.eat('}') => Ok(Some(value)),
                _ => Err(self.syntax("invalid Unicode escape")),
            };
        }
        let Some(high) = self.hex(4) else { return Ok(None) };
        let start = self.position;
        if (0xD800..0xDC00).contains(&high) && self.eat_all("\\u") {
            match self.hex(4) {
                Some(low) if (0xDC00..0xE000).contains(&low) => {
                    return Ok(Some(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00)));
                }
                _ => self.position = start,
            }
        }
        Ok(Some(high))
    }
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}
