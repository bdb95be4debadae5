//! JavaScript's regular expression flags.

use super::error::PrefilterError;

/// The flags in the order `RegExp.prototype.flags` lists them.
const ORDER: &str = "dgimsuvy";

/// A set of flags, written in JavaScript's canonical order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flags(u8);

impl Flags {
    pub(super) fn parse(text: &str) -> Result<Self, PrefilterError> {
        let mut flags = Self(0);
        for letter in text.chars() {
            let bit = bit(letter);
            if bit == 0 || flags.0 & bit != 0 {
                return Err(PrefilterError::Flag(letter));
            }
            flags.0 |= bit;
        }
        if flags.has('u') && flags.has('v') {
            return Err(PrefilterError::FlagConflict);
        }
        Ok(flags)
    }

    pub(super) fn has(self, letter: char) -> bool {
        self.0 & bit(letter) != 0
    }

    /// Patterns and texts are code points (`u`, `v`) rather than UTF-16 code units.
    pub(super) fn unicode(self) -> bool {
        self.has('u') || self.has('v')
    }
}

impl std::fmt::Display for Flags {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        ORDER.chars().filter(|letter| self.has(*letter)).try_for_each(|letter| write!(formatter, "{letter}"))
    }
}

fn bit(letter: char) -> u8 {
    ORDER.chars().position(|known| known == letter).map_or(0, |index| 1 << index)
}
