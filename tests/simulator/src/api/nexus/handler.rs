//! The way of a request: key, fields, fault, operation, answer.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::response::{IntoResponse, Response};

use super::code::{self, Refusal};
use super::fields::Fields;
use super::operations::{self, Answer, Ask, Performed};
use super::reply::Reply;
use super::target::Target;
use super::{faults, images, messages};
use crate::api::Api;
use crate::faults::{Course, Hangup, Place};
use crate::form::{Form, Unreadable};
use crate::log::{Arrival, OpenEntry};
use crate::operation::Operation;
use crate::shared::Shared;

/// Answers any request under the path of Nexus.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    shared.see_through(respond(Arc::clone(&shared), request)).await
}

async fn respond(shared: Arc<Shared>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let target = Target::parse(&parts.method, parts.uri.path());
    let token = header(&parts, "x-nexus-client-key").filter(|token| !token.is_empty());
    let keep = shared.read(|state| state.apis.nexus.settings.images.max_size);
    let fields = Fields::read(&parts, body, keep).await;
    let operation = target.as_ref().map(|target| operation(target, token.is_some(), fields.as_ref().ok()));
    let entry = open_entry(&shared, &parts, target.as_ref(), operation, fields.as_ref().ok());
    let response = match (gate(&shared, &parts, target.zip(operation)), fields) {
        (Err(refusal), _) => Reply::from(refusal).into_response(),
        (_, Err(Unreadable { status, reason })) => {
            Reply::error(status.as_u16(), code::INVALID_REQUEST, &reason).into_response()
        }
        (Ok((target, operation)), Ok(fields)) => {
            let token = token.map(str::to_owned);
            let host = parts.uri.authority().map(Authority::as_str).or(header(&parts, "host"));
            let origin = format!("http://{}", host.unwrap_or("localhost"));
            serve(&shared, Ask { target, token, fields, origin }, operation, &entry).await
        }
    };
    let hangs_up = response.extensions().get::<Hangup>().is_some();
    entry.close((!hangs_up).then(|| response.status().as_u16()));
    response
}

fn header<'a>(parts: &'a Parts, name: &str) -> Option<&'a str> {
    parts.headers.get(name).and_then(|value| value.to_str().ok())
}

/// The name by which faults and log know the request, shared with GMS.
fn operation(target: &Target, resumes: bool, fields: Option<&Fields>) -> Operation {
    let given = |name| fields.is_some_and(|fields| fields.get(name).is_some());
    match target {
        Target::Sessions if resumes => Operation::Resume,
        Target::Sessions => Operation::RequestChat,
        Target::Messages(_) if given("index") && given("count") => Operation::History,
        Target::Messages(_) => Operation::Refresh,
        Target::Send(_) => match fields.and_then(|fields| fields.data("type")) {
            Some("TypingStarted") => Operation::StartTyping,
            Some("TypingStopped") => Operation::StopTyping,
            _ => Operation::Send,
        },
        Target::UserData(_) => Operation::UpdateData,
        Target::Upload(_) => Operation::FileUpload,
        Target::Image { .. } => Operation::FileDownload,
        Target::Participant { .. } => Operation::Disconnect,
    }
}

fn open_entry(
    shared: &Shared,
    parts: &Parts,
    target: Option<&Target>,
    operation: Option<Operation>,
    fields: Option<&Fields>,
) -> OpenEntry {
    let form = fields.map(Fields::form);
    let arrival = Arrival {
        utc_time: shared.utc_ms(),
        operation,
        service: None,
        chat_id: target.and_then(Target::session).map(str::to_owned),
        fields: form.map(|form| form.fields.clone()).unwrap_or_default(),
        files: form.map(Form::received).unwrap_or_default(),
        ..Arrival::default()
    };
    shared.log.open(parts, arrival)
}

/// Refuses unknown paths and wrong keys.
fn gate<T>(shared: &Shared, parts: &Parts, known: Option<T>) -> Result<T, Refusal> {
    let known = known.ok_or_else(|| Refusal::new(code::NOT_FOUND, "there is no such path"))?;
    match &shared.access.apikey {
        Some(key) if header(parts, "x-api-key") != Some(key) => {
            Err(Refusal::new(code::INVALID_CONTACT_CENTER, "x-api-key is missing or wrong"))
        }
        _ => Ok(known),
    }
}

/// Carries out an operation, or lets the fault in store for it happen.
async fn serve(shared: &Shared, ask: Ask, operation: Operation, entry: &OpenEntry) -> Response {
    let session = ask.target.session().map(str::to_owned);
    let (faults, api, place) = (&shared.faults, Api::NexusRest, Place::Http);
    let course = Course { faults, entry, api, place, operation, chat: session.as_deref() };
    let picked = course.begin().await;
    let answer = if picked.takes_effect() {
        hold(shared, &ask).await;
        let _turn = shared.turn().await;
        let Performed { mut answer, session, effect } = perform(shared, ask);
        entry.effect(effect, session.as_deref());
        if let (Answer::Reply(reply), None) = (&mut answer, &picked.fault)
            && let Some(messages) = &mut reply.messages
        {
            course.disturb(messages);
        }
        Some(answer)
    } else {
        None
    };
    let real = || match answer {
        Some(Answer::Reply(reply)) => (reply.into_response(), true),
        Some(Answer::Image(image)) => (images::response(image), false),
        None => (Reply::from(Refusal::not_now("a fault of the simulator")).into_response(), true),
    };
    course.finish(picked, faults::answer, real).await
}

/// Holds a poll until there is something to tell, or its time is over (nexus-v3.md, 8.1).
async fn hold(shared: &Shared, ask: &Ask) {
    let time = shared.read(|state| state.apis.nexus.settings.hold);
    let Target::Messages(session) = &ask.target else { return };
    if time.is_zero() {
        return;
    }
    let is_idle = |state: &crate::state::State| {
        let claims = operations::admit(state, ask.token.as_deref(), session);
        !state.chats.is_offline()
            && claims.is_ok_and(|c| messages::is_idle(state, session, &c.transport_id, &ask.fields))
    };
    let until = shared.now() + time;
    let Some(bell) = shared.read(|state| state.apis.nexus.get(session).map(|it| Arc::clone(&it.bell))) else {
        return;
    };
    let news = async {
        loop {
            let (ring, moved) = (bell.notified(), shared.moved.notified());
            tokio::pin!(ring, moved);
            // From here on no ring is missed.
            ring.as_mut().enable();
            moved.as_mut().enable();
            if !shared.read(is_idle) || shared.now() >= until {
                return;
            }
            tokio::select! {
                () = ring => {}
                () = moved => {}
            }
        }
    };
    // Whether news came or not, the answer is what is there.
    tokio::time::timeout(time, news).await.unwrap_or_default();
}

fn perform(shared: &Shared, ask: Ask) -> Performed {
    shared.change(|state, now| {
        let performed = operations::perform(state, ask, now);
        if let Some(session) = &performed.session {
            state.settle(session, now);
        }
        performed
    })
}
