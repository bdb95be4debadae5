//! The file operations, by HTTP beside the Bayeux endpoint (gms-v2.md, 8.5).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::origin;
use super::polling::hangs_up;
use super::settings::Notification;
use crate::api::Api;
use crate::api::gms::{self, Reply, Target};
use crate::form::Form;
use crate::log::Arrival;
use crate::operation::Operation;
use crate::page::error_page;
use crate::refusal::ApiError;
use crate::shared::Shared;

/// The simulator's own codes, as HTTP has them.
const BAD_REQUEST: u32 = 400;
const UNAUTHORISED: u32 = 401;
const NOT_FOUND: u32 = 404;

/// Answers any request to the file URL.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    shared.see_through(respond(Arc::clone(&shared), request)).await
}

async fn respond(shared: Arc<Shared>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (keep, served) = shared.read(|state| {
        let served = state.apis.cometd.settings.notification != Notification::Absent;
        (state.chats.settings.files.max_file_size, served)
    });
    let form = Form::read(&parts.headers, body, keep).await;
    let operation = form.as_ref().ok().and_then(operation);
    let found = form.as_ref().ok().map(|form| find(&shared, form, origin::browser(&parts.headers)));
    let target = found.unwrap_or_else(|| Err(Box::new(no_session())));
    let entry = shared.log.open(
        &parts,
        Arrival {
            utc_time: shared.utc_ms(),
            operation,
            service: target.as_ref().ok().and_then(|target| target.service.clone()),
            chat_id: target.as_ref().ok().and_then(|target| target.chat_id.clone()),
            fields: form.as_ref().map(|form| form.fields.clone()).unwrap_or_default(),
            files: form.as_ref().map(Form::received).unwrap_or_default(),
            ..Arrival::default()
        },
    );
    let response = match (form, target) {
        _ if !served => error_page(StatusCode::NOT_FOUND),
        _ if parts.method != Method::POST => {
            let mut response = error_page(StatusCode::METHOD_NOT_ALLOWED);
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST, OPTIONS"));
            response
        }
        (Err(unreadable), _) => (unreadable.status, unreadable.reason).into_response(),
        (Ok(_), Err(refusal)) => refusal.into_response(),
        (Ok(form), Ok(target)) => gms::serve(&shared, Api::GmsCometd, &target, form, &entry).await,
    };
    entry.close((!hangs_up(&response)).then(|| response.status().as_u16()));
    response
}

/// The operation; one vendor client leaves it out of uploads, and spells that of limits differently.
fn operation(form: &Form) -> Option<Operation> {
    match form.get("operation") {
        Some("fileGetLimits" | "fileGetsLimits") => Some(Operation::FileLimits),
        Some("fileUpload") => Some(Operation::FileUpload),
        Some("fileDownload") => Some(Operation::FileDownload),
        Some("fileDelete") => Some(Operation::FileDelete),
        None if !form.files.is_empty() => Some(Operation::FileUpload),
        _ => None,
    }
}

/// What a request is about, or the reply that refuses it.
fn find(shared: &Shared, form: &Form, browser: Option<String>) -> Result<Target, Box<Reply>> {
    let invalid = |code, text: &str| Box::new(Reply::invalid(None, ApiError::new(code, text)));
    let operation = operation(form).ok_or_else(|| invalid(BAD_REQUEST, "operation is missing or unknown"))?;
    let key = form.get("secureKey").ok_or_else(|| invalid(BAD_REQUEST, "secureKey is missing"))?;
    shared.read(|state| {
        let chat = state.apis.gms.chat_of(key).ok_or_else(|| Box::new(no_session()))?;
        let shown = browser.is_some_and(|browser| state.apis.cometd.has_opened(chat, &browser));
        if !shown && state.apis.cometd.settings.check_file_cookie {
            let mut refusal = invalid(UNAUTHORISED, "the cookie BAYEUX_BROWSER is not that of the chat");
            refusal.http = StatusCode::UNAUTHORIZED;
            return Err(refusal);
        }
        Ok(Target {
            operation,
            service: state.apis.gms.get(chat).and_then(|credentials| credentials.service.clone()),
            chat_id: Some(chat.to_owned()),
            file_id: form.get("fileId").map(str::to_owned),
        })
    })
}

fn no_session() -> Reply {
    Reply::ended("", ApiError::new(NOT_FOUND, "there is no such session"))
}
