//! The way of a request: gateway, form, fault, operation, answer.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::files;
use super::form::Form;
use super::operations::{self, Answer};
use super::reply::Reply;
use super::target::Target;
use super::{Access, error_page};
use crate::faults::{self, Fault, FaultKind, Hangup, Picked};
use crate::log::{Arrival, OpenEntry, ReceivedFile};
use crate::operation::Operation;
use crate::shared::Shared;

/// Answers any request under the GMS paths.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let target = Target::parse(parts.uri.path());
    let keep = shared.read(|state| state.chats.settings.files.max_file_size);
    let form = Form::read(&parts.headers, body, keep).await;
    let entry = open_entry(&shared, &parts, target.as_ref(), form.as_ref().ok());
    let response = match (gate(&shared.access, &parts, target), form) {
        (Err(refusal), _) => refusal,
        (Ok(target), Ok(form)) => serve(&shared, &target, form, &entry).await,
        (Ok(_), Err(unreadable)) => (unreadable.status, unreadable.reason).into_response(),
    };
    let hangs_up = response.extensions().get::<Hangup>().is_some();
    entry.close((!hangs_up).then(|| response.status().as_u16()));
    response
}

fn open_entry(shared: &Shared, parts: &Parts, target: Option<&Target>, form: Option<&Form>) -> OpenEntry {
    let received =
        |form: &Form| -> Vec<ReceivedFile> { form.files.iter().map(|part| part.received.clone()).collect() };
    let arrival = Arrival {
        utc_time: shared.clock.utc_ms(tokio::time::Instant::now()),
        operation: target.map(|target| target.operation),
        service: target.and_then(|target| target.service.clone()),
        chat_id: target.and_then(|target| target.chat_id.clone()),
        fields: form.map(|form| form.fields.clone()).unwrap_or_default(),
        files: form.map(received).unwrap_or_default(),
    };
    shared.log.open(parts, arrival)
}

/// Refuses what never reaches GMS: unknown paths and services, wrong methods, missing keys.
#[allow(clippy::result_large_err, reason = "the refusal is the answer itself and is used at once")]
fn gate(access: &Access, parts: &Parts, target: Option<Target>) -> Result<Target, Response> {
    let target = target.ok_or_else(|| error_page(StatusCode::NOT_FOUND))?;
    if parts.method != Method::POST {
        let mut response = error_page(StatusCode::METHOD_NOT_ALLOWED);
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST, OPTIONS"));
        return Err(response);
    }
    match access.refuse(target.service.as_deref(), &parts.headers) {
        Some(refusal) => Err(refusal),
        None => Ok(target),
    }
}

/// Carries out an operation, or lets the fault in store for it happen.
async fn serve(shared: &Shared, target: &Target, form: Form, entry: &OpenEntry) -> Response {
    let chat_id = target.chat_id.as_deref();
    let picked = shared.faults.pick(target.operation, chat_id);
    if let Some(name) = picked.name {
        entry.fault(name);
    }
    pause(picked.before).await;
    let answer =
        if picked.takes_effect() { Some(perform(shared, target, form, &picked, entry)) } else { None };
    pause(picked.after).await;
    finish(picked.fault, answer, chat_id).await
}

async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

fn perform(shared: &Shared, target: &Target, form: Form, picked: &Picked, entry: &OpenEntry) -> Answer {
    let mut answer = shared.change_timers(|state, now| {
        let mut answer = operations::perform(state, target, form, now);
        let Answer::Reply(reply) = &mut answer else { return answer };
        if target.operation == Operation::RequestChat {
            state.prune();
            state.reschedule();
        }
        state.settle(&reply.chat_id, now);
        match picked.fault.as_ref().map(|fault| &fault.kind) {
            Some(FaultKind::NewAlias) if reply.is_done() => {
                reply.alias = state.desk.change_alias(&reply.chat_id, None);
            }
            Some(FaultKind::NewSecureKey) if reply.is_done() => {
                reply.secure_key = state.desk.change_secure_key(&reply.chat_id);
            }
            _ => {}
        }
        answer
    });
    let Answer::Reply(reply) = &mut answer else {
        entry.effect(true, None);
        return answer;
    };
    entry.effect(reply.is_done(), Some(reply.chat_id.as_str()).filter(|id| !id.is_empty()));
    if picked.fault.is_none() {
        disturb(shared, target.operation, reply, entry);
    }
    answer
}

/// Faults in the messages of a reply.
fn disturb(shared: &Shared, operation: Operation, reply: &mut Reply, entry: &OpenEntry) {
    let messages = reply.messages.len();
    let Some(fault) = shared.faults.pick_for_messages(operation, Some(&reply.chat_id), messages) else {
        return;
    };
    entry.fault(fault.kind.name());
    match fault.kind {
        FaultKind::DuplicateMessages => {
            let twice = |message: &crate::chat::Event| [message.clone(), message.clone()];
            reply.messages = reply.messages.iter().flat_map(twice).collect();
        }
        FaultKind::ReorderedMessages => reply.messages.reverse(),
        _ => {}
    }
}

/// Turns the answer into a response, or the fault into one.
async fn finish(fault: Option<Fault>, answer: Option<Answer>, chat_id: Option<&str>) -> Response {
    let kind = fault.map(|fault| fault.kind);
    if let Some(replacement) = kind.as_ref().and_then(|kind| faults::replace(kind, chat_id)) {
        return replacement;
    }
    let answer = answer.unwrap_or_else(|| Reply::try_again(chat_id).into());
    let mut response = match (answer, &kind) {
        (Answer::Reply(reply), Some(FaultKind::HugeBody(bytes))) => {
            let huge = faults::huge(reply.to_json(), *bytes);
            let (parts, _) = reply.into_response().into_parts();
            let mut response = Response::from_parts(parts, huge);
            response.headers_mut().remove(header::CONTENT_LENGTH);
            response
        }
        (Answer::Reply(reply), _) => reply.into_response(),
        (Answer::File(file), _) => files::response(file),
    };
    match kind {
        Some(FaultKind::TruncatedBody) => response = faults::truncate(response).await,
        Some(FaultKind::SetCookie(cookie)) => {
            if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
        }
        _ => {}
    }
    response
}
