//! The attacks that run with all tests.

#![allow(clippy::unwrap_used, reason = "a broken test must fail loudly")]

use std::path::Path;
use webchat_hostile::{attacks, table};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_attack_takes_more_memory_than_is_promised() {
    let quick = attacks::all().into_iter().filter(|attack| attack.quick).collect();
    assert_eq!(table::run(Path::new(env!("CARGO_BIN_EXE_webchat-hostile")), quick).await, 0);
}

#[test]
fn every_attack_has_a_name_of_its_own() {
    let mut names: Vec<_> = attacks::all().into_iter().map(|attack| attack.name).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}
