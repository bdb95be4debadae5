//! What both sides of a comparison wait with, so that the waiting costs both the same.

use std::sync::{
    Condvar, Mutex,
    atomic::{AtomicUsize, Ordering},
};

/// Opens when it has been counted down to zero, and is then as new.
#[derive(Debug)]
pub struct Latch {
    count: usize,
    left: AtomicUsize,
    open: Mutex<bool>,
    opened: Condvar,
}

impl Latch {
    /// A latch that opens after `count` steps.
    pub fn new(count: usize) -> Self {
        Self { count, left: AtomicUsize::new(count), open: Mutex::new(false), opened: Condvar::new() }
    }

    /// One step; any thread.
    pub fn count_down(&self) {
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.left.store(self.count, Ordering::Release);
            // The one who waits can let the latch go as soon as it has the lock.
            let mut open = self.open.lock().unwrap();
            *open = true;
            self.opened.notify_one();
        }
    }

    /// Waits until it opens.
    pub fn wait(&self) {
        let open = self.open.lock().unwrap();
        *self.opened.wait_while(open, |open| !*open).unwrap() = false;
    }
}
