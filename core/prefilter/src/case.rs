//! Which characters are the same one when case is ignored.
//!
//! ECMA-262 `Canonicalize`: without `u` or `v` the upper-case mapping of one code unit to one, never from outside
//! ASCII into it; with them Unicode's simple case folding. Both divide the characters into orbits; a set ignoring case
//! is the union of the orbits it touches.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use regex_syntax::hir::ClassUnicode;

use super::chars;

/// Up to this many characters an orbit is looked up for each; beyond, every orbit is tried.
const FEW: u32 = 64;

/// The orbits of more than one character.
#[derive(Debug)]
pub(super) struct CaseOrbits {
    orbits: Vec<Vec<char>>,
    index: HashMap<char, usize>,
}

impl CaseOrbits {
    pub(super) fn of(unicode: bool) -> &'static Self {
        static LEGACY: OnceLock<CaseOrbits> = OnceLock::new();
        static UNICODE: OnceLock<CaseOrbits> = OnceLock::new();
        if unicode { UNICODE.get_or_init(Self::unicode) } else { LEGACY.get_or_init(Self::legacy) }
    }

    pub(super) fn same(&self, left: char, right: char) -> bool {
        left == right || self.index.get(&left).is_some_and(|orbit| self.index.get(&right) == Some(orbit))
    }

    /// Every character equal to `character`, itself included; empty if that is only itself.
    pub(super) fn orbit(&self, character: char) -> &[char] {
        self.index.get(&character).and_then(|index| self.orbits.get(*index)).map_or(&[], Vec::as_slice)
    }

    /// `set` with every character equal to one of its own.
    pub(super) fn close(&self, mut set: ClassUnicode) -> ClassUnicode {
        let size = set.iter().map(|range| u32::from(range.end()) - u32::from(range.start()) + 1).sum::<u32>();
        let added: Vec<char> = if size <= FEW {
            let members = set.iter().flat_map(|range| range.start()..=range.end());
            members.flat_map(|member| self.orbit(member)).copied().collect()
        } else {
            let touched = |orbit: &&Vec<char>| orbit.iter().any(|member| chars::contains(&set, *member));
            self.orbits.iter().filter(touched).flatten().copied().collect()
        };
        set.union(&chars::singles(added));
        set
    }

    fn legacy() -> Self {
        let mut groups: BTreeMap<char, Vec<char>> = BTreeMap::new();
        for character in '\0'..='\u{FFFF}' {
            groups.entry(upper(character)).or_default().push(character);
        }
        Self::new(groups.into_values())
    }

    fn unicode() -> Self {
        let mut seeds = ClassUnicode::empty();
        for name in ["Changes_When_Casemapped", "Changes_When_Casefolded"] {
            seeds.union(&chars::property(name).unwrap_or_else(ClassUnicode::empty));
        }
        let mut groups: BTreeMap<char, Vec<char>> = BTreeMap::new();
        for seed in seeds.iter().flat_map(|range| range.start()..=range.end()) {
            let mut folded = chars::singles([seed]);
            folded.case_fold_simple();
            let orbit: Vec<char> = folded.iter().flat_map(|range| range.start()..=range.end()).collect();
            orbit.first().copied().map(|first| groups.insert(first, orbit));
        }
        Self::new(groups.into_values())
    }

    fn new(groups: impl Iterator<Item = Vec<char>>) -> Self {
        let orbits: Vec<Vec<char>> = groups.filter(|group| group.len() > 1).collect();
        let members =
            orbits.iter().enumerate().flat_map(|(index, orbit)| orbit.iter().map(move |one| (*one, index)));
        let index = members.collect();
        Self { orbits, index }
    }
}

fn upper(character: char) -> char {
    let mut mapped = character.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(one), None) if one <= '\u{FFFF}' && (character.is_ascii() || !one.is_ascii()) => one,
        _ => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unicode_orbits_are_those_of_every_character() {
        let orbits = CaseOrbits::of(true);
        for character in '\0'..=char::MAX {
            let mut folded = chars::singles([character]);
            folded.case_fold_simple();
            let members: Vec<char> = folded.iter().flat_map(|range| range.start()..=range.end()).collect();
            let expected = if members.len() > 1 { members.as_slice() } else { &[] };
            assert_eq!(orbits.orbit(character), expected, "{character:?}");
        }
    }

    #[test]
    fn legacy_orbits_keep_ascii_apart() {
        let orbits = CaseOrbits::of(false);
        assert!(orbits.same('k', 'K') && orbits.same('é', 'É') && orbits.same('σ', 'ς'));
        assert!(!orbits.same('k', '\u{212A}') && !orbits.same('s', 'ſ') && !orbits.same('ß', 'ẞ'));
        assert!(CaseOrbits::of(true).same('k', '\u{212A}'));
    }
}
