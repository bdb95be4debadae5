//! Writes `include/webchat.h` anew, and adds what is new in it to `ffi/ledger.txt`: `cargo run -p webchat-ffi --example header`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a tool of the developers: its failures are for them to read"
)]
#![allow(clippy::indexing_slicing, reason = "the same")]

#[path = "../tests/support/header.rs"]
mod header;
#[path = "../tests/support/ledger.rs"]
mod ledger;

use std::{fs, path::Path};

fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = header::generate();
    fs::write(root.join(header::PATH), &text)?;
    let old = fs::read_to_string(root.join(ledger::PATH))?;
    let new = ledger::continued(&old, &text, &ledger::version()).map_err(|lost| {
        let advice = "What no release has had yet can be taken out of the ledger by hand; the rest stays as it is (ABI.md).";
        std::io::Error::other(format!("{lost}\n{advice}"))
    })?;
    fs::write(root.join(ledger::PATH), new)
}
