//! A parsed pattern. Flags are resolved: what a node matches does not depend on them any more.

use regex_syntax::hir::ClassUnicode;

/// A pattern and what its back-references need.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) node: Node,
    /// Capture groups, numbered from 1.
    pub(super) groups: usize,
}

#[derive(Debug)]
pub(super) enum Node {
    Empty,
    Char(char),
    Set(ClassUnicode),
    Assert(Assertion),
    Sequence(Vec<Node>),
    Alternatives(Vec<Node>),
    Capture { index: usize, node: Box<Node> },
    Repeat(Box<Repeat>),
    Look { node: Box<Node>, behind: bool, negated: bool },
    BackReference(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Assertion {
    TextStart,
    TextEnd,
    LineStart,
    LineEnd,
    /// `wide`: `\w` has U+017F and U+212A too (`i` with `u` or `v`).
    WordBoundary {
        negated: bool,
        wide: bool,
    },
}

#[derive(Debug)]
pub(super) struct Repeat {
    pub(super) node: Node,
    pub(super) min: usize,
    /// `None`: without end.
    pub(super) max: Option<usize>,
    pub(super) greedy: bool,
    /// The capture groups inside, forgotten at the start of every iteration.
    pub(super) captures: std::ops::Range<usize>,
}

impl Node {
    /// A rough count of automaton states: of the pattern with its repetitions written out.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Empty | Self::Char(_) | Self::Set(_) | Self::Assert(_) | Self::BackReference(_) => 1,
            Self::Sequence(nodes) | Self::Alternatives(nodes) => {
                nodes.iter().fold(nodes.len(), |sum, node| sum.saturating_add(node.weight()))
            }
            Self::Capture { node, .. } | Self::Look { node, .. } => node.weight().saturating_add(2),
            Self::Repeat(repeat) => {
                let copies = repeat.max.unwrap_or(repeat.min.saturating_add(1));
                repeat.node.weight().saturating_add(1).saturating_mul(copies)
            }
        }
    }
}
