//! Where the libraries are that this test run was built with.

use std::path::PathBuf;

fn beside_the_tests(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let path = test.parent().expect("it is in a directory").join(name);
    assert!(path.is_file(), "{} is built along with the tests", path.display());
    path
}

/// The shared library.
pub(crate) fn shared() -> PathBuf {
    beside_the_tests("libwebchat.so")
}

/// The static library.
#[allow(dead_code, reason = "not every test links it")]
pub(crate) fn archive() -> PathBuf {
    beside_the_tests("libwebchat.a")
}
