//! From a parsed pattern to instructions.

use super::{CharSet, Instruction, Loop, Program};
use crate::ast::{Node, Pattern, Repeat};
use crate::case::CaseOrbits;
use crate::chars;
use crate::flags::Flags;

pub(crate) fn compile(pattern: &Pattern, flags: Flags) -> Program {
    let mut compiler = Compiler { instructions: Vec::new(), registers: (pattern.groups + 1) * 2 };
    compiler.node(&pattern.node, false);
    compiler.push(Instruction::Accept);
    let orbits = flags.has('i').then(|| CaseOrbits::of(flags.unicode()));
    let word =
        orbits.filter(|_| flags.unicode()).map_or_else(chars::word, |orbits| orbits.close(chars::word()));
    let Compiler { instructions, registers } = compiler;
    Program { instructions, registers, orbits, word: CharSet::new(&word) }
}

struct Compiler {
    instructions: Vec<Instruction>,
    registers: usize,
}

impl Compiler {
    /// `back`: the node is matched from right to left, as in look-behind.
    fn node(&mut self, node: &Node, back: bool) {
        match node {
            Node::Empty => {}
            Node::Char(character) => self.push(Instruction::Char { character: *character, back }),
            Node::Set(set) => self.push(Instruction::Set { set: CharSet::new(set), back }),
            Node::Assert(assertion) => self.push(Instruction::Assert(*assertion)),
            Node::BackReference(group) => self.push(Instruction::BackReference { group: *group, back }),
            Node::Sequence(nodes) if back => nodes.iter().rev().for_each(|node| self.node(node, back)),
            Node::Sequence(nodes) => nodes.iter().for_each(|node| self.node(node, back)),
            Node::Alternatives(nodes) => self.alternatives(nodes, back),
            Node::Capture { index, node } => {
                self.push(Instruction::Save(index * 2 + usize::from(back)));
                self.node(node, back);
                self.push(Instruction::Save(index * 2 + usize::from(!back)));
            }
            Node::Repeat(repeat) => self.repeat(repeat, back),
            Node::Look { node, behind, negated } => {
                let look = self.reserve();
                self.node(node, *behind);
                self.push(Instruction::Accept);
                let next = self.instructions.len();
                self.set(look, Instruction::Look { negated: *negated, next });
            }
        }
    }

    fn alternatives(&mut self, nodes: &[Node], back: bool) {
        let Some((last, others)) = nodes.split_last() else { return };
        let mut jumps = Vec::new();
        for node in others {
            let fork = self.reserve();
            self.node(node, back);
            jumps.push(self.reserve());
            self.set(fork, Instruction::Fork(fork + 1, self.instructions.len()));
        }
        self.node(last, back);
        let end = self.instructions.len();
        for jump in jumps {
            self.set(jump, Instruction::Jump(end));
        }
    }

    fn repeat(&mut self, repeat: &Repeat, back: bool) {
        let Repeat { node, min, greedy, captures, .. } = repeat;
        let (min, max) = (*min, repeat.max.unwrap_or(usize::MAX));
        if *greedy {
            let single = match node {
                Node::Char(character) => Some(CharSet::new(&chars::singles([*character]))),
                Node::Set(set) => Some(CharSet::new(set)),
                _ => None,
            };
            if let Some(set) = single {
                return self.push(Instruction::Span { set, min, max, back });
            }
        }
        let mut registers = Loop { count: self.registers, min, max, greedy: *greedy, exit: 0 };
        self.registers += 2;
        self.push(Instruction::LoopStart(registers));
        let test = self.reserve();
        let clear = captures.start * 2..captures.end * 2;
        self.push(Instruction::LoopEnter { registers, clear });
        self.node(node, back);
        self.push(Instruction::LoopAgain { registers, test });
        registers.exit = self.instructions.len();
        self.set(test, Instruction::LoopTest(registers));
    }

    fn push(&mut self, instruction: Instruction) {
        self.instructions.push(instruction);
    }

    /// The index of an instruction given later.
    fn reserve(&mut self) -> usize {
        self.push(Instruction::Accept);
        self.instructions.len() - 1
    }

    fn set(&mut self, index: usize, instruction: Instruction) {
        if let Some(reserved) = self.instructions.get_mut(index) {
            *reserved = instruction;
        }
    }
}
