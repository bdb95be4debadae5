//! Writes `include/webchat.h` anew: `cargo run -p webchat-ffi --example header`.

#![allow(clippy::expect_used, reason = "a tool of the developers: its failures are for them to read")]

#[path = "../tests/support/header.rs"]
mod header;

fn main() -> std::io::Result<()> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(header::PATH);
    std::fs::write(path, header::generate())
}
