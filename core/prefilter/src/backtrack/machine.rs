//! The machine running a program on a text.

use super::{CharSet, Instruction, LimitExceeded, Loop, Program};
use crate::ast::Assertion;
use crate::chars;

/// Steps for any text, and further ones for each of its characters.
const STEPS: usize = 1 << 22;
const STEPS_PER_CHAR: usize = 32;
/// Alternatives and register values remembered at once.
const MAX_STACK: usize = 1 << 19;
/// The register holds nothing.
const NONE: usize = usize::MAX;

impl Program {
    /// Whether the pattern matches anywhere in `text`, or (`anchored`) at its start.
    pub(crate) fn is_match(&self, text: &str, anchored: bool) -> Result<bool, LimitExceeded> {
        let text: Vec<char> = text.chars().collect();
        let mut machine = Machine {
            program: self,
            text: &text,
            registers: vec![NONE; self.registers],
            stack: Vec::new(),
            steps: STEPS.saturating_add(text.len().saturating_mul(STEPS_PER_CHAR)),
        };
        let last = if anchored { 0 } else { text.len() };
        for start in 0..=last {
            if machine.matches(0, start)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// What to undo or try when matching fails.
#[derive(Debug, Clone, Copy)]
enum Entry {
    Register {
        register: usize,
        value: usize,
    },
    Try {
        instruction: usize,
        position: usize,
    },
    /// Every position from `position` to `last`, in this order.
    TryEach {
        instruction: usize,
        position: usize,
        last: usize,
    },
}

struct Machine<'a> {
    program: &'a Program,
    text: &'a [char],
    registers: Vec<usize>,
    stack: Vec<Entry>,
    /// Steps left.
    steps: usize,
}

impl Machine<'_> {
    /// Runs from an instruction to the `Accept` reached first. Without success registers and stack are as before.
    fn matches(&mut self, mut instruction: usize, mut position: usize) -> Result<bool, LimitExceeded> {
        let base = self.stack.len();
        let program = self.program;
        loop {
            self.spend(1)?;
            let next = match program.instructions.get(instruction) {
                None | Some(Instruction::Accept) => return Ok(true),
                Some(current) => self.execute(current, instruction + 1, position)?,
            };
            match next.or_else(|| self.backtrack(base)) {
                Some(state) => (instruction, position) = state,
                None => return Ok(false),
            }
        }
    }

    /// The instruction and position to go on with; `None` if this way does not match.
    fn execute(
        &mut self,
        instruction: &Instruction,
        next: usize,
        position: usize,
    ) -> Result<Option<(usize, usize)>, LimitExceeded> {
        Ok(match instruction {
            Instruction::Accept => None,
            Instruction::Char { character, back } => {
                self.read(position, *back).filter(|(one, _)| one == character).map(|(_, after)| (next, after))
            }
            Instruction::Set { set, back } => self
                .read(position, *back)
                .filter(|(one, _)| set.contains(*one))
                .map(|(_, after)| (next, after)),
            Instruction::Span { set, min, max, back } => {
                self.span(set, *min, *max, *back, next, position)?.map(|position| (next, position))
            }
            Instruction::Assert(assertion) => self.holds(*assertion, position).then_some((next, position)),
            Instruction::BackReference { group, back } => {
                self.back_reference(*group, *back, position)?.map(|position| (next, position))
            }
            Instruction::Save(register) => {
                self.set(*register, position)?;
                Some((next, position))
            }
            Instruction::Fork(first, second) => {
                self.push(Entry::Try { instruction: *second, position })?;
                Some((*first, position))
            }
            Instruction::Jump(target) => Some((*target, position)),
            Instruction::LoopStart(registers) => {
                self.set(registers.count, 0)?;
                Some((next, position))
            }
            Instruction::LoopTest(registers) => Some((self.loop_test(registers, next, position)?, position)),
            Instruction::LoopEnter { registers, clear } => {
                self.set(registers.count, self.register(registers.count).wrapping_add(1))?;
                self.set(registers.count + 1, position)?;
                for register in clear.clone() {
                    self.set(register, NONE)?;
                }
                self.spend(clear.len())?;
                Some((next, position))
            }
            Instruction::LoopAgain { registers, test } => {
                // An iteration beyond the required ones must get on.
                let stuck = self.register(registers.count + 1) == position;
                (!stuck || self.register(registers.count) <= registers.min).then_some((*test, position))
            }
            Instruction::Look { negated, next: after } => {
                (self.look(next, position, *negated)?).then_some((*after, position))
            }
        })
    }

    fn loop_test(&mut self, registers: &Loop, enter: usize, position: usize) -> Result<usize, LimitExceeded> {
        let count = self.register(registers.count);
        if count < registers.min {
            return Ok(enter);
        }
        if count >= registers.max {
            return Ok(registers.exit);
        }
        let (first, second) =
            if registers.greedy { (enter, registers.exit) } else { (registers.exit, enter) };
        self.push(Entry::Try { instruction: second, position })?;
        Ok(first)
    }

    fn look(&mut self, body: usize, position: usize, negated: bool) -> Result<bool, LimitExceeded> {
        let base = self.stack.len();
        let matched = self.matches(body, position)?;
        if matched && negated {
            while self.backtrack(base).is_some() {}
        } else if matched {
            // No other way to match is tried, captures stay and are undone when matching fails later.
            self.spend(self.stack.len() - base)?;
            let changes = self.stack.drain(base..).filter(|entry| matches!(entry, Entry::Register { .. }));
            let changes: Vec<Entry> = changes.collect();
            self.stack.extend(changes);
        }
        Ok(matched != negated)
    }

    /// The position after as many characters of the set as allowed; shorter ways are remembered.
    fn span(
        &mut self,
        set: &CharSet,
        min: usize,
        max: usize,
        back: bool,
        next: usize,
        position: usize,
    ) -> Result<Option<usize>, LimitExceeded> {
        let mut end = position;
        let mut count = 0;
        let mut shortest = (min == 0).then_some(position);
        while count < max {
            let Some((_, after)) = self.read(end, back).filter(|(one, _)| set.contains(*one)) else { break };
            end = after;
            count += 1;
            if count == min {
                shortest = Some(end);
            }
        }
        self.spend(count)?;
        let Some(shortest) = shortest else { return Ok(None) };
        if shortest != end {
            let position = if back { end + 1 } else { end - 1 };
            self.push(Entry::TryEach { instruction: next, position, last: shortest })?;
        }
        Ok(Some(end))
    }

    fn back_reference(
        &mut self,
        group: usize,
        back: bool,
        position: usize,
    ) -> Result<Option<usize>, LimitExceeded> {
        let (start, end) = (self.register(group * 2), self.register(group * 2 + 1));
        if start == NONE || end == NONE {
            return Ok(Some(position));
        }
        let length = end.saturating_sub(start);
        self.spend(length)?;
        let from = if back { position.checked_sub(length) } else { Some(position) };
        let Some(from) = from else { return Ok(None) };
        let (Some(expected), Some(found)) = (self.text.get(start..end), self.text.get(from..from + length))
        else {
            return Ok(None);
        };
        let equal = match self.program.orbits {
            None => expected == found,
            Some(orbits) => expected.iter().zip(found).all(|(left, right)| orbits.same(*left, *right)),
        };
        Ok(equal.then_some(if back { from } else { from + length }))
    }

    fn holds(&self, assertion: Assertion, position: usize) -> bool {
        let before = self.read(position, true).map(|(one, _)| one);
        let after = self.read(position, false).map(|(one, _)| one);
        match assertion {
            Assertion::TextStart => before.is_none(),
            Assertion::TextEnd => after.is_none(),
            Assertion::LineStart => before.is_none_or(chars::is_line_terminator),
            Assertion::LineEnd => after.is_none_or(chars::is_line_terminator),
            Assertion::WordBoundary { negated, .. } => {
                let word = |side: Option<char>| side.is_some_and(|one| self.program.word.contains(one));
                (word(before) != word(after)) != negated
            }
        }
    }

    /// The character at this side of the position and the position beyond it.
    fn read(&self, position: usize, back: bool) -> Option<(char, usize)> {
        let (index, after) =
            if back { (position.checked_sub(1)?, position - 1) } else { (position, position + 1) };
        self.text.get(index).map(|one| (*one, after))
    }

    /// Undoes register changes down to the way to try next; `None` if the stack is back at `base`.
    fn backtrack(&mut self, base: usize) -> Option<(usize, usize)> {
        while self.stack.len() > base {
            match self.stack.pop()? {
                Entry::Register { register, value } => {
                    if let Some(slot) = self.registers.get_mut(register) {
                        *slot = value;
                    }
                }
                Entry::Try { instruction, position } => return Some((instruction, position)),
                Entry::TryEach { instruction, position, last } => {
                    if position != last {
                        let following = if last < position { position - 1 } else { position + 1 };
                        self.stack.push(Entry::TryEach { instruction, position: following, last });
                    }
                    return Some((instruction, position));
                }
            }
        }
        None
    }

    fn register(&self, register: usize) -> usize {
        self.registers.get(register).copied().unwrap_or(NONE)
    }

    fn set(&mut self, register: usize, value: usize) -> Result<(), LimitExceeded> {
        let previous = self.register(register);
        if previous != value {
            self.push(Entry::Register { register, value: previous })?;
            if let Some(slot) = self.registers.get_mut(register) {
                *slot = value;
            }
        }
        Ok(())
    }

    fn push(&mut self, entry: Entry) -> Result<(), LimitExceeded> {
        if self.stack.len() >= MAX_STACK {
            return Err(LimitExceeded);
        }
        self.stack.push(entry);
        Ok(())
    }

    fn spend(&mut self, steps: usize) -> Result<(), LimitExceeded> {
        self.steps = self.steps.checked_sub(steps).ok_or(LimitExceeded)?;
        Ok(())
    }
}
