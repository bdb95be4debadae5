//! Character classes without `v`.

use regex_syntax::hir::ClassUnicode;

use super::{Node, Parsed, Parser};
use crate::chars;

/// A member of a class: one character, or an escape standing for several.
enum Member {
    One(u32),
    Several(ClassUnicode),
}

impl Parser {
    /// What follows `[`.
    pub(super) fn class(&mut self) -> Parsed<Node> {
        if self.flags.has('v') {
            return Ok(Node::Set(self.nested(Self::set_class)?));
        }
        let negated = self.eat('^');
        let mut set = ClassUnicode::empty();
        while !self.eat(']') {
            self.class_item(&mut set)?;
        }
        let mut set = self.fold(set);
        if negated {
            set.negate();
        }
        Ok(Node::Set(set))
    }

    /// A member, or a range of them.
    fn class_item(&mut self, set: &mut ClassUnicode) -> Parsed<()> {
        let start = self.position;
        let low = self.class_member()?;
        if self.peek() != Some('-') || self.peek_at(1) == Some(']') {
            set.union(&self.member_set(low));
            return Ok(());
        }
        self.position += 1;
        match (low, self.class_member()?) {
            (Member::One(low), Member::One(high)) if low <= high => {
                set.union(&chars::range(low, high, self.unicode));
            }
            (Member::One(_), Member::One(_)) => return Err(self.error(start, "range out of order in class")),
            _ if self.unicode => {
                return Err(self.error(start, "a range goes from one character to one character"));
            }
            (low, high) => {
                for member in [low, Member::One('-'.into()), high] {
                    set.union(&self.member_set(member));
                }
            }
        }
        Ok(())
    }

    fn class_member(&mut self) -> Parsed<Member> {
        match self.bump() {
            None => Err(self.syntax("unterminated character class")),
            Some(0x5C) => match self.set_escape()? {
                Some(set) => Ok(Member::Several(set)),
                None => Ok(Member::One(self.character_escape(true)?)),
            },
            Some(unit) => Ok(Member::One(unit)),
        }
    }

    fn member_set(&self, member: Member) -> ClassUnicode {
        match member {
            Member::One(unit) => chars::range(unit, unit, self.unicode),
            Member::Several(set) => set,
        }
    }
}
