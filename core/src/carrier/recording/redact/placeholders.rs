//! What stands for a value. It follows from the value and a secret that is kept nowhere: nothing has to be remembered, and nobody can try
//! values out.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Number, Value};
use std::hash::{BuildHasher, RandomState};

/// Values that are to be told apart have placeholders of this length at least.
const SHORTEST_ID: usize = 12;
/// Letters come from the hash up to here; behind them all are the same.
const TELLING: usize = 12;

pub(super) struct Placeholders(RandomState);

impl Placeholders {
    pub(super) fn new() -> Self {
        Self(RandomState::new())
    }

    fn draw(&self, value: &str) -> Draw {
        Draw(self.0.hash_one(value))
    }

    /// Letters, and of each width in UTF-8 as many as the text has: its length is the same however it is counted.
    pub(super) fn text(&self, text: &str) -> String {
        let mut widths = [0_usize; 4];
        for char in text.chars() {
            if let Some(count) = widths.get_mut(char.len_utf8() - 1) {
                *count += 1;
            }
        }
        let mut draw = self.draw(text);
        let alphabets = [('a', 26), ('а', 32), ('一', 8192), ('😀', 64)];
        let mut shown = String::with_capacity(text.len());
        for (count, (first, letters)) in widths.into_iter().zip(alphabets) {
            shown.extend((0..count.min(TELLING)).map(|_| letter(first, draw.below(letters))));
            shown.extend(std::iter::repeat_n(first, count.saturating_sub(TELLING)));
        }
        shown
    }

    /// Letters or digits, as the id has, and at least so many that ids are told apart.
    pub(super) fn id(&self, id: &str) -> String {
        let mut draw = self.draw(id);
        if id.is_empty() {
            return String::new();
        }
        let is_number = id.bytes().all(|byte| byte.is_ascii_digit());
        let (first, letters) = if is_number { ('1', 9) } else { ('a', 26) };
        let length = id.chars().count().max(SHORTEST_ID);
        let telling = (0..TELLING).map(|_| letter(first, draw.below(letters)));
        let rest = std::iter::repeat_n(if is_number { '0' } else { 'x' }, length - TELLING);
        telling.chain(rest).collect()
    }

    /// The same for what may be a JSON web token, which keeps its form: `claims` are shown as `redacted` says.
    pub(super) fn token(&self, token: &str, redacted: impl FnOnce(Value) -> Value) -> String {
        let Some(claims) = super::token::claims(token) else { return self.id(token) };
        let claims = BASE64_URL_SAFE_NO_PAD.encode(redacted(claims).to_string());
        format!("{}.{claims}.{}", BASE64_URL_SAFE_NO_PAD.encode("{}"), self.id(token))
    }

    /// A number of nine digits.
    pub(super) fn number(&self, number: &Number) -> u64 {
        100_000_000 + self.draw(&number.to_string()).below(900_000_000)
    }
}

/// Numbers out of a hash.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        let drawn = self.0 % end;
        self.0 /= end;
        drawn
    }
}

/// The letter that is so many behind `first`.
fn letter(first: char, behind: u64) -> char {
    u32::try_from(behind).ok().and_then(|behind| char::from_u32(first as u32 + behind)).unwrap_or(first)
}
