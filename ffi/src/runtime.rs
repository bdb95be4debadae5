//! Runtimes: the threads and connections that services share.

use crate::{
    boundary::{Out, guard},
    fork,
    handle::{Object, Table, make, remove},
    status::webchat_status,
};
use std::{ptr::null_mut, sync::Arc};
use webchat_core::{Runtime, RuntimeOptions};

/// A few threads, a callback thread and a connection pool, shared by the services made with it. Opaque. Since 0.1.
pub struct webchat_runtime {
    _opaque: (),
}

/// A runtime that an application made.
pub(crate) struct RuntimeHandle(pub(crate) Runtime);

static RUNTIMES: Table<RuntimeHandle> = Table::new();

impl Object for RuntimeHandle {
    type Opaque = webchat_runtime;
    const KIND: usize = 2;
    fn table() -> &'static Table<Self> {
        &RUNTIMES
    }
}

/// The most threads a runtime is given.
const MOST_THREADS: u32 = 1024;

/// Starts a runtime with this many worker threads besides its callback thread (at most 1024). With 0, as in the default runtime, the
/// callback thread moves the chats on itself while it has nothing to call back, and a second thread while a callback takes long; more
/// are for programs with so many chats that one thread cannot carry them. Services made without a runtime share a default that starts
/// with the first and stops with the last.
/// Every callback of a runtime's services runs on its one callback thread. Any thread. Destroy it with webchat_runtime_destroy.
/// WEBCHAT_ERR_OUT_OF_RESOURCES when the system gives no threads or descriptors, or the limit of the address space leaves no room for
/// them.
///
/// A program that closes file descriptors which it has not opened, the library's among them, ends the chats of the runtime: their
/// commands are rejected with WEBCHAT_ERR_CLOSED, their events end, and the runtime takes no more services. The default one begins anew
/// with the next service. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_runtime_new(
    worker_threads: u32,
    out_runtime: *mut *mut webchat_runtime,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { Out::new(out_runtime, "out_runtime", null_mut()) }?;
        fork::watch()?;
        let options = RuntimeOptions { worker_threads: worker_threads.min(MOST_THREADS) as usize };
        out.set(make(Arc::new(RuntimeHandle(Runtime::new(options)?)))?);
        Ok(())
    })
}

/// Lets a runtime go. Returns at once; its threads end when the last service made with it is gone. Any thread, also in a callback.
/// WEBCHAT_ERR_INVALID_HANDLE when `runtime` is none. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn webchat_runtime_destroy(runtime: *mut webchat_runtime) -> webchat_status {
    guard(|| remove::<RuntimeHandle>(runtime).map(drop))
}
