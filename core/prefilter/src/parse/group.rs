//! Groups: captures, names, look-around.

use std::sync::OnceLock;

use regex_syntax::hir::ClassUnicode;

use super::{Node, Parsed, Parser};
use crate::chars;

impl Parser {
    /// What follows `(`; with it, whether a quantifier may follow.
    pub(super) fn group(&mut self) -> Parsed<(Node, bool)> {
        if !self.eat('?') {
            return Ok((self.capture()?, true));
        }
        let look = |node: Node, behind, negated| Node::Look { node: Box::new(node), behind, negated };
        if self.eat(':') {
            return Ok((self.body()?, true));
        }
        if self.eat('=') {
            return Ok((look(self.body()?, false, false), !self.unicode));
        }
        if self.eat('!') {
            return Ok((look(self.body()?, false, true), !self.unicode));
        }
        if self.eat_all("<=") {
            return Ok((look(self.body()?, true, false), false));
        }
        if self.eat_all("<!") {
            return Ok((look(self.body()?, true, true), false));
        }
        if self.eat('<') {
            self.name()?;
            return Ok((self.capture()?, true));
        }
        match self.peek() {
            Some('i' | 'm' | 's' | '-') => Err(self.unsupported("flags inside a group")),
            _ => Err(self.syntax("unknown kind of group")),
        }
    }

    fn capture(&mut self) -> Parsed<Node> {
        self.opened += 1;
        let index = self.opened;
        Ok(Node::Capture { index, node: Box::new(self.body()?) })
    }

    fn body(&mut self) -> Parsed<Node> {
        let node = self.nested(Self::disjunction)?;
        if self.eat(')') { Ok(node) } else { Err(self.syntax("unterminated group")) }
    }

    /// The names of all capture groups of the pattern, which decide what `\1` and `\k` mean. The position is kept.
    pub(super) fn group_names(&mut self) -> Parsed<Vec<Option<String>>> {
        let start = self.position;
        let mut names: Vec<Option<String>> = Vec::new();
        let mut classes = 0_usize;
        while let Some(unit) = self.bump() {
            match char::from_u32(unit) {
                Some('\\') => self.position += 1,
                Some('[') if classes == 0 || self.flags.has('v') => classes += 1,
                Some(']') => classes = classes.saturating_sub(1),
                Some('(') if classes == 0 => {
                    if !self.eat('?') {
                        names.push(None);
                    } else if self.peek() == Some('<') && !matches!(self.peek_at(1), Some('=' | '!')) {
                        self.position += 1;
                        let name = Some(self.name()?);
                        if names.contains(&name) {
                            return Err(self.unsupported("a group name used before"));
                        }
                        names.push(name);
                    }
                }
                _ => {}
            }
        }
        self.position = start;
        Ok(names)
    }

    pub(super) fn has_names(&self) -> bool {
        self.names.iter().any(Option::is_some)
    }

    /// A group's name and the closing `>`.
    pub(super) fn name(&mut self) -> Parsed<String> {
        let mut name = String::new();
        while !self.eat('>') {
            let character = self.name_character()?;
            let valid = match character {
                '$' | '_' => true,
                '\u{200C}' | '\u{200D}' => !name.is_empty(),
                _ => is_identifier(character, name.is_empty()),
            };
            if !valid {
                return Err(self.syntax_before("invalid group name"));
            }
            name.push(character);
        }
        if name.is_empty() { Err(self.syntax_before("empty group name")) } else { Ok(name) }
    }

    /// One character of a name, written as itself or as `\u`, in both modes a whole code point.
    fn name_character(&mut self) -> Parsed<char> {
        let mut unit = self.name_unit()?;
        if (0xD800..0xDC00).contains(&unit) {
            let low = self.name_unit()?;
            let pair = [unit, low].map(|half| u16::try_from(half).unwrap_or(0));
            unit = char::decode_utf16(pair).next().and_then(Result::ok).map_or(unit, u32::from);
        }
        char::from_u32(unit).ok_or_else(|| self.syntax_before("invalid group name"))
    }

    fn name_unit(&mut self) -> Parsed<u32> {
        let Some(unit) = self.bump() else { return Err(self.syntax("unterminated group name")) };
        if unit != u32::from('\\') {
            return Ok(unit);
        }
        let escaped = if self.eat('u') { self.code_point()? } else { None };
        escaped.ok_or_else(|| self.syntax("invalid escape in a group name"))
    }
}

/// Letters a name may start with, or have anywhere else.
fn is_identifier(character: char, start: bool) -> bool {
    static START: OnceLock<Option<ClassUnicode>> = OnceLock::new();
    static CONTINUE: OnceLock<Option<ClassUnicode>> = OnceLock::new();
    let (set, name) = if start { (&START, "ID_Start") } else { (&CONTINUE, "ID_Continue") };
    set.get_or_init(|| chars::property(name)).as_ref().is_some_and(|set| chars::contains(set, character))
}
