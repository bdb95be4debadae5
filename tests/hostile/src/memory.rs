//! How much memory this process has taken, as Linux tells.

use std::fs;

/// What the process has held at most, in bytes.
pub fn peak() -> u64 {
    field("VmHWM:")
}

/// What it holds.
pub fn now() -> u64 {
    field("VmRSS:")
}

/// Begins anew with the peak: what has been held before does not count any more.
pub fn forget_peak() {
    // 5 is the peak (proc(5), clear_refs).
    fs::write("/proc/self/clear_refs", "5").unwrap();
}

fn field(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}
