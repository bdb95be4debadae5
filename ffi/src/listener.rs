//! Events by callback.

use crate::{
    boundary::{Failure, Out, guard},
    context::{Context, webchat_destroy_fn},
    event::{EventHandle, webchat_event},
    handle::{Lent, Object, Table, get, make, remove},
    service::{Service, webchat_service},
    status::{WEBCHAT_ERR_INVALID_HANDLE, webchat_status},
    text::optional,
};
use std::{
    ffi::{c_char, c_void},
    ptr::null_mut,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
};
use webchat_core::{
    driver::ListenerId,
    event::{Envelope, EventKind, PUBLISHER},
    foreign,
};

/// Told of an event. `event` is lent: valid during the call; webchat_event_clone keeps it. Callback thread. Since 0.1.
pub type webchat_event_fn = Option<unsafe extern "C" fn(context: *mut c_void, event: *const webchat_event)>;

/// A subscription. Opaque. Since 0.1.
pub struct webchat_subscription {
    _opaque: (),
}

/// A function that events go to.
struct Listener {
    function: unsafe extern "C" fn(*mut c_void, *const webchat_event),
    context: Context,
    only: Option<EventKind>,
    active: AtomicBool,
}

/// What a subscription's handle stands for.
pub(crate) struct Subscription {
    service: Weak<Service>,
    id: ListenerId,
    /// The service and the calls under way own it, so that it is let go when the service is closed.
    listener: Weak<Listener>,
}

static SUBSCRIPTIONS: Table<Subscription> = Table::new();

impl Object for Subscription {
    type Opaque = webchat_subscription;
    const KIND: usize = 5;
    fn table() -> &'static Table<Self> {
        &SUBSCRIPTIONS
    }
}

/// The handles of a service's subscriptions, by their tokens; none once the service is destroyed.
pub(crate) struct Subscriptions(Mutex<Option<Vec<Token>>>);

struct Token(*mut webchat_subscription);

// SAFETY: a token is a number in the guise of a pointer.
unsafe impl Send for Token {}

impl Default for Subscriptions {
    fn default() -> Self {
        Self(Mutex::new(Some(Vec::new())))
    }
}

impl Subscriptions {
    /// Lets no further call begin, and ends the handles.
    pub(crate) fn end_all(&self) {
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        for token in tokens.into_iter().flatten() {
            if let Ok(subscription) = remove::<Subscription>(token.0) {
                subscription.silence();
            }
        }
    }

    fn forget(&self, token: *mut webchat_subscription) {
        if let Some(tokens) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            tokens.retain(|known| known.0 != token);
        }
    }
}

impl Subscription {
    /// Lets no further call begin.
    fn silence(&self) {
        if let Some(listener) = self.listener.upgrade() {
            listener.active.store(false, Ordering::SeqCst);
        }
    }
}

impl Listener {
    fn call(&self, envelope: Arc<Envelope>) {
        if self.active.load(Ordering::SeqCst) {
            let lent = Lent::new(Arc::new(EventHandle::lent(envelope)));
            // SAFETY: the application gave this function for this context, which has not been let go.
            unsafe { (self.function)(self.context.pointer(), lent.token()) }
        }
    }
}

/// The kind of event with this name; none for all of them.
fn kind(name: Option<&str>) -> Result<Option<EventKind>, Failure> {
    let Some(name) = name else { return Ok(None) };
    let plain = name.strip_prefix(PUBLISHER).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name);
    let known = EventKind::ALL.iter().find(|kind| kind.name() == plain);
    known
        .map(|kind| Some(*kind))
        .ok_or_else(|| Failure::argument("event_name", &format!("is no event: '{}'", foreign::line(name))))
}

impl Service {
    fn subscribe(
        self: &Arc<Self>,
        function: unsafe extern "C" fn(*mut c_void, *const webchat_event),
        mut context: Context,
        only: Option<EventKind>,
        out: Option<Out<*mut webchat_subscription>>,
    ) -> Result<(), Failure> {
        let mut tokens = self.subscriptions.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(tokens) = tokens.as_mut() else { return Err(Failure::bare(WEBCHAT_ERR_INVALID_HANDLE)) };
        context.settle(&self.dispatcher);
        let listener = Arc::new(Listener { function, context, only, active: AtomicBool::new(true) });
        let weak = Arc::downgrade(&listener);
        let (to, dispatcher) = (listener, self.dispatcher.clone());
        let id = self.chat.next_listener();
        let token = make(Arc::new(Subscription { service: Arc::downgrade(self), id, listener: weak }))?;
        tokens.push(Token(token));
        // The first call may want it.
        if let Some(out) = out {
            out.set(token);
        }
        self.chat.listen_as(id, move |delivery| {
            if to.only.is_none_or(|only| only == delivery.event.kind()) {
                let (to, delivery) = (to.clone(), delivery.clone());
                dispatcher.post(move || to.call(delivery.take()));
            }
        });
        Ok(())
    }
}

/// Has `on_event` called with each event of this name, with or without "WebChatService." before it; NULL: with every event. Calls come
/// in order, one at a time, on the callback thread. Every subscription that is there before the program's first command (one rejected for
/// its name or options and webchat_configure apart) gets all events from the beginning, however many there are and whatever has happened
/// meanwhile; so do webchat_next_event and webchat_event_fd when used before it, and the first of all whenever it comes. Later ones get
/// what comes, and `ready`. 1,024 events are kept for that; when more have come to an earlier subscription, a new one is late as well.
///
/// `context` belongs to the library from the call on: `destroy` (may be NULL) runs exactly once, after the last call, when the
/// subscription has ended or the service is closed; when this function fails, before it returns. `out_subscription` may be NULL: the
/// subscription then ends with the service; else it is set before the first call. Any thread, also in a callback.
///
/// WEBCHAT_ERR_INVALID_ARGUMENT: no such event, or `on_event` is NULL. WEBCHAT_ERR_INVALID_HANDLE: `service` is none. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_subscribe(
    service: *mut webchat_service,
    event_name: *const c_char,
    on_event: webchat_event_fn,
    context: *mut c_void,
    destroy: webchat_destroy_fn,
    out_subscription: *mut *mut webchat_subscription,
) -> webchat_status {
    guard(|| {
        let context = Context::new(context, destroy);
        // SAFETY: the header's pointer rules.
        let out = unsafe { Out::new(out_subscription, "out_subscription", null_mut()) }.ok();
        let service = get::<Service>(service)?;
        // SAFETY: as above.
        let only = kind(unsafe { optional(event_name, "event_name") }?)?;
        let function = on_event.ok_or_else(|| Failure::argument("on_event", "is null"))?;
        service.subscribe(function, context, only, out)
    })
}

/// Ends a subscription. Returns at once; no call begins from then on, and its context is let go once a call under way has returned.
/// Any thread, also in the callback itself. WEBCHAT_ERR_INVALID_HANDLE when it has ended before, also with its service. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn webchat_unsubscribe(subscription: *mut webchat_subscription) -> webchat_status {
    guard(|| {
        let ended = remove::<Subscription>(subscription)?;
        ended.silence();
        if let Some(service) = ended.service.upgrade() {
            service.subscriptions.forget(subscription);
            service.chat.unlisten(ended.id);
        }
        Ok(())
    })
}
