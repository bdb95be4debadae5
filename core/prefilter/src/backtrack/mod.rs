//! The backtracking engine, for patterns no automaton can express: look-around, back-references, line anchors.
//!
//! Here: instructions and limits. `compile` turns a parsed pattern into instructions, `machine` runs them. It follows
//! the continuations of ECMA-262 section 22.2.2 step by step: captures are forgotten at each iteration, a reference to
//! a group that took no part matches nothing, look-behind is matched from right to left. Every instruction and every
//! character it reads is a step, and steps are limited, so are the alternatives remembered.

mod compile;
mod machine;

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

use super::ast::Assertion;
use super::case::CaseOrbits;
use super::chars;

pub(super) use compile::compile;

/// A limit was reached before the answer was known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LimitExceeded;

/// A pattern as instructions, of which the first is 0.
#[derive(Debug)]
pub(super) struct Program {
    instructions: Vec<Instruction>,
    /// Positions and counts: first two for each capture group (unused for group 0), then those of the loops.
    registers: usize,
    /// How back-references compare; `None`: exactly.
    orbits: Option<&'static CaseOrbits>,
    /// `\w` of the word boundaries.
    word: CharSet,
}

/// Where an instruction goes on to, if not to the next one, is an index into the program.
#[derive(Debug)]
enum Instruction {
    Char {
        character: char,
        back: bool,
    },
    Set {
        set: CharSet,
        back: bool,
    },
    /// As many characters of the set as there are, giving them back one by one.
    Span {
        set: CharSet,
        min: usize,
        max: usize,
        back: bool,
    },
    Assert(Assertion),
    BackReference {
        group: usize,
        back: bool,
    },
    /// Stores the position.
    Save(usize),
    /// Goes on here, and if that fails at the other place.
    Fork(usize, usize),
    Jump(usize),
    LoopStart(Loop),
    /// Enters another iteration at the next instruction or leaves the loop.
    LoopTest(Loop),
    LoopEnter {
        registers: Loop,
        clear: std::ops::Range<usize>,
    },
    LoopAgain {
        registers: Loop,
        test: usize,
    },
    /// The next instruction up to `Accept` must match (or not), then goes on at `next` from the same position.
    Look {
        negated: bool,
        next: usize,
    },
    Accept,
}

#[derive(Debug, Clone, Copy)]
struct Loop {
    /// Register counting iterations; the next one holds where the iteration began.
    count: usize,
    min: usize,
    max: usize,
    greedy: bool,
    exit: usize,
}

/// A set with its ASCII part as bits.
#[derive(Debug)]
struct CharSet {
    ascii: u128,
    ranges: Box<[ClassUnicodeRange]>,
}

impl CharSet {
    fn new(set: &ClassUnicode) -> Self {
        let ascii = (0..128_u8).filter(|byte| chars::contains(set, (*byte).into()));
        Self { ascii: ascii.fold(0, |bits, byte| bits | 1 << byte), ranges: set.ranges().into() }
    }

    fn contains(&self, character: char) -> bool {
        if character.is_ascii() {
            return self.ascii >> u32::from(character) & 1 == 1;
        }
        chars::ranges_contain(&self.ranges, character)
    }
}
