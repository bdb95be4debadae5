//! Events by asking: `webchat_next_event` and the file descriptor that tells when to ask.

use crate::{
    boundary::{Failure, Out, guard},
    event::{EventHandle, webchat_event},
    handle::{get, make},
    service::{Service, webchat_service},
    status::{WEBCHAT_ERR_WRONG_THREAD, webchat_status},
};
use std::{ffi::c_int, ptr::null_mut, sync::Arc};
use webchat_core::driver::Dispatcher;

/// For webchat_next_event: wait as long as it takes.
pub const WEBCHAT_FOREVER: u32 = 0xFFFF_FFFF;

/// Takes the next event, waiting up to `timeout_ms` milliseconds for it (0: not at all; WEBCHAT_FOREVER). Events come in order, each to
/// one caller; from the first call of this function or webchat_event_fd on, the service keeps events until they are taken, so keep
/// taking them. Which there are, says webchat_subscribe. The event is your own: free it with webchat_event_free. Any thread; in a callback only with timeout 0.
///
/// WEBCHAT_ERR_TIMEOUT: there was none in time. WEBCHAT_END_OF_EVENTS: the service is closed (also by another thread, meanwhile), and
/// all events have been taken. WEBCHAT_ERR_WRONG_THREAD: in a callback nothing may wait. WEBCHAT_ERR_INVALID_HANDLE. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_next_event(
    service: *mut webchat_service,
    timeout_ms: u32,
    out_event: *mut *mut webchat_event,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { Out::new(out_event, "out_event", null_mut()) }?;
        let service = get::<Service>(service)?;
        let queue = service.queue();
        if timeout_ms > 0 && Dispatcher::is_current() {
            return Err(Failure::bare(WEBCHAT_ERR_WRONG_THREAD));
        }
        // It ends the queue where no event can come any more.
        service.chat.is_whole();
        out.set(make(Arc::new(EventHandle::own(queue.take(timeout_ms)?)))?);
        Ok(())
    })
}

/// A file descriptor that is readable while webchat_next_event or webchat_next_outcome would not have to wait, for poll, select, epoll or
/// any event loop. It belongs to the service, the same at every call, valid until webchat_service_destroy: never read, write or close it.
/// When it is readable, call webchat_next_event with timeout 0 until it returns no event, and webchat_next_outcome likewise where commands
/// are given by_asking. After the end it stays readable: stop watching it at WEBCHAT_END_OF_EVENTS. Any thread.
///
/// WEBCHAT_ERR_IO: the system gives no descriptor. WEBCHAT_ERR_UNSUPPORTED: the system has no such descriptors.
/// WEBCHAT_ERR_INVALID_HANDLE. *out_fd is -1 then. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_event_fd(
    service: *mut webchat_service,
    out_fd: *mut c_int,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { Out::new(out_fd, "out_fd", -1) }?;
        let service = get::<Service>(service)?;
        out.set(service.queue().descriptor(&service.chat)?);
        Ok(())
    })
}

/// Makes a socket on which a byte comes whenever there is something new to ask for: an event or the end of them where there was none, or an
/// outcome where there was none. It is for hosts whose event loop reads sockets and cannot watch a descriptor as webchat_event_fd gives it
/// (Node.js), and for those that leave events unread for a while but not outcomes. When bytes have come, read them, however many, and ask
/// webchat_next_outcome and webchat_next_event with timeout 0 until they have nothing; what you leave tells nothing anew. Events are told
/// from the first webchat_next_event or webchat_event_fd on: this function does not begin to keep them.
///
/// The socket is yours: it does not block; close it when you like. It ends (a read gives 0 bytes) when the service is destroyed, or when this
/// function is called again. The library waits for nobody to read it: bytes that do not fit are left out. Any thread.
///
/// WEBCHAT_ERR_IO: the system gives no socket. WEBCHAT_ERR_UNSUPPORTED: the system has no such sockets. WEBCHAT_ERR_INVALID_HANDLE.
/// *out_fd is -1 then. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_wake_fd(
    service: *mut webchat_service,
    out_fd: *mut c_int,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { Out::new(out_fd, "out_fd", -1) }?;
        let service = get::<Service>(service)?;
        out.set(service.outcomes.waking(&service.chat)?);
        Ok(())
    })
}
