//! What crosses the boundary, in memory of exactly the size that was told, read late and from several threads: for `make miri`, which sees
//! whatever reaches beyond, stays behind or races.

use crate::{
    boundary::read_growing,
    commands::chat::webchat_chat_form,
    content::webchat_content,
    event::{EventHandle, read::*, webchat_event},
    handle,
    message::webchat_message,
    payload::*,
    status::{WEBCHAT_ERR_INVALID_HANDLE, WEBCHAT_ERR_NOT_FOUND, WEBCHAT_OK},
    text::{optional, webchat_str},
};
use serde_json::json;
use std::{
    alloc::{Layout, alloc, dealloc},
    mem::offset_of,
    ptr::{null, null_mut},
    sync::Arc,
    thread,
};
use webchat_core::{
    Private,
    event::{Envelope, Event, MessageReceived},
    model::{Content, Message, OriginalMessage, Received, Whose},
    transport::{NoSessions, SessionForm},
};

/// Memory of a program's, no larger than it says.
struct Room<T> {
    place: *mut T,
    layout: Layout,
}

impl<T> Room<T> {
    fn of(size: usize) -> Self {
        let layout = Layout::from_size_align(size, align_of::<T>()).unwrap();
        // SAFETY: the size is not zero.
        Self { place: unsafe { alloc(layout) }.cast(), layout }
    }
}

impl<T> Drop for Room<T> {
    fn drop(&mut self) {
        // SAFETY: `of` has made it so.
        unsafe { dealloc(self.place.cast(), self.layout) }
    }
}

fn received(order: u64, text: &str) -> Received {
    let image = Content {
        kind: "image".into(),
        url: Some("/images/1".into()),
        data: Some(b"PNG".as_slice().into()),
        ..Content::default()
    };
    let message = Message {
        index: order.into(),
        text: Some(Private::new(text)),
        content: [image].into(),
        ..Message::default()
    };
    let original = json!({"index": order, "text": text});
    let original = Arc::new(OriginalMessage::from(original.as_object().unwrap()));
    Received { message, original, whose: Whose::Untold }
}

/// An event with three messages.
fn event() -> *mut webchat_event {
    let received = vec![received(1, "one"), received(2, "two\0 words"), received(3, "")];
    let event = Event::MessageReceived(MessageReceived {
        received,
        restoring: false,
        old_messages: false,
        session_data: NoSessions.none(),
        idle_time_count_down: None,
    });
    handle::make(Arc::new(EventHandle::own(Arc::new(Envelope { time: 5, event })))).unwrap()
}

/// The text of a view, which has a NUL behind it.
fn words(view: webchat_str) -> String {
    // SAFETY: what it was read from lives.
    let bytes = unsafe { std::slice::from_raw_parts(view.data.cast::<u8>(), view.len + 1) };
    let (nul, text) = bytes.split_last().unwrap();
    assert_eq!(*nul, 0);
    String::from_utf8(text.to_vec()).unwrap()
}

fn message(event: *const webchat_event, position: usize) -> webchat_message {
    let mut out = webchat_message::default();
    // SAFETY: there is room for it.
    let status = unsafe {
        webchat_payload_message(webchat_event_payload(event), position, &raw mut out, size_of_val(&out))
    };
    assert_eq!(status, WEBCHAT_OK);
    out
}

#[test]
fn an_older_program_is_given_no_more_than_it_has_room_for() {
    let event = event();
    let size = offset_of!(webchat_message, from_id);
    let room = Room::<webchat_message>::of(size);
    let place = room.place;
    // SAFETY: there are as many bytes as are told.
    let status = unsafe { webchat_payload_message(webchat_event_payload(event), 1, place, size) };
    assert_eq!(status, WEBCHAT_OK);
    // SAFETY: both fields are within the room, and filled.
    let (index, text) = unsafe { ((&raw const (*place).index).read(), (&raw const (*place).text).read()) };
    assert_eq!((index, words(text).as_str()), (2, "two\0 words"));
    assert_eq!(webchat_event_free(event), WEBCHAT_OK);
}

#[test]
fn an_older_programs_form_is_read_no_further_than_it_goes() {
    let size = offset_of!(webchat_chat_form, lastname);
    let room = Room::<webchat_chat_form>::of(size);
    let place = room.place;
    // SAFETY: all three fields are within the room.
    unsafe {
        (&raw mut (*place).size).write(size);
        (&raw mut (*place).nickname).write(c"Ada".as_ptr());
        (&raw mut (*place).firstname).write(null());
    }
    // SAFETY: it has as many bytes as it says, and its texts are literals.
    let (form, nickname) = unsafe {
        let form = read_growing(place, "form").unwrap().unwrap();
        (form, optional(form.nickname, "form.nickname").unwrap())
    };
    assert_eq!(nickname, Some("Ada"));
    assert!(form.lastname.is_null() && form.other_json.is_null());
}

#[test]
fn views_stay_while_others_are_made() {
    let event = event();
    let first = message(event, 0);
    let (mut json, mut original) = (webchat_str::EMPTY, webchat_str::EMPTY);
    let mut image = webchat_content::default();
    // SAFETY: there is room for all of it.
    unsafe {
        let payload = webchat_event_payload(event);
        assert_eq!(webchat_payload_message_json(payload, 0, &raw mut json), WEBCHAT_OK);
        assert_eq!(webchat_payload_message_original(payload, 0, &raw mut original), WEBCHAT_OK);
        let size = size_of_val(&image);
        assert_eq!(webchat_payload_content(payload, 0, 0, &raw mut image, size), WEBCHAT_OK);
        assert_eq!(webchat_payload_content(payload, 0, 1, &raw mut image, size), WEBCHAT_ERR_NOT_FOUND);
        assert_eq!(image.data_len, 0, "it is cleared");
        assert_eq!(webchat_payload_content(payload, 0, 0, &raw mut image, size), WEBCHAT_OK);
    }
    let last = message(event, 2);
    assert_eq!((words(first.text), words(last.text)), ("one".to_owned(), String::new()));
    assert_eq!(words(original), r#"{"index":1,"text":"one"}"#);
    assert!(words(json).contains(r#""text":"one""#));
    assert_eq!(words(image.url), "/images/1");
    // SAFETY: the event lives.
    assert_eq!(unsafe { std::slice::from_raw_parts(image.data, image.data_len) }, b"PNG");
    assert_eq!(webchat_event_free(event), WEBCHAT_OK);
}

#[test]
fn an_event_of_ones_own_outlives_the_other_handle() {
    let event = event();
    let mut own = null_mut();
    // SAFETY: there is room for a handle.
    assert_eq!(unsafe { webchat_event_clone(event, &raw mut own) }, WEBCHAT_OK);
    let first = message(own, 0);
    assert_eq!(webchat_event_free(event), WEBCHAT_OK);
    assert_eq!(webchat_event_free(event), WEBCHAT_ERR_INVALID_HANDLE);
    assert_eq!(words(first.text), "one");
    assert_eq!(webchat_event_free(own), WEBCHAT_OK);
}

#[test]
fn threads_read_and_free_at_once() {
    let (event, address) = {
        let event = event();
        (event, event.addr())
    };
    let readers: Vec<_> = (0..3)
        .map(|_| {
            thread::spawn(move || {
                // A handle is no address: its bits are all of it.
                let event = std::ptr::without_provenance_mut::<webchat_event>(address);
                let mut own = null_mut();
                // SAFETY: there is room for a handle.
                assert_eq!(unsafe { webchat_event_clone(event, &raw mut own) }, WEBCHAT_OK);
                let texts: Vec<_> = (0..3).map(|position| words(message(own, position).text)).collect();
                assert_eq!(webchat_event_free(own), WEBCHAT_OK);
                texts
            })
        })
        .collect();
    for reader in readers {
        assert_eq!(reader.join().unwrap(), ["one", "two\0 words", ""]);
    }
    assert_eq!(webchat_event_free(event), WEBCHAT_OK);
}
