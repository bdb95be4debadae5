//! Events by callback.

use crate::{
    boundary::{Failure, Out, guard},
    context::{Context, webchat_destroy_fn},
    event::webchat_event,
    handle::{get, remove},
    service::{
        Service,
        subscriptions::{Listener, Subscription, webchat_subscription},
        webchat_service,
    },
    status::webchat_status,
    text::optional,
};
use std::{
    ffi::{c_char, c_void},
    ptr::null_mut,
    sync::Arc,
};
use webchat_core::{
    event::{EventKind, plain_name},
    foreign,
};

/// Told of an event. `event` is lent: valid during the call; webchat_event_clone keeps it. Callback thread. Since 0.1.
pub type webchat_event_fn = Option<unsafe extern "C" fn(context: *mut c_void, event: *const webchat_event)>;

/// The kind of event with this name; none for all of them.
fn kind(name: Option<&str>) -> Result<Option<EventKind>, Failure> {
    let Some(name) = name else { return Ok(None) };
    let plain = plain_name(name);
    let known = EventKind::ALL.iter().find(|kind| kind.name() == plain);
    known
        .map(|kind| Some(*kind))
        .ok_or_else(|| Failure::argument("event_name", &format!("is no event: '{}'", foreign::line(name))))
}

impl Service {
    fn subscribe(
        self: &Arc<Self>,
        function: unsafe extern "C" fn(*mut c_void, *const webchat_event),
        context: Context,
        only: Option<EventKind>,
        out: Option<Out<*mut webchat_subscription>>,
    ) -> Result<(), Failure> {
        let id = self.chat.next_listener();
        let weak = Arc::downgrade(self);
        let leave = move |token| {
            if let Some(service) = weak.upgrade() {
                service.subscriptions.forget(token);
                service.chat.unlisten(id);
            }
        };
        let listener = Listener::new(function, context, only);
        let dispatcher = self.dispatcher.clone();
        self.subscriptions.add(listener, &self.dispatcher, Box::new(leave), out, |listener| {
            self.chat.listen_as(id, move |delivery| {
                if listener.wants(delivery.event.kind()) {
                    let (listener, delivery) = (listener.clone(), delivery.clone());
                    dispatcher.post(move || listener.call(delivery.take()));
                }
            });
        })
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
        remove::<Subscription>(subscription)?.end(subscription);
        Ok(())
    })
}
