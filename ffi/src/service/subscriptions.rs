//! The functions that the events of a service go to.

use crate::{
    boundary::{Failure, Out},
    context::Context,
    event::{EventHandle, webchat_event},
    handle::{Lent, Object, Table, make, remove},
    status::WEBCHAT_ERR_INVALID_HANDLE,
};
use std::{
    ffi::c_void,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
};
use webchat_core::{
    driver::Dispatcher,
    event::{Envelope, EventKind},
};

/// A subscription. Opaque. Since 0.1.
pub struct webchat_subscription {
    _opaque: (),
}

/// A function that events go to, all of them or those of one kind.
pub(crate) struct Listener {
    function: unsafe extern "C" fn(*mut c_void, *const webchat_event),
    context: Context,
    only: Option<EventKind>,
    active: AtomicBool,
}

/// What has to be done where a subscription was, given its handle.
type Leave = Box<dyn Fn(*mut webchat_subscription) + Send + Sync>;

/// What a subscription's handle stands for.
pub(crate) struct Subscription {
    /// Takes it off its service.
    leave: Leave,
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
    /// Subscribes `listener`, which `listen` is given when its handle is known to the program.
    pub(crate) fn add(
        &self,
        mut listener: Listener,
        dispatcher: &Dispatcher,
        leave: Leave,
        out: Option<Out<*mut webchat_subscription>>,
        listen: impl FnOnce(Arc<Listener>),
    ) -> Result<(), Failure> {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(tokens) = tokens.as_mut() else { return Err(Failure::bare(WEBCHAT_ERR_INVALID_HANDLE)) };
        listener.context.settle(dispatcher);
        let listener = Arc::new(listener);
        let token = make(Arc::new(Subscription { leave, listener: Arc::downgrade(&listener) }))?;
        tokens.push(Token(token));
        // The first call may want it.
        if let Some(out) = out {
            out.set(token);
        }
        listen(listener);
        Ok(())
    }

    /// Lets no further call begin, and ends the handles.
    pub(crate) fn end_all(&self) {
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        for token in tokens.into_iter().flatten() {
            if let Ok(subscription) = remove::<Subscription>(token.0) {
                subscription.silence();
            }
        }
    }

    pub(crate) fn forget(&self, token: *mut webchat_subscription) {
        if let Some(tokens) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            tokens.retain(|known| known.0 != token);
        }
    }
}

impl Subscription {
    /// Ends the subscription that had this handle.
    pub(crate) fn end(&self, token: *mut webchat_subscription) {
        self.silence();
        (self.leave)(token);
    }

    /// Lets no further call begin.
    fn silence(&self) {
        if let Some(listener) = self.listener.upgrade() {
            listener.active.store(false, Ordering::SeqCst);
        }
    }
}

impl Listener {
    pub(crate) fn new(
        function: unsafe extern "C" fn(*mut c_void, *const webchat_event),
        context: Context,
        only: Option<EventKind>,
    ) -> Self {
        Self { function, context, only, active: AtomicBool::new(true) }
    }

    pub(crate) fn wants(&self, kind: EventKind) -> bool {
        self.only.is_none_or(|only| only == kind)
    }

    pub(crate) fn call(&self, envelope: Arc<Envelope>) {
        if self.active.load(Ordering::SeqCst) {
            let lent = Lent::new(Arc::new(EventHandle::lent(envelope)));
            // SAFETY: the application gave this function for this context, which has not been let go.
            unsafe { (self.function)(self.context.pointer(), lent.token()) }
        }
    }
}
