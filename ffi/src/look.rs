//! Waiting for a certain event: looks through the events that a service remembers.

use crate::{
    boundary::{Failure, Out, guard},
    context::{Context, webchat_destroy_fn},
    event::{EventHandle, webchat_event},
    handle::{Object, Table, get, make, remove},
    service::{Service, queue::FOREVER, webchat_service},
    status::{WEBCHAT_END_OF_EVENTS, WEBCHAT_ERR_TIMEOUT, WEBCHAT_ERR_WRONG_THREAD, webchat_status},
    until::wait_for,
};
use std::{
    ffi::c_void,
    mem,
    ptr::null_mut,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::Duration,
};
use tokio::task::AbortHandle;
use webchat_core::{
    Runtime,
    driver::{Dispatcher, Look},
    event::Envelope,
};

/// For webchat_look_new: what comes from now on, and `ready` if that has been.
pub const WEBCHAT_FROM_NOW: u64 = 0xFFFF_FFFF_FFFF_FFFF;

/// A search through the newest events of a service, for a certain one. Opaque. Since 0.1.
pub struct webchat_look {
    _opaque: (),
}

/// Told that a look has something to look at, or that its time is over. Callback thread. Since 0.1.
pub type webchat_wake_fn = Option<unsafe extern "C" fn(context: *mut c_void)>;

/// What a look's handle stands for.
pub(crate) struct Looking {
    look: Look,
    /// What was found when nobody asked for it.
    found: Mutex<Option<Unseen>>,
    alarm: Arc<Alarm>,
    runtime: Runtime,
}

/// An event, or the end, and the mark before it.
struct Unseen {
    next: Option<Arc<Envelope>>,
    mark: u64,
}

static LOOKS: Table<Looking> = Table::new();

impl Object for Looking {
    type Opaque = webchat_look;
    const KIND: usize = 7;
    fn table() -> &'static Table<Self> {
        &LOOKS
    }
}

/// Whom a look wakes, if anybody.
struct Alarm {
    set: Mutex<Option<Wake>>,
    is_off: AtomicBool,
    dispatcher: Dispatcher,
}

struct Wake {
    function: unsafe extern "C" fn(*mut c_void),
    context: Context,
    timer: Option<AbortHandle>,
}

impl Drop for Wake {
    fn drop(&mut self) {
        if let Some(timer) = &self.timer {
            timer.abort();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Alarm {
    /// Calls whoever waits, once.
    fn ring(self: &Arc<Self>) {
        let wake = lock(&self.set).take();
        let Some(wake) = wake else { return };
        let alarm = self.clone();
        self.dispatcher.post(move || {
            if !alarm.is_off.load(Ordering::SeqCst) {
                // SAFETY: the application gave this function for this context, which has not been let go.
                unsafe { (wake.function)(wake.context.pointer()) }
            }
        });
    }

    /// Sets it anew, or to nothing.
    fn set(&self, wake: Option<Wake>) {
        let before = mem::replace(&mut *lock(&self.set), wake);
        drop(before);
    }
}

impl Looking {
    fn new(service: &Service, mark: Option<u64>) -> Self {
        let dispatcher = service.dispatcher.clone();
        let alarm = Arc::new(Alarm { set: Mutex::default(), is_off: AtomicBool::new(false), dispatcher });
        let ringing = alarm.clone();
        let look = service.recent().look_and_tell(mark, move || ringing.ring());
        Self { look, found: Mutex::default(), alarm, runtime: service.runtime.clone() }
    }

    fn next(&self, timeout_ms: u32) -> Result<Arc<Envelope>, Failure> {
        let found = lock(&self.found).take();
        let next = match (found, timeout_ms) {
            (Some(found), _) => Some(found.next),
            (None, 0) => match self.look.poll_next() {
                Poll::Ready(next) => Some(next),
                Poll::Pending => None,
            },
            (None, _) => wait_for(self.look.next(), timeout_ms),
        };
        next.ok_or_else(|| Failure::bare(WEBCHAT_ERR_TIMEOUT))?
            .ok_or_else(|| Failure::bare(WEBCHAT_END_OF_EVENTS))
    }

    fn wake(&self, mut wake: Wake, timeout_ms: u32) {
        wake.context.settle(&self.alarm.dispatcher);
        if timeout_ms != FOREVER {
            let alarm = Arc::downgrade(&self.alarm);
            let time = Duration::from_millis(timeout_ms.into());
            let timer = self.runtime.handle().spawn(async move {
                tokio::time::sleep(time).await;
                if let Some(alarm) = alarm.upgrade() {
                    alarm.ring();
                }
            });
            wake.timer = Some(timer.abort_handle());
        }
        self.alarm.set(Some(wake));
        // From here on no change is missed; what is here already rings at once.
        let mut found = lock(&self.found);
        if found.is_none() {
            let mark = self.look.mark();
            match self.look.poll_next() {
                Poll::Ready(next) => *found = Some(Unseen { next, mark }),
                Poll::Pending => return,
            }
        }
        drop(found);
        self.alarm.ring();
    }
}

/// Where the next event will stand among those of a service; the first stands at 0. Taken before a command is given, it is where a look
/// (webchat_look_new) begins for what the command brings: however fast that came, it is not missed.
///
/// From the first call of this function or webchat_look_new on, the service remembers its newest events: 1,024, or 1 MiB of messages; a call
/// before the first command has it remember all from the beginning. Whoever listens after it is none the later.
///
/// Any thread. WEBCHAT_ERR_INVALID_HANDLE. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_event_mark(
    service: *mut webchat_service,
    out_mark: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { Out::new(out_mark, "out_mark", 0) }?;
        out.set(get::<Service>(service)?.recent().mark());
        Ok(())
    })
}

/// Begins to look through the events that a service remembers, from `mark` on (webchat_event_mark); WEBCHAT_FROM_NOW: `ready`, if that has
/// been, and what comes from now on. It takes nothing from others: subscriptions, webchat_next_event and other looks get the events as well.
/// Destroy it with webchat_look_destroy. Any thread, also in a callback. WEBCHAT_ERR_INVALID_HANDLE. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_look_new(
    service: *mut webchat_service,
    mark: u64,
    out_look: *mut *mut webchat_look,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { Out::new(out_look, "out_look", null_mut()) }?;
        let service = get::<Service>(service)?;
        out.set(make(Arc::new(Looking::new(&service, (mark != WEBCHAT_FROM_NOW).then_some(mark))))?);
        Ok(())
    })
}

/// Looks at the next event, waiting up to `timeout_ms` milliseconds for it (0: not at all; WEBCHAT_FOREVER). The event is your own: free it
/// with webchat_event_free. Any thread, one at a time for a look; in a callback only with timeout 0.
///
/// WEBCHAT_ERR_TIMEOUT: there was none in time. WEBCHAT_END_OF_EVENTS: the service is closed (also by another thread, meanwhile), and all
/// events have been looked at. WEBCHAT_ERR_WRONG_THREAD: in a callback nothing may wait. WEBCHAT_ERR_INVALID_HANDLE. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_look_next(
    look: *mut webchat_look,
    timeout_ms: u32,
    out_event: *mut *mut webchat_event,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { Out::new(out_event, "out_event", null_mut()) }?;
        let look = get::<Looking>(look)?;
        if timeout_ms > 0 && Dispatcher::is_current() {
            return Err(Failure::bare(WEBCHAT_ERR_WRONG_THREAD));
        }
        out.set(make(Arc::new(EventHandle::own(look.next(timeout_ms)?)))?);
        Ok(())
    })
}

/// Has `on_wake` called once, on the callback thread: when webchat_look_next would not have to wait, which can be at once, or when
/// `timeout_ms` milliseconds are over (WEBCHAT_FOREVER: never). It takes the place of a call before that has not been made. `context` belongs
/// to the library from here on: `destroy` (may be NULL) runs exactly once, after the call, or when there will be none any more; when this
/// function fails, before it returns. Any thread, also in a callback. WEBCHAT_ERR_INVALID_HANDLE. WEBCHAT_ERR_INVALID_ARGUMENT: `on_wake`
/// is NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn webchat_look_wake(
    look: *mut webchat_look,
    timeout_ms: u32,
    on_wake: webchat_wake_fn,
    context: *mut c_void,
    destroy: webchat_destroy_fn,
) -> webchat_status {
    guard(|| {
        let context = Context::new(context, destroy);
        let look = get::<Looking>(look)?;
        let function = on_wake.ok_or_else(|| Failure::argument("on_wake", "is null"))?;
        look.wake(Wake { function, context, timer: None }, timeout_ms);
        Ok(())
    })
}

/// Where the event after the one that was looked at last stands, to begin another look there; and whether the session had ended when this
/// look began, and no other had begun: then an event that comes in a session only comes no more, unless it is here already. Any thread.
/// WEBCHAT_ERR_INVALID_HANDLE. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_look_mark(
    look: *const webchat_look,
    out_mark: *mut u64,
    out_is_over: *mut i32,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let mark = unsafe { Out::new(out_mark, "out_mark", 0) };
        // SAFETY: as above.
        let is_over = unsafe { Out::new(out_is_over, "out_is_over", 0) }?;
        let mark = mark?;
        let look = get::<Looking>(look)?;
        let unseen = lock(&look.found).as_ref().map(|found| found.mark);
        mark.set(unseen.unwrap_or_else(|| look.look.mark()));
        is_over.set(look.look.was_over().into());
        Ok(())
    })
}

/// Ends a look. Returns at once; no on_wake begins from then on. Any thread, also in a callback. WEBCHAT_ERR_INVALID_HANDLE. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn webchat_look_destroy(look: *mut webchat_look) -> webchat_status {
    guard(|| {
        let look = remove::<Looking>(look)?;
        look.alarm.is_off.store(true, Ordering::SeqCst);
        look.alarm.set(None);
        Ok(())
    })
}
