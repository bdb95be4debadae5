//! Memory of long texts and long answers. Allocators keep what is let go for later, and what comes between leaves holes that nothing fits into:
//! a program would hold a third more than it needs. What is large enough they ask the system for by itself, and give it back at once.

/// From here on, in bytes.
const LONG: usize = 4 << 20;

/// What is asked for by itself, whatever was before (glibc's `DEFAULT_MMAP_THRESHOLD_MAX`). Only what is written to takes memory.
const APART: usize = (32 << 20) + 1;

/// How much room is to be asked for, for `size` bytes.
pub(crate) fn room_for(size: usize) -> usize {
    if size < LONG { size } else { size.max(APART) }
}

/// A copy of a text that is long, with memory of its own; nothing where it is short.
pub(crate) fn long(text: &str) -> Option<String> {
    (text.len() >= LONG).then(|| {
        let mut copy = String::with_capacity(room_for(text.len()));
        copy.push_str(text);
        copy
    })
}
