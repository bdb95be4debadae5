//! Commands that register callbacks of the application.

use super::Call;
use crate::{
    boundary::{Failure, guard},
    completion::webchat_completion,
    context::{Context, webchat_destroy_fn},
    reply::{Reply, webchat_reply},
    service::webchat_service,
    status::webchat_status,
};
use std::{
    ffi::{CString, c_char, c_void},
    sync::Arc,
};
use tokio::sync::oneshot;
use webchat_core::{
    Private,
    command::{Command, Preprocessor, PreviewInput},
    driver::Dispatcher,
    foreign,
    model::JsonObject,
};

/// Returns the text that the customer is typing with webchat_reply_set, or nothing. Callback thread. Since 0.1.
pub type webchat_typing_input_fn =
    Option<unsafe extern "C" fn(context: *mut c_void, reply: *mut webchat_reply)>;

/// Changes a message before it is shown: gets it as JSON and returns another JSON object with webchat_reply_set, or nothing to keep it.
/// Anything but an object keeps it, too. Callback thread. Since 0.1.
pub type webchat_preprocess_fn = Option<
    unsafe extern "C" fn(context: *mut c_void, message_json: *const c_char, reply: *mut webchat_reply),
>;

/// A callback and its context.
struct Hook<F> {
    function: F,
    context: Context,
}

impl<F: Copy + Send + Sync + 'static> Hook<F> {
    fn new(function: Option<F>, context: Context, name: &str) -> Result<Self, Failure> {
        let function = function.ok_or_else(|| Failure::argument(name, "is null"))?;
        Ok(Self { function, context })
    }

    fn on(mut self, dispatcher: &Dispatcher) -> Arc<Self> {
        self.context.settle(dispatcher);
        Arc::new(self)
    }
}

/// Runs `work` on the callback thread, unless nobody waits for it any more.
async fn run<T: Send + 'static>(
    dispatcher: Dispatcher,
    work: impl FnOnce() -> Option<T> + Send + 'static,
) -> Option<T> {
    let (sender, receiver) = oneshot::channel();
    dispatcher.post(move || {
        if !sender.is_closed() {
            let _ = sender.send(work());
        }
    });
    receiver.await.ok().flatten()
}

type TypingInput = unsafe extern "C" fn(*mut c_void, *mut webchat_reply);
type Preprocess = unsafe extern "C" fn(*mut c_void, *const c_char, *mut webchat_reply);

impl Hook<TypingInput> {
    fn ask(&self) -> Option<Private> {
        // SAFETY: the application gave this function for this context, which has not been let go.
        let answer = Reply::ask(|reply| unsafe { (self.function)(self.context.pointer(), reply) });
        answer.text.map(Private::from)
    }
}

impl Hook<Preprocess> {
    fn ask(&self, message: &JsonObject) -> Option<JsonObject> {
        let text = CString::new(serde_json::to_string(message).ok()?).ok()?;
        // SAFETY: as for the typing input; the text lives through the call.
        let answer =
            Reply::ask(|reply| unsafe { (self.function)(self.context.pointer(), text.as_ptr(), reply) });
        let changed = serde_json::from_str(&answer.text?);
        changed
            .inspect_err(
                |error| log::warn!(target: "webchat", "a preprocessor returned no JSON object: {}", foreign::json_error(error)),
            )
            .ok()
    }
}

/// registerTypingPreviewInput: has `input` asked for the text being typed whenever the agent is told of it. `context` belongs to the
/// library from the call on: `destroy` (may be NULL) runs exactly once, when another input replaces this one or the service is closed;
/// when this function fails, before it returns. Resolves with nothing. A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_register_typing_preview_input(
    service: *mut webchat_service,
    input: webchat_typing_input_fn,
    context: *mut c_void,
    destroy: webchat_destroy_fn,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        let context = Context::new(context, destroy);
        // SAFETY: the header's pointer rules.
        let call = unsafe { Call::take(service, completion, out_request) }?;
        let dispatcher = call.service.dispatcher.clone();
        let hook = Hook::new(input, context, "input")?.on(&dispatcher);
        let input = PreviewInput(Arc::new(move || {
            let hook = hook.clone();
            Box::pin(run(dispatcher.clone(), move || hook.ask()))
        }));
        call.give("registerTypingPreviewInput", Ok(Command::RegisterTypingPreviewInput(input)));
        Ok(())
    })
}

/// registerPreProcessor: has every message passed through `preprocess` before it is shown, in the order of registration. `context`
/// belongs to the library from the call on: `destroy` (may be NULL) runs exactly once, when the service is closed; when this function
/// fails, before it returns. Resolves with nothing. A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_register_pre_processor(
    service: *mut webchat_service,
    preprocess: webchat_preprocess_fn,
    context: *mut c_void,
    destroy: webchat_destroy_fn,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        let context = Context::new(context, destroy);
        // SAFETY: the header's pointer rules.
        let call = unsafe { Call::take(service, completion, out_request) }?;
        let dispatcher = call.service.dispatcher.clone();
        let hook = Hook::new(preprocess, context, "preprocess")?.on(&dispatcher);
        let preprocessor = Preprocessor(Arc::new(move |message| {
            let hook = hook.clone();
            Box::pin(run(dispatcher.clone(), move || hook.ask(&message)))
        }));
        call.give("registerPreProcessor", Ok(Command::RegisterPreProcessor(preprocessor)));
        Ok(())
    })
}
