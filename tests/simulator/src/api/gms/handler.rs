//! The way of a request: gateway, form, fault, operation, answer.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::operations::{self, Answer};
use super::reply::Reply;
use super::target::Target;
use super::{faults, files, gateway};
use crate::access::Access;
use crate::api::Api;
use crate::faults::{Course, Hangup, Picked, Place};
use crate::form::Form;
use crate::log::{Arrival, OpenEntry};
use crate::page::error_page;
use crate::shared::Shared;

/// Answers any request under the GMS paths.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    shared.see_through(respond(Arc::clone(&shared), request)).await
}

async fn respond(shared: Arc<Shared>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let target = Target::parse(parts.uri.path());
    let keep = shared.read(|state| state.chats.settings.files.max_file_size);
    let form = Form::read(&parts.headers, body, keep).await;
    let entry = open_entry(&shared, &parts, target.as_ref(), form.as_ref().ok());
    let response = match (gate(&shared.access, &parts, target), form) {
        (Err(refusal), _) => refusal,
        (Ok(target), Ok(form)) => serve(&shared, Api::GmsRest, &target, form, &entry).await,
        (Ok(_), Err(unreadable)) => (unreadable.status, unreadable.reason).into_response(),
    };
    let hangs_up = response.extensions().get::<Hangup>().is_some();
    entry.close((!hangs_up).then(|| response.status().as_u16()));
    response
}

fn open_entry(shared: &Shared, parts: &Parts, target: Option<&Target>, form: Option<&Form>) -> OpenEntry {
    let arrival = Arrival {
        utc_time: shared.utc_ms(),
        operation: target.map(|target| target.operation),
        service: target.and_then(|target| target.service.clone()),
        chat_id: target.and_then(|target| target.chat_id.clone()),
        fields: form.map(|form| form.fields.clone()).unwrap_or_default(),
        files: form.map(Form::received).unwrap_or_default(),
        ..Arrival::default()
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
    match gateway::refuse(access, target.service.as_deref(), &parts.headers) {
        Some(refusal) => Err(refusal),
        None => Ok(target),
    }
}

/// Carries out an operation, or lets the fault in store for it happen.
pub(crate) async fn serve(
    shared: &Shared,
    api: Api,
    target: &Target,
    form: Form,
    entry: &OpenEntry,
) -> Response {
    let chat = target.chat_id.as_deref();
    let (faults, place) = (&shared.faults, Place::Http);
    let course = Course { faults, entry, api, place, operation: target.operation, chat };
    let picked = course.begin().await;
    let answer = if picked.takes_effect() {
        let _turn = shared.turn().await;
        Some(perform(shared, target, form, &picked, &course))
    } else {
        None
    };
    let real = || match answer.unwrap_or_else(|| Reply::try_again(chat).into()) {
        Answer::Reply(reply) => (reply.into_response(), true),
        Answer::File(file) => (files::response(file), false),
    };
    course.finish(picked, |kind| faults::answer(kind, chat), real).await
}

fn perform(shared: &Shared, target: &Target, form: Form, picked: &Picked, course: &Course<'_>) -> Answer {
    let fault = picked.fault.as_ref().map(|fault| &fault.kind);
    let mut answer =
        shared.change(|state, now| operations::carry_out(state, course.api, target, form, fault, now));
    let Answer::Reply(reply) = &mut answer else {
        course.entry.effect(true, None);
        return answer;
    };
    course.entry.effect(reply.is_done(), Some(reply.chat_id.as_str()).filter(|id| !id.is_empty()));
    if picked.fault.is_none() {
        Course { chat: Some(&reply.chat_id), ..*course }.disturb(&mut reply.messages);
    }
    answer
}
