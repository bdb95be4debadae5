//! What Linux tells of this process.

use std::{fs, time::Duration};

/// The memory that it has, in bytes.
pub(super) fn memory() -> u64 {
    number("/proc/self/status", "VmRSS:") << 10
}

/// How many threads it has.
pub(super) fn threads() -> u64 {
    number("/proc/self/status", "Threads:")
}

/// How many descriptors it has open.
pub(super) fn descriptors() -> usize {
    fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}

/// The processor time that it has used.
pub(super) fn running() -> Duration {
    let schedule = |task: fs::DirEntry| fs::read_to_string(task.path().join("schedstat")).ok();
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten().filter_map(schedule);
    let nanoseconds =
        |text: String| text.split_whitespace().next().and_then(|first| first.parse::<u64>().ok());
    Duration::from_nanos(tasks.filter_map(nanoseconds).sum())
}

fn number(path: &str, key: &str) -> u64 {
    let text = fs::read_to_string(path).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(key));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
