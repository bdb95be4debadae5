//! What each request does (nexus-v3.md, 4).

use axum::http::StatusCode;
use serde_json::json;
use tokio::time::Instant;

use super::code::{self, Refusal};
use super::fields::Fields;
use super::reply::Reply;
use super::settings::NexusSettings;
use super::target::Target;
use super::token::Claims;
use super::{API_BASE, SESSIONS, images, messages};
use crate::api::Api;
use crate::chat::{CLIENT, Chat, Content, EndCause, EventType, Moment, NewChat, Settings, StoredFile};
use crate::state::State;

/// A request that has come to Nexus.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) target: Target,
    pub(super) token: Option<String>,
    pub(super) fields: Fields,
    /// Scheme and host under which the client knows the server.
    pub(super) origin: String,
}

/// What a request is answered with.
#[derive(Debug)]
pub(super) enum Answer {
    Reply(Box<Reply>),
    Image(StoredFile),
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self::Reply(Box::new(reply))
    }
}

/// What came of a request.
#[derive(Debug)]
pub(super) struct Performed {
    pub(super) answer: Answer,
    /// The session it was about.
    pub(super) session: Option<String>,
    pub(super) effect: bool,
}

/// Carries out a request.
pub(super) fn perform(state: &mut State, ask: Ask, now: Instant) -> Performed {
    let operation_id = ask.fields.get("operationId").map(str::to_owned);
    let asked = ask.target.session().map(str::to_owned);
    let outcome = if state.chats.is_offline() {
        Err(Refusal::not_now("the chat server cannot be reached"))
    } else {
        carry_out(state, ask, operation_id.as_deref(), now)
    };
    let mut performed = outcome.unwrap_or_else(|refusal| Performed {
        answer: Reply::from(refusal).into(),
        session: asked,
        effect: false,
    });
    if let Answer::Reply(reply) = &mut performed.answer {
        reply.operation_id = operation_id;
    }
    performed
}

fn carry_out(
    state: &mut State,
    ask: Ask,
    operation_id: Option<&str>,
    now: Instant,
) -> Result<Performed, Refusal> {
    let Some(session) = ask.target.session().map(str::to_owned) else {
        return match &ask.token {
            None => create(state, &ask.fields, None, now),
            Some(token) => resume(state, &ask.fields, token, now),
        };
    };
    let done = |answer: Answer, effect| Performed { answer, session: Some(session.clone()), effect };
    let claims = admit(state, ask.token.as_deref(), &session)?;
    match &ask.target {
        Target::Messages(_) => {
            let base = image_base(&state.apis.nexus.settings, &ask.origin);
            let reply = messages::read(state, &session, &claims.transport_id, &ask.fields, base)?;
            return Ok(done(reply.into(), true));
        }
        Target::Image { image, .. } => {
            let chat = state.chats.find(&session).ok_or_else(Refusal::session)?;
            return Ok(done(Answer::Image(images::find(chat, image)?), true));
        }
        _ => {}
    }
    if state.chats.find(&session).is_none_or(|chat| chat.ended.is_some()) {
        return Err(Refusal::session());
    }
    let operation_id = operation_id.filter(|_| state.apis.nexus.settings.deduplicate);
    let answered = |id| state.apis.nexus.get(&session)?.answered.get(id).cloned();
    if let Some(data) = operation_id.and_then(answered) {
        return Ok(done(Reply::with_data(&state.apis.nexus.settings, data.into()).into(), false));
    }
    let reply = write(state, ask, &session, &claims, now)?;
    if let (Some(id), Some(session)) = (operation_id, state.apis.nexus.get_mut(&session)) {
        session.answered.insert(id.to_owned(), reply.data.clone());
    }
    Ok(done(reply.into(), true))
}

/// What stands before the path in image URLs, which are relative to the API's base unless set otherwise.
pub(crate) fn image_base(settings: &NexusSettings, origin: &str) -> String {
    if settings.absolute_image_urls { format!("{origin}{API_BASE}") } else { String::new() }
}

fn unauthorised(reason: &str) -> Refusal {
    Refusal::new(code::AUTHENTICATION_REQUIRED, reason)
}

/// Checks the token of a request in a session.
pub(super) fn admit(state: &State, token: Option<&str>, session: &str) -> Result<Claims, Refusal> {
    let token = token.ok_or_else(|| unauthorised("x-nexus-client-key is missing"))?;
    let claims = state.apis.nexus.verify(token).ok_or_else(|| unauthorised("the token is not genuine"))?;
    let known = state.apis.nexus.get(session).filter(|_| state.chats.find(session).is_some());
    let known = known.ok_or_else(Refusal::session)?;
    if claims.session_id != session {
        return Err(unauthorised("the token is that of another session"));
    }
    if !known.transports.contains_key(&claims.transport_id) {
        return Err(unauthorised("the token has expired"));
    }
    Ok(claims)
}

fn check_endpoint(settings: &NexusSettings, endpoint: &str) -> Result<(), Refusal> {
    if settings.endpoints.is_empty() || settings.endpoints.iter().any(|known| known == endpoint) {
        return Ok(());
    }
    Err(Refusal::new(code::INVALID_ENDPOINT, format!("there is no endpoint {endpoint:?}")))
}

/// Opens a session. `known_as` is the customer's name if the request need not say it.
fn create(
    state: &mut State,
    fields: &Fields,
    known_as: Option<String>,
    now: Instant,
) -> Result<Performed, Refusal> {
    let endpoint = fields.data("endpoint");
    let endpoint =
        endpoint.ok_or_else(|| Refusal::new(code::INVALID_ENDPOINT, "data[endpoint] is missing"))?;
    check_endpoint(&state.apis.nexus.settings, endpoint)?;
    let nickname = fields.data("nickname").map(str::to_owned).or(known_as);
    let nickname =
        nickname.ok_or_else(|| Refusal::new(code::INVALID_NICKNAME, "data[nickname] is missing"))?;
    if !state.chats.has_room() {
        return Err(Refusal::not_now("a new chat cannot be started now"));
    }
    let own = |name| fields.data(name).map(str::to_owned);
    let (subject, email_address, user_data) = (own("subject"), own("email"), fields.user_data());
    let new = NewChat { api: Api::NexusRest, nickname, subject, email_address, user_data };
    let session = state.chats.open(new, now).id.clone();
    let mut fields = fields.all_data();
    fields.retain(|name, _| !name.starts_with("userData["));
    state.apis.nexus.open(&session, fields);
    let status = if state.apis.nexus.settings.created { StatusCode::CREATED } else { StatusCode::OK };
    Ok(attached(state, session, status))
}

/// A new transport for a session that is open already.
fn resume(state: &mut State, fields: &Fields, token: &str, now: Instant) -> Result<Performed, Refusal> {
    let claims = state.apis.nexus.verify(token).ok_or_else(|| unauthorised("the token is not genuine"))?;
    if state.apis.nexus.settings.resume_opens_new {
        let former = state.chats.find(&claims.session_id).map(|chat| chat.client().nickname);
        return create(state, fields, Some(former.unwrap_or_else(|| "Guest".to_owned())), now);
    }
    let session = claims.session_id;
    if state.chats.find(&session).is_none_or(|chat| chat.ended.is_some()) {
        return Err(Refusal::session());
    }
    admit(state, Some(token), &session)?;
    if let Some(endpoint) = fields.data("endpoint") {
        check_endpoint(&state.apis.nexus.settings, endpoint)?;
    }
    let moment = state.chats.moment(now);
    if let Ok((chat, _)) = state.chats.get_running(&session) {
        chat.user_data.extend(fields.user_data());
        chat.rejoin(CLIENT, moment);
    }
    Ok(attached(state, session, StatusCode::OK))
}

fn attached(state: &mut State, session: String, status: StatusCode) -> Performed {
    let token = state.apis.nexus.attach(&session);
    let data = json!({
        "entity": { "id": session, "selfUri": format!("{SESSIONS}/{session}") },
        "clientToken": token,
    });
    let mut reply = Reply::with_data(&state.apis.nexus.settings, data);
    reply.status = status;
    Performed { answer: reply.into(), session: Some(session), effect: true }
}

/// Carries out a request that changes an open session.
fn write(
    state: &mut State,
    ask: Ask,
    session: &str,
    claims: &Claims,
    now: Instant,
) -> Result<Reply, Refusal> {
    let (now, image) = (state.chats.moment(now), state.chats.new_file_id());
    let nexus = &state.apis.nexus.settings;
    let (chat, settings) = state.chats.get_running(session).map_err(|_| Refusal::session())?;
    let mut reply = Reply::success(nexus);
    match &ask.target {
        Target::Send(_) => send(chat, settings, &ask.fields, now)?,
        Target::UserData(_) => chat.user_data.extend(ask.fields.all_data()),
        Target::Upload(_) => {
            let data = images::upload(chat, &nexus.images, ask.fields, &image, now)?;
            reply = Reply::with_data(nexus, data);
        }
        Target::Participant { participant, .. } => {
            if *participant != claims.participant_id {
                return Err(Refusal::request("the participant is not the one of the token"));
            }
            if chat.participants().iter().any(|p| p.id == CLIENT && p.present) {
                chat.leave(CLIENT, now);
            }
            if !nexus.open_on_leave {
                chat.end(EndCause::Client);
            }
        }
        Target::Sessions | Target::Messages(_) | Target::Image { .. } => return Err(Refusal::session()),
    }
    Ok(reply)
}

fn send(chat: &mut Chat, settings: &Settings, fields: &Fields, now: Moment) -> Result<(), Refusal> {
    let text = fields.data("text").map(str::to_owned);
    let limit = settings.max_message_length;
    if text.as_ref().is_some_and(|text| text.chars().count() > limit) {
        return Err(Refusal::request(format!("data[text] has more than {limit} characters")));
    }
    let kind = match fields.data("type").unwrap_or("Text") {
        "Text" | "Message" => EventType::Message,
        "TypingStarted" => EventType::TypingStarted,
        "TypingStopped" => EventType::TypingStopped,
        other => {
            let content = Content { text, message_type: Some(other.to_owned()), ..Content::default() };
            chat.append(CLIENT, EventType::Custom, content, now);
            return Ok(());
        }
    };
    if kind == EventType::Message {
        if text.as_ref().is_none_or(|text| text.trim().is_empty()) {
            return Err(Refusal::request("data[text] is missing"));
        }
        chat.preview = None;
    } else {
        chat.preview.clone_from(&text);
    }
    chat.append(CLIENT, kind, Content { text, ..Content::default() }, now);
    Ok(())
}
