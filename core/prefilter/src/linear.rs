//! The automaton engine, for every pattern without look-around and back-references: its time is linear in the text.

use regex_automata::meta;
use regex_syntax::hir::{Class, Hir, Look, Repetition};

use super::ast::{Assertion, Node, Pattern};
use super::chars;

/// States a pattern may need, repetitions written out.
const MAX_WEIGHT: usize = 20_000;
/// States times bytes of a text, the worst case of an automaton which cannot be made deterministic.
const MAX_WORK: usize = 1 << 26;
/// Bytes an automaton may take when built, and again while matching.
const MAX_BYTES: usize = 4 << 20;

#[derive(Debug)]
pub(super) struct Linear {
    regex: meta::Regex,
    weight: usize,
    /// The pattern has line anchors, which the automaton knows only for line feeds.
    lines: bool,
}

impl Linear {
    /// `None` if the pattern cannot be expressed as an automaton of allowed size.
    pub(super) fn new(pattern: &Pattern) -> Option<Self> {
        let weight = pattern.node.weight();
        if weight > MAX_WEIGHT {
            return None;
        }
        let mut lines = false;
        let hir = hir(&pattern.node, &mut lines)?;
        let config = meta::Config::new()
            .nfa_size_limit(Some(MAX_BYTES))
            .hybrid_cache_capacity(MAX_BYTES)
            .onepass(false)
            .which_captures(regex_automata::nfa::thompson::WhichCaptures::None);
        let regex = meta::Builder::new().configure(config).build_from_hir(&hir).ok()?;
        Some(Self { regex, weight, lines })
    }

    /// `None` if this engine is not to decide about this text.
    pub(super) fn is_match(&self, text: &str, anchored: bool) -> Option<bool> {
        if self.weight.saturating_mul(text.len()) > MAX_WORK {
            return None;
        }
        if self.lines && text.chars().any(|one| one != '\n' && chars::is_line_terminator(one)) {
            return None;
        }
        let anchor = if anchored { regex_automata::Anchored::Yes } else { regex_automata::Anchored::No };
        Some(self.regex.is_match(regex_automata::Input::new(text).anchored(anchor)))
    }
}

fn hir(node: &Node, lines: &mut bool) -> Option<Hir> {
    Some(match node {
        Node::Empty => Hir::empty(),
        Node::Char(character) => Hir::literal(character.encode_utf8(&mut [0; 4]).as_bytes()),
        Node::Set(set) => Hir::class(Class::Unicode(set.clone())),
        Node::Assert(assertion) => Hir::look(match assertion {
            Assertion::TextStart => Look::Start,
            Assertion::TextEnd => Look::End,
            Assertion::LineStart | Assertion::LineEnd => {
                *lines = true;
                if *assertion == Assertion::LineStart { Look::StartLF } else { Look::EndLF }
            }
            Assertion::WordBoundary { wide: true, .. } => return None,
            Assertion::WordBoundary { negated: false, .. } => Look::WordAscii,
            Assertion::WordBoundary { negated: true, .. } => Look::WordAsciiNegate,
        }),
        Node::Sequence(nodes) => Hir::concat(all(nodes, lines)?),
        Node::Alternatives(nodes) => Hir::alternation(all(nodes, lines)?),
        Node::Capture { node, .. } => hir(node, lines)?,
        Node::Repeat(repeat) => Hir::repetition(Repetition {
            min: u32::try_from(repeat.min).ok()?,
            max: repeat.max.map(u32::try_from).transpose().ok()?,
            greedy: repeat.greedy,
            sub: Box::new(hir(&repeat.node, lines)?),
        }),
        Node::Look { .. } | Node::BackReference(_) => return None,
    })
}

fn all(nodes: &[Node], lines: &mut bool) -> Option<Vec<Hir>> {
    nodes.iter().map(|node| hir(node, lines)).collect()
}
