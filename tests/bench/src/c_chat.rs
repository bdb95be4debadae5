//! A chat through the C interface, used as a C program would.
#![allow(unsafe_code, reason = "the C interface is what is measured")]

use crate::latch::Latch;
use serde_json::Value;
use std::{
    ffi::{CStr, CString, c_char, c_void},
    mem::MaybeUninit,
    ptr,
};
use webchat::{
    commands::chat::webchat_start_chat,
    commands::files::webchat_send_file,
    commands::messages::webchat_send_message,
    commands::polling::webchat_stop_poll,
    completion::webchat_completion,
    event::webchat_event,
    listener::{webchat_subscribe, webchat_unsubscribe},
    message::webchat_message,
    outcome::{read::webchat_outcome_status, webchat_outcome},
    payload::{webchat_event_payload, webchat_payload_message},
    service::{
        subscriptions::webchat_subscription, webchat_service, webchat_service_destroy, webchat_service_new,
    },
};

/// A service with a chat.
pub struct CChat {
    service: *mut webchat_service,
    done: Latch,
    text: CString,
}

extern "C" fn on_done(context: *mut c_void, outcome: *const webchat_outcome) {
    assert_eq!(webchat_outcome_status(outcome), 0, "it succeeded");
    // SAFETY: the context is a latch that somebody waits for.
    unsafe { &*context.cast::<Latch>() }.count_down();
}

/// Counts the text messages of an event, as a program does that shows them.
unsafe extern "C" fn on_messages(context: *mut c_void, event: *const webchat_event) {
    for position in 0.. {
        let mut message = MaybeUninit::<webchat_message>::uninit();
        // SAFETY: the event lives during the call, and the place has the size that is told.
        let status = unsafe {
            webchat_payload_message(
                webchat_event_payload(event),
                position,
                message.as_mut_ptr(),
                size_of::<webchat_message>(),
            )
        };
        if status != 0 {
            return;
        }
        // SAFETY: it succeeded, and wrote all of it; the text ends with a zero.
        let text = unsafe { CStr::from_ptr(message.assume_init().text.data.cast::<c_char>()) };
        if !text.is_empty() {
            // SAFETY: the context is a latch that somebody waits for.
            unsafe { &*context.cast::<Latch>() }.count_down();
        }
    }
}

impl CChat {
    /// Makes a service with this configuration.
    pub fn service(config: &Value) -> Self {
        let config = CString::new(config.to_string()).unwrap();
        let mut service = ptr::null_mut();
        // SAFETY: a terminated text and a place for the handle.
        let status = unsafe { webchat_service_new(config.as_ptr(), &raw mut service) };
        assert_eq!(status, 0);
        Self { service, done: Latch::new(1), text: CString::new("hello").unwrap() }
    }

    /// Makes a service and starts a chat.
    pub fn start(config: &Value) -> Box<Self> {
        let chat = Box::new(Self::service(config));
        let completion = completion(&chat.done);
        let form = webchat::commands::chat::webchat_chat_form {
            firstname: c"Mia".as_ptr(),
            lastname: c"Lund".as_ptr(),
            ..chat_form()
        };
        // SAFETY: a live service and structures that outlive the call.
        let status = unsafe {
            webchat_start_chat(chat.service, &raw const form, &raw const completion, ptr::null_mut())
        };
        assert_eq!(status, 0);
        chat.done.wait();
        chat
    }

    /// Stops polling, for comparisons with a peer that does not fetch messages either.
    pub fn stop_polling(&self) {
        let completion = completion(&self.done);
        // SAFETY: as in `start`.
        let status = unsafe { webchat_stop_poll(self.service, &raw const completion, ptr::null_mut()) };
        assert_eq!(status, 0);
        self.done.wait();
    }

    /// Gives a `sendMessage`, whose outcome `done` is told of.
    pub fn send(&self, done: &Latch) {
        let completion = completion(done);
        // SAFETY: a live service, and a latch that its owner waits for.
        let status = unsafe {
            webchat_send_message(self.service, self.text.as_ptr(), &raw const completion, ptr::null_mut())
        };
        assert_eq!(status, 0);
    }

    /// Gives a `sendFile`, whose outcome `done` is told of.
    pub fn send_file(&self, path: &CStr, done: &Latch) {
        let (completion, none) = (completion(done), ptr::null());
        // SAFETY: as in `send`; the path ends with a zero.
        let status = unsafe {
            webchat_send_file(self.service, path.as_ptr(), none, none, &raw const completion, ptr::null_mut())
        };
        assert_eq!(status, 0);
    }

    /// Counts down at each text message, until [`Self::end_count`].
    pub fn count_messages(&self, heard: &Latch) -> *mut webchat_subscription {
        let mut subscription = ptr::null_mut();
        let context = ptr::from_ref(heard).cast_mut().cast();
        let name = c"messageReceived".as_ptr();
        // SAFETY: a live service, a terminated name, a place for the handle, and a latch that outlives the subscription.
        let status = unsafe {
            webchat_subscribe(self.service, name, Some(on_messages), context, None, &raw mut subscription)
        };
        assert_eq!(status, 0);
        subscription
    }

    /// Ends a subscription: its function is not called any more.
    pub fn end_count(&self, subscription: *mut webchat_subscription) {
        assert_eq!(webchat_unsubscribe(subscription), 0);
    }

    /// The service's handle.
    pub fn handle(&self) -> *mut webchat_service {
        self.service
    }
}

fn completion(done: &Latch) -> webchat_completion {
    webchat_completion {
        size: size_of::<webchat_completion>(),
        deadline_ms: 0,
        on_done: Some(on_done),
        on_progress: None,
        context: ptr::from_ref(done).cast_mut().cast(),
        destroy: None,
        by_asking: 0,
    }
}

fn chat_form() -> webchat::commands::chat::webchat_chat_form {
    webchat::commands::chat::webchat_chat_form {
        size: size_of::<webchat::commands::chat::webchat_chat_form>(),
        nickname: ptr::null(),
        firstname: ptr::null(),
        lastname: ptr::null(),
        email: ptr::null(),
        subject: ptr::null(),
        user_data_json: ptr::null(),
        other_json: ptr::null(),
    }
}

impl Drop for CChat {
    fn drop(&mut self) {
        webchat_service_destroy(self.service);
    }
}
