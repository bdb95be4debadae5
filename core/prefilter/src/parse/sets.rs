//! Character classes with `v`: nested classes, differences, intersections, strings of one character.
//!
//! Every operand has its cases added at once, so that the operations on sets may follow in any order.

use regex_syntax::hir::ClassUnicode;

use super::{Parsed, Parser};
use crate::chars;

/// Characters a class must escape.
const SYNTAX: &str = r"()[]{}/-\|";
/// Characters not to be doubled in a class.
const DOUBLED: &str = "&!#$%*+,.:;<=>?@^`~";
/// Further characters which may be escaped in a class.
const PUNCTUATORS: &str = "&-!#%,:;<=>@`~";

/// An operand: one character can start a range.
enum Operand {
    One(u32),
    Set(ClassUnicode),
}

impl Parser {
    /// What follows `[`.
    pub(super) fn set_class(&mut self) -> Parsed<ClassUnicode> {
        let negated = self.eat('^');
        let mut set = ClassUnicode::empty();
        if !self.eat(']') {
            let first = self.operand()?;
            if self.starts("--") || self.starts("&&") {
                set = self.operand_set(first);
                self.operations(&mut set)?;
            } else {
                self.union(first, &mut set)?;
            }
        }
        if negated {
            set.negate();
        }
        Ok(set)
    }

    fn operations(&mut self, set: &mut ClassUnicode) -> Parsed<()> {
        let operator = if self.starts("--") { "--" } else { "&&" };
        while !self.eat(']') {
            if !self.eat_all(operator) || (operator == "&&" && self.peek() == Some('&')) {
                return Err(self.syntax("one kind of set operation in a class"));
            }
            let operand = self.operand()?;
            let operand = self.operand_set(operand);
            if operator == "--" { set.difference(&operand) } else { set.intersect(&operand) }
        }
        Ok(())
    }

    fn union(&mut self, first: Operand, set: &mut ClassUnicode) -> Parsed<()> {
        let mut operand = first;
        loop {
            let start = self.position;
            if self.starts("--") || self.starts("&&") {
                return Err(self.syntax("one kind of set operation in a class"));
            }
            let added = if self.eat('-') {
                match (operand, self.operand()?) {
                    (Operand::One(low), Operand::One(high)) if low <= high => {
                        self.fold(chars::range(low, high, self.unicode))
                    }
                    (Operand::One(_), Operand::One(_)) => {
                        return Err(self.error(start, "range out of order in class"));
                    }
                    _ => return Err(self.error(start, "a range goes from one character to one character")),
                }
            } else {
                self.operand_set(operand)
            };
            set.union(&added);
            if self.eat(']') {
                return Ok(());
            }
            operand = self.operand()?;
        }
    }

    fn operand(&mut self) -> Parsed<Operand> {
        let start = self.position;
        let Some(unit) = self.bump() else { return Err(self.syntax("unterminated character class")) };
        let character = char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER);
        match character {
            '[' => Ok(Operand::Set(self.nested(Self::set_class)?)),
            '\\' => self.set_character_escape(),
            _ if SYNTAX.contains(character) => {
                Err(self.error(start, "the character must be escaped in a class"))
            }
            _ if DOUBLED.contains(character) && self.peek() == Some(character) => {
                Err(self.error(start, "the doubled character must be escaped in a class"))
            }
            _ => Ok(Operand::One(unit)),
        }
    }

    fn set_character_escape(&mut self) -> Parsed<Operand> {
        if self.eat_all("q{") {
            return Ok(Operand::Set(self.strings()?));
        }
        if let Some(set) = self.set_escape()? {
            return Ok(Operand::Set(set));
        }
        Ok(Operand::One(self.set_character()?))
    }

    /// One character after `\`.
    fn set_character(&mut self) -> Parsed<u32> {
        match self.peek() {
            Some(character) if PUNCTUATORS.contains(character) => {
                self.position += 1;
                Ok(character.into())
            }
            _ => self.character_escape(true),
        }
    }

    /// What follows `\q{`: strings separated by `|`, here of one character each.
    fn strings(&mut self) -> Parsed<ClassUnicode> {
        let mut set = ClassUnicode::empty();
        loop {
            if matches!(self.peek(), Some('|' | '}')) {
                return Err(self.unsupported("the empty string in a class"));
            }
            match self.operand()? {
                Operand::One(unit) => set.union(&self.fold(chars::range(unit, unit, self.unicode))),
                Operand::Set(_) => return Err(self.syntax_before("\\q holds characters only")),
            }
            if self.eat('}') {
                return Ok(set);
            }
            if !self.eat('|') {
                return Err(self.unsupported("strings of several characters in a class"));
            }
        }
    }

    fn operand_set(&self, operand: Operand) -> ClassUnicode {
        match operand {
            Operand::One(unit) => self.fold(chars::range(unit, unit, self.unicode)),
            Operand::Set(set) => set,
        }
    }

    fn starts(&self, operator: &str) -> bool {
        operator.chars().enumerate().all(|(ahead, one)| self.peek_at(ahead) == Some(one))
    }
}
