//! The application's context behind a callback, and when it is let go.

use std::ffi::c_void;
use webchat_core::driver::Dispatcher;

/// Lets a context go. Runs exactly once for each context handed over, after every call that gets it; then nothing more comes.
/// May be NULL. Since 0.1.
pub type webchat_destroy_fn = Option<unsafe extern "C" fn(context: *mut c_void)>;

/// A context that belongs to the library. Dropping it runs `destroy`: on the callback thread once that is known, else right here.
pub(crate) struct Context {
    pointer: *mut c_void,
    destroy: webchat_destroy_fn,
    home: Option<Dispatcher>,
}

// SAFETY: the library only carries the pointer; the header says on which threads it is handed back.
unsafe impl Send for Context {}
// SAFETY: as above.
unsafe impl Sync for Context {}

impl Context {
    pub(crate) fn new(pointer: *mut c_void, destroy: webchat_destroy_fn) -> Self {
        Self { pointer, destroy, home: None }
    }

    /// From now on it is let go on the callback thread, behind everything posted there before.
    pub(crate) fn settle(&mut self, home: &Dispatcher) {
        self.home = Some(home.clone());
    }

    pub(crate) fn pointer(&self) -> *mut c_void {
        self.pointer
    }

    /// Lets go of it now: for the callback thread, outside of any callback.
    pub(crate) fn end(mut self) {
        self.home = None;
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        let Some(destroy) = self.destroy.take() else { return };
        let last = Last(destroy, self.pointer);
        match self.home.take() {
            Some(home) => home.post(move || last.run()),
            None => last.run(),
        }
    }
}

struct Last(unsafe extern "C" fn(*mut c_void), *mut c_void);

// SAFETY: as for `Context`.
unsafe impl Send for Last {}

impl Last {
    fn run(self) {
        // SAFETY: the application gave this function for this pointer, and it runs once.
        unsafe { (self.0)(self.1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{
        atomic::{AtomicU32, Ordering},
        mpsc,
    };

    unsafe extern "C" fn count(context: *mut c_void) {
        // SAFETY: the tests pass a counter that outlives the call.
        unsafe { &*context.cast::<AtomicU32>() }.fetch_add(1, Ordering::SeqCst);
    }

    #[test]
    fn a_context_without_a_home_is_let_go_at_once() {
        let counter = AtomicU32::new(0);
        drop(Context::new((&raw const counter).cast_mut().cast(), Some(count)));
        assert_eq!(counter.load(Ordering::SeqCst), 1);
    }

    #[test]
    #[cfg_attr(miri, ignore = "a dispatcher asks the system for its limits")]
    fn a_settled_context_is_let_go_behind_what_was_posted() {
        let counter = Box::leak(Box::new(AtomicU32::new(0)));
        let dispatcher = Dispatcher::start("test").unwrap();
        let (gate, wait) = mpsc::channel::<()>();
        dispatcher.post(move || wait.recv().unwrap());
        let mut context = Context::new((&raw const *counter).cast_mut().cast(), Some(count));
        context.settle(&dispatcher);
        drop(context);
        assert_eq!(counter.load(Ordering::SeqCst), 0);
        gate.send(()).unwrap();
        let (done, finished) = mpsc::channel();
        dispatcher.post(move || done.send(()).unwrap());
        finished.recv().unwrap();
        assert_eq!(counter.load(Ordering::SeqCst), 1);
    }
}
