//! The attacks, one file for each family.

mod answers;
mod bayeux;
mod floods;
mod http;
mod local;
mod transfers;

use crate::attack::Attack;

/// How long an answer is at most that is taken; attacks stay just below it.
const LONGEST_ANSWER: usize = 16 << 20;

/// All attacks.
pub fn all() -> Vec<Attack> {
    [answers::all(), bayeux::all(), floods::all(), http::all(), local::all(), transfers::all()].concat()
}

/// `entry` as often as it has room in `size` bytes, with commas between.
fn list(entry: &str, size: usize) -> String {
    let mut list = format!("{entry},").repeat(size / (entry.len() + 1));
    list.pop();
    list
}
