//! Services: making, closing and destroying them; `subscriptions` and `queue` are the state behind the two ways to events.

pub(crate) mod outcomes;
pub(crate) mod queue;
mod signal;
pub mod subscriptions;

use self::{outcomes::Outcomes, queue::Queue, subscriptions::Subscriptions};
use crate::{
    boundary::{Failure, Out, growing, guard, guard_value, read_growing},
    cancel, fork,
    handle::{Object, Table, get, make, remove},
    keeper::{HostKeeper, webchat_session_keeper},
    outcome::{Ended, Outcome, OutcomeHandle, webchat_outcome},
    runtime::{RuntimeHandle, webchat_runtime},
    status::{
        WEBCHAT_ERR_INTERNAL, WEBCHAT_ERR_INVALID_CONFIGURATION, WEBCHAT_ERR_NOT_FOUND, WEBCHAT_ERR_TIMEOUT,
        WEBCHAT_ERR_WRONG_THREAD, webchat_status,
    },
    store::{HostStore, webchat_store},
    text::{optional, required},
    until::wait_for,
};
use std::{
    ffi::c_char,
    ptr::null_mut,
    sync::{Arc, OnceLock},
};
use webchat_core::{
    Chat, Config, Runtime,
    driver::{Dispatcher, Recent},
    foreign,
};

/// One customer's chat. Opaque. Since 0.1.
pub struct webchat_service {
    _opaque: (),
}

/// What a service is made from. The structure and its texts are read during the call; what is left zero is not used. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct webchat_service_options {
    /// sizeof(webchat_service_options).
    pub size: usize,
    /// The configuration as JSON text: the object of _genesys.widgets.webchat, or one with it inside. Its `connection` says how connections
    /// are made: `proxy`, `noProxy`, `rootCertificates`, `clientCertificate`, `minimumTls` and more (docs/reference/configuration.md). NULL: the command configure
    /// brings it, and other commands wait for it.
    pub config_json: *const c_char,
    /// The runtime to use. NULL: the default one.
    pub runtime: *mut webchat_runtime,
    /// Where session data are kept, so that a chat can be restored. NULL: where the configuration says.
    pub store: *const webchat_store,
    /// What keeps an asynchronous chat besides the store, and wins over it. NULL: the store alone.
    pub keeper: *const webchat_session_keeper,
}

growing!(webchat_service_options { size, config_json, runtime, store, keeper });

/// A service and what hangs on it.
pub(crate) struct Service {
    pub(crate) chat: Chat,
    pub(crate) dispatcher: Dispatcher,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) queue: OnceLock<Arc<Queue>>,
    pub(crate) outcomes: Arc<Outcomes>,
    pub(crate) runtime: Runtime,
    recent: OnceLock<Recent>,
}

/// What the application keeps session data in.
#[derive(Default)]
struct Host {
    store: Option<HostStore>,
    keeper: Option<HostKeeper>,
}

impl Host {
    /// Takes over both, also when one of them cannot be used.
    ///
    /// # Safety
    /// The pointers are as the header says.
    unsafe fn take(options: &webchat_service_options) -> Result<Self, Failure> {
        // SAFETY: as here.
        let (store, keeper) = unsafe { (HostStore::take(options.store), HostKeeper::take(options.keeper)) };
        Ok(Self { store: store?, keeper: keeper? })
    }
}

static SERVICES: Table<Service> = Table::new();

impl Object for Service {
    type Opaque = webchat_service;
    const KIND: usize = 1;
    fn table() -> &'static Table<Self> {
        &SERVICES
    }
}

/// Makes a service with this configuration (JSON text; NULL: webchat_configure brings it, and has to come first) on the default runtime.
/// `ready` is published when it accepts commands. Any thread. Destroy it with webchat_service_destroy.
///
/// WEBCHAT_ERR_INVALID_ARGUMENT: the text is not UTF-8, or an out-pointer is NULL. WEBCHAT_ERR_INVALID_CONFIGURATION: a key is missing or
/// wrong; webchat_failure_reason names it. WEBCHAT_ERR_UNSUPPORTED: see webchat_service_new_with. WEBCHAT_ERR_OUT_OF_RESOURCES: see
/// webchat_runtime_new.
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_service_new(
    config_json: *const c_char,
    out_service: *mut *mut webchat_service,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { Out::new(out_service, "out_service", null_mut()) }?;
        // SAFETY: as above.
        let config = unsafe { optional(config_json, "config_json") }?;
        out.set(make(Arc::new(Service::new(config, None, Host::default())?))?);
        Ok(())
    })
}

/// Makes a service with more to say about how. `options` may be NULL. When it fails, *out_failure (the pointer may be NULL) is an
/// outcome of your own whose reason says why, naming the key of the configuration: free it with webchat_outcome_free; else it is NULL.
/// The contexts of the store and the keeper pass to the library, also when the call fails. Any thread.
///
/// WEBCHAT_ERR_INVALID_ARGUMENT: a text is not UTF-8, or a size is wrong. WEBCHAT_ERR_INVALID_HANDLE: the runtime is none.
/// WEBCHAT_ERR_INVALID_CONFIGURATION: a key is missing or wrong. WEBCHAT_ERR_UNSUPPORTED: the transport is not in this build.
/// WEBCHAT_ERR_OUT_OF_RESOURCES: see webchat_runtime_new. WEBCHAT_ERR_CLOSED: the program has closed the runtime's file descriptors.
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_service_new_with(
    options: *const webchat_service_options,
    out_service: *mut *mut webchat_service,
    out_failure: *mut *mut webchat_outcome,
) -> webchat_status {
    guard_value(WEBCHAT_ERR_INTERNAL, || {
        // SAFETY: the header's pointer rules.
        let out_failure = unsafe { Out::new(out_failure, "out_failure", null_mut()) }.ok();
        let mut failure = None;
        let status = guard(|| {
            // SAFETY: as above.
            let made = unsafe { Service::new_with(options, out_service) };
            made.inspect_err(|error| failure = Some(Failure::new(error.status, error.text.clone())))
        });
        if let (Some(out), Some(failure)) = (out_failure, failure) {
            let outcome = Outcome::new("", 0, Ended::Refused(failure));
            out.set(make(Arc::new(OutcomeHandle::own(outcome))).unwrap_or(null_mut()));
        }
        status
    })
}

/// Whether the transport that the configuration has chosen has the ability called `name`: 1 or 0. Commands that need one that it has not
/// are rejected with WEBCHAT_ERR_UNSUPPORTED.
///
/// "polling", "fileUpload", "fileDownload" (files can be fetched by their id), "fileLimits", "fileDeletion", "customNotice",
/// "updateUserData" (during a chat), "history" (asynchronous chats), "verifySession", "serverOutage" (the events of the chat server's
/// outages can come), "pushUrl", "updateNickname", "readReceipt".
///
/// WEBCHAT_ERR_NOT_FOUND: this library knows none of that name. WEBCHAT_ERR_INVALID_CONFIGURATION: the service is not configured yet.
/// WEBCHAT_ERR_INVALID_HANDLE. WEBCHAT_ERR_INVALID_ARGUMENT: a pointer is NULL, or `name` is not UTF-8. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_capability(
    service: *mut webchat_service,
    name: *const c_char,
    out: *mut i32,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { Out::new(out, "out", 0) }?;
        let capabilities = get::<Service>(service)?.chat.capabilities();
        // SAFETY: as above.
        let name = unsafe { required(name, "name") }?;
        let unconfigured =
            || Failure::new(WEBCHAT_ERR_INVALID_CONFIGURATION, "the service is not configured yet");
        let capabilities = capabilities.ok_or_else(unconfigured)?;
        let unknown = || {
            let text = format!("there is no ability called '{}'", foreign::line(name));
            Failure::new(WEBCHAT_ERR_NOT_FOUND, text)
        };
        out.set(capabilities.get(name).ok_or_else(unknown)?.into());
        Ok(())
    })
}

/// Closes a service without ending the session at the server, and keeps the handle: every command gets its outcome, then no event
/// comes any more, and webchat_next_event returns WEBCHAT_END_OF_EVENTS once all have been taken, as does webchat_next_outcome. What is stored of the session stays,
/// to be restored by another service. Returns at once. Any thread, also in a callback. Closing twice is no error. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn webchat_service_close(service: *mut webchat_service) -> webchat_status {
    guard(|| {
        get::<Service>(service)?.chat.close();
        Ok(())
    })
}

/// Waits until a service is closed (webchat_service_close, on any thread) and has done all that is left to do: every command has its
/// outcome, and its on_done has returned, what is to be stored of the session is, and a chat that the server makes after all, for a startChat that was under way, is
/// ended there. Up to `timeout_ms` milliseconds (0: not at all; WEBCHAT_FOREVER: a server that does not answer can take many times
/// ajaxTimeout). A program that is about to end calls it between webchat_service_close and webchat_service_destroy, which wait for
/// nothing. Any thread; in a callback only with timeout 0.
///
/// WEBCHAT_ERR_TIMEOUT: it takes longer, or nobody has closed the service. WEBCHAT_ERR_WRONG_THREAD: in a callback nothing may wait.
/// WEBCHAT_ERR_INVALID_HANDLE: `service` is none, or was destroyed before. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn webchat_service_wait_closed(
    service: *mut webchat_service,
    timeout_ms: u32,
) -> webchat_status {
    guard(|| {
        let service = get::<Service>(service)?;
        if timeout_ms > 0 && Dispatcher::is_current() {
            return Err(Failure::bare(WEBCHAT_ERR_WRONG_THREAD));
        }
        let told = service.all_told();
        drop(service);
        wait_for(told, timeout_ms).ok_or_else(|| Failure::bare(WEBCHAT_ERR_TIMEOUT))
    })
}

/// Closes a service and ends its handle. Returns at once. From then on no event callback begins; one under way goes on to its end.
/// Every command that has no outcome yet gets it (WEBCHAT_ERR_CLOSED, or WEBCHAT_ERR_OUTCOME_UNKNOWN for a message that has left), then
/// every context is let go on the callback thread. Outcomes that nobody has taken are freed. A webchat_next_event or webchat_next_outcome
/// that waits returns WEBCHAT_END_OF_EVENTS; the file descriptor of webchat_event_fd is closed, the socket of webchat_wake_fd ends. Any thread, also in a callback and at exit. WEBCHAT_ERR_INVALID_HANDLE when `service` is none.
/// Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn webchat_service_destroy(service: *mut webchat_service) -> webchat_status {
    guard(|| {
        let service = remove::<Service>(service)?;
        service.subscriptions.end_all();
        service.chat.close();
        if let Some(queue) = service.queue.get() {
            queue.end();
        }
        service.outcomes.end();
        Ok(())
    })
}

impl Service {
    /// The queue, which listens from its first use on.
    pub(crate) fn queue(&self) -> Arc<Queue> {
        self.queue.get_or_init(|| Queue::listening(&self.chat, &self.outcomes)).clone()
    }

    /// Ready when the chat is closed, and whoever waits for an outcome has been told. It keeps no chat open.
    pub(crate) fn all_told(&self) -> impl Future<Output = ()> + Send + use<> {
        // It ends the chat where nothing can come of it any more.
        self.chat.is_whole();
        let (closed, outcomes) = (self.chat.closed(), self.outcomes.clone());
        async move {
            closed.await;
            outcomes.told().await;
        }
    }

    /// The newest events, which are remembered from the first use on.
    pub(crate) fn recent(&self) -> &Recent {
        self.recent.get_or_init(|| self.chat.recent())
    }

    fn new(config: Option<&str>, runtime: Option<Runtime>, host: Host) -> Result<Self, Failure> {
        fork::watch()?;
        let config = config.map(Config::from_json_text).transpose()?;
        let runtime = runtime.map_or_else(Runtime::shared, Ok)?;
        let dispatcher = runtime.dispatcher()?.clone();
        dispatcher.post(cancel::refuse);
        let mut builder = Chat::builder().runtime(runtime.clone());
        if let Some(config) = config {
            builder = builder.config(config);
        }
        if let Some(store) = host.store {
            builder = builder.store(store.on(&dispatcher));
        }
        if let Some(keeper) = host.keeper {
            builder = builder.session_keeper(keeper.on(&dispatcher));
        }
        let chat = builder.build()?;
        Ok(Self {
            chat,
            dispatcher,
            subscriptions: Subscriptions::default(),
            queue: OnceLock::new(),
            outcomes: Arc::default(),
            runtime,
            recent: OnceLock::new(),
        })
    }

    /// # Safety
    /// The pointers are as the header says.
    unsafe fn new_with(
        options: *const webchat_service_options,
        out_service: *mut *mut webchat_service,
    ) -> Result<(), Failure> {
        // SAFETY: as here, for every call below.
        let out = unsafe { Out::new(out_service, "out_service", null_mut()) };
        // SAFETY: as above.
        let options = unsafe { read_growing(options, "options") }?;
        // SAFETY: as above.
        let host = options.map_or(Ok(Host::default()), |options| unsafe { Host::take(&options) })?;
        let out = out?;
        let (config, runtime) = match &options {
            None => (None, None),
            Some(options) => {
                // SAFETY: as above.
                let config = unsafe { optional(options.config_json, "config_json") }?;
                let given = !options.runtime.is_null();
                (config, given.then(|| get::<RuntimeHandle>(options.runtime)).transpose()?)
            }
        };
        out.set(make(Arc::new(Self::new(config, runtime.map(|runtime| runtime.0.clone()), host)?))?);
        Ok(())
    }
}
