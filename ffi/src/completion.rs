//! `webchat_completion`: who is told how a command ended.

use crate::{
    boundary::{Failure, growing, read_growing},
    context::{Context, webchat_destroy_fn},
    handle::Lent,
    outcome::{Ended, Outcome, OutcomeHandle, webchat_outcome},
    service::Service,
};
use std::{
    ffi::c_void,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use webchat_core::{
    Completion, Error,
    command::{Command, RequestId, Resolution},
    driver::Dispatcher,
    model::{Progress, ProgressListener},
};

/// Told how a command ended. `outcome` is lent: valid during the call; webchat_outcome_clone keeps it. Callback thread. Since 0.1.
pub type webchat_outcome_fn =
    Option<unsafe extern "C" fn(context: *mut c_void, outcome: *const webchat_outcome)>;

/// Told how far a transfer is: bytes transferred, and bytes in all or UINT64_MAX when that is not known. Steps can be left out.
/// Callback thread. Since 0.1.
pub type webchat_progress_fn =
    Option<unsafe extern "C" fn(context: *mut c_void, transferred: u64, total: u64)>;

/// Who is told how a command ended. The structure is read during the call and may be on the stack; what is left zero is not used.
///
/// When the command is accepted (WEBCHAT_OK), on_done runs exactly once, also after webchat_service_destroy; else never. In both
/// cases `context` belongs to the library from the call on, and destroy runs exactly once: after on_done on the callback thread (where
/// there is none, when the outcome is there), or before a command that is not accepted returns, on the caller's thread. A structure whose
/// size is wrong is not touched at all. on_done can run before the command's function returns: take the request id from the outcome there.
/// Since 0.1.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct webchat_completion {
    /// sizeof(webchat_completion).
    pub size: usize,
    /// Milliseconds until the command is given up: WEBCHAT_ERR_TIMEOUT, or WEBCHAT_ERR_OUTCOME_UNKNOWN for a message that has left.
    /// 0: no limit but those of the configuration.
    pub deadline_ms: u32,
    /// Called with the outcome. May be NULL.
    pub on_done: webchat_outcome_fn,
    /// Called while a file is transferred, never after on_done. May be NULL.
    pub on_progress: webchat_progress_fn,
    /// Handed to both.
    pub context: *mut c_void,
    /// Lets `context` go. May be NULL.
    pub destroy: webchat_destroy_fn,
    /// 1: the outcome waits until webchat_next_outcome takes it; on_done has to be NULL then. 0: it goes to on_done.
    pub by_asking: u32,
}

growing!(webchat_completion { size, deadline_ms, on_done, on_progress, context, destroy, by_asking });

/// A completion that was handed over.
pub(crate) struct Waiting {
    deadline: Option<Duration>,
    on_done: webchat_outcome_fn,
    on_progress: webchat_progress_fn,
    context: Context,
    by_asking: bool,
    /// The newest step that has not been told; while there is one, a call is on its way to the callback thread.
    step: Mutex<Option<Progress>>,
}

impl Waiting {
    /// Takes over the caller's completion; none is one that nobody waits for.
    ///
    /// # Safety
    /// `completion` is null or points to a `webchat_completion` led by its size.
    pub(crate) unsafe fn take(completion: *const webchat_completion) -> Result<Option<Self>, Failure> {
        // SAFETY: as here.
        let Some(given) = unsafe { read_growing(completion, "completion") }? else { return Ok(None) };
        let waiting = Self {
            deadline: (given.deadline_ms > 0).then(|| Duration::from_millis(given.deadline_ms.into())),
            on_done: given.on_done,
            on_progress: given.on_progress,
            context: Context::new(given.context, given.destroy),
            by_asking: given.by_asking == 1,
            step: Mutex::new(None),
        };
        if given.by_asking > 1 || (waiting.by_asking && waiting.on_done.is_some()) {
            return Err(Failure::argument(
                "completion",
                "has its outcome either by_asking (1) or by on_done",
            ));
        }
        Ok(Some(waiting))
    }

    /// Makes the core's completion, and lets `command` report its progress.
    pub(crate) fn accept(
        mut self,
        service: &Service,
        name: &'static str,
        id: RequestId,
        command: &mut Result<Command, Error>,
    ) -> (Option<Duration>, Completion) {
        let dispatcher = &service.dispatcher;
        self.context.settle(dispatcher);
        let deadline = self.deadline;
        let waiting = Arc::new(self);
        if waiting.on_progress.is_some() {
            let progress = match command {
                Ok(Command::SendFile(upload)) => Some(&mut upload.progress),
                Ok(Command::DownloadFile(download)) => Some(&mut download.progress),
                _ => None,
            };
            if let Some(progress) = progress {
                let (waiting, dispatcher) = (waiting.clone(), dispatcher.clone());
                let report = move |step| Self::report(&waiting, &dispatcher, step);
                *progress = Some(ProgressListener(Arc::new(report)));
            }
        }
        let owed = service.outcomes.owe();
        if waiting.by_asking {
            let completion = Completion::posted(move |result, place| {
                // Its context is let go behind whatever tells of progress.
                drop(waiting);
                owed.keep(name, id, result, place);
            });
            return (deadline, completion);
        }
        let dispatcher = dispatcher.clone();
        let completion = Completion::posted(move |result, place| {
            dispatcher.post(move || {
                drop(place);
                Self::finish(waiting, Outcome::new(name, id.0, Ended::from(result)));
                drop(owed);
            });
        });
        (deadline, completion)
    }

    fn report(waiting: &Arc<Self>, dispatcher: &Dispatcher, step: Progress) {
        let before = waiting.step.lock().unwrap_or_else(PoisonError::into_inner).replace(step);
        if before.is_none() {
            let waiting = waiting.clone();
            dispatcher.post(move || {
                let step = waiting.step.lock().unwrap_or_else(PoisonError::into_inner).take();
                if let (Some(function), Some(step)) = (waiting.on_progress, step) {
                    // SAFETY: the application gave this function for this context, which has not been let go.
                    unsafe {
                        function(waiting.context.pointer(), step.transferred, step.total.unwrap_or(u64::MAX));
                    }
                }
            });
        }
    }

    /// Tells the outcome: on the callback thread.
    fn finish(waiting: Arc<Self>, outcome: Outcome) {
        if let Some(on_done) = waiting.on_done {
            let lent = Lent::new(Arc::new(OutcomeHandle::lent(outcome)));
            // SAFETY: the application gave this function for this context, which has not been let go.
            unsafe { on_done(waiting.context.pointer(), lent.token()) }
        }
        if let Some(waiting) = Arc::into_inner(waiting) {
            waiting.context.end();
        }
    }
}

impl From<Result<Resolution, Error>> for Ended {
    fn from(result: Result<Resolution, Error>) -> Self {
        match result {
            Ok(resolution) => Self::Resolved(resolution),
            Err(error) => Self::Rejected(error),
        }
    }
}
