//! What each request does.

use serde_json::{Value, json};
use tokio::time::Instant;

use super::limits::MINUTE;
use super::line::Post;
use super::reply::{self, Refusal};
use super::request::{Action, Request};
use super::session::{Session, Standing};
use super::sessions::Sessions;
use super::{attach, configure, message};
use crate::chat::Moment;
use crate::state::State;

/// What came of a request.
#[derive(Debug)]
pub(super) struct Performed {
    /// What its connection is told.
    pub(super) posts: Vec<Post>,
    /// 200, or the code of the refusal.
    pub(super) code: u32,
    /// The conversation that it was about.
    pub(super) chat: Option<String>,
    /// The uploads that are to come to an S3 server.
    pub(super) awaited: Vec<String>,
}

/// A request and where it came from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask<'a> {
    pub(super) line: u64,
    pub(super) request: &'a Request,
    pub(super) now: Moment,
}

impl Ask<'_> {
    /// An answer to it.
    pub(super) fn answer(&self, desk: &Sessions, class: &str, body: Value) -> Vec<Post> {
        vec![Post::now(reply::answer(&desk.settings, class, body, self.request.tracing_id()))]
    }
}

/// Carries out a request.
pub(super) fn perform(state: &mut State, line: u64, request: &Request, now: Instant) -> Performed {
    let ask = Ask { line, request, now: state.chats.moment(now) };
    let outcome = if state.chats.is_offline() {
        Err(Refusal::new(reply::UNAVAILABLE, "The service is not available"))
    } else {
        carry_out(state, ask)
    };
    let desk = &mut state.apis.web_messaging;
    let awaited = std::mem::take(&mut desk.awaited);
    let session = request.token().and_then(|token| desk.known.get(token));
    let chat = session.and_then(|session| session.chat.clone().or_else(|| session.chats.last().cloned()));
    match outcome {
        Ok(posts) => Performed { posts, code: 200, chat, awaited },
        Err(refusal) => {
            let code = refusal.code;
            let text = refusal.frame(&desk.settings, request.tracing_id());
            Performed { posts: vec![Post::now(text)], code, chat, awaited }
        }
    }
}

fn carry_out(state: &mut State, ask: Ask<'_>) -> Result<Vec<Post>, Refusal> {
    let desk = &mut state.apis.web_messaging;
    let limits = &desk.settings.limits;
    // A connection may be gone by the time that its request is carried out.
    if let Some(line) = desk.lines.get_mut(&ask.line) {
        let (most, refused_count) = (limits.requests_per_minute, limits.refused_count);
        line.requests.take(most, MINUTE, refused_count, ask.now.instant).map_err(Refusal::too_many)?;
    }
    let Some(action) = ask.request.action() else {
        return Ok(vec![Post::now(reply::not_routed(ask.line))]);
    };
    if action == Action::Echo {
        return echo(desk, ask);
    }
    if action == Action::GetConfiguration {
        return get_configuration(desk, ask);
    }
    if ask.request.token().is_none() {
        return Err(Refusal::missing("token"));
    }
    match action {
        Action::Configure => configure::configure(state, ask, false),
        Action::ConfigureAuthenticated => configure::configure(state, ask, true),
        Action::Message => message::take(state, ask),
        Action::Attach => attach::announce(desk, ask),
        Action::GetAttachment => attach::address(state, ask),
        Action::DeleteAttachment => attach::delete(desk, ask),
        Action::GetJwt => get_jwt(desk, ask),
        _ => close_session(desk, ask),
    }
}

/// The session of a request, if its connection was configured with it.
pub(super) fn session<'a>(desk: &'a mut Sessions, ask: Ask<'_>) -> Result<&'a mut Session, Refusal> {
    let token = ask.request.token().ok_or_else(|| Refusal::missing("token"))?;
    let configured = desk.lines.get(&ask.line).is_none_or(|line| line.token.as_deref() == Some(token));
    let session = desk.known.get_mut(token).filter(|_| configured);
    let session = session.ok_or_else(Refusal::unknown_session)?;
    match session.standing {
        Standing::Expired => Err(Refusal::new(reply::EXPIRED_SESSION, "Session has expired")),
        _ => Ok(session),
    }
}

/// The same, if the conversation may go on.
pub(super) fn open_session<'a>(desk: &'a mut Sessions, ask: Ask<'_>) -> Result<&'a mut Session, Refusal> {
    let session = session(desk, ask)?;
    match session.standing {
        Standing::Open => Ok(session),
        _ => Err(Refusal::new(reply::READ_ONLY, "Conversation is read-only")),
    }
}

fn echo(desk: &mut Sessions, ask: Ask<'_>) -> Result<Vec<Post>, Refusal> {
    let limits = &desk.settings.limits;
    let (most, refused_count) = (limits.echoes_per_minute, limits.refused_count);
    if let Some(line) = desk.lines.get_mut(&ask.line) {
        line.echoes.take(most, MINUTE, refused_count, ask.now.instant).map_err(Refusal::too_many)?;
    }
    let token = desk.lines.get(&ask.line).and_then(|line| line.token.clone());
    let session = token.and_then(|token| desk.known.get(&token)).ok_or_else(Refusal::unknown_session)?;
    if session.standing == Standing::Expired {
        return Err(Refusal::new(reply::EXPIRED_SESSION, "Session has expired"));
    }
    let text = ask.request.members.get("message").and_then(|message| message.get("text")).cloned();
    let (duration, expiry) = configure::validity(desk, session, ask.now);
    let id = super::wire::message_id(&session.id, ask.line);
    let body = json!({
        "id": id,
        "type": "Text",
        "direction": "Inbound",
        "text": text.unwrap_or_default(),
        "channel": { "time": super::wire::time(ask.now.utc_ms), "type": "Private", "from": {}, "to": {} },
        "metadata": { "durationSeconds": duration.to_string(), "expirationDate": expiry.to_string() },
    });
    // Its own tracing id is how a client knows it for what it is.
    let mut answer = json!({ "type": "response", "class": "StructuredMessage", "code": 200, "body": body });
    if let (Some(members), Some(id)) = (answer.as_object_mut(), ask.request.tracing_id()) {
        members.insert("tracingId".to_owned(), id);
    }
    Ok(vec![Post::now(answer.to_string())])
}

fn get_configuration(desk: &Sessions, ask: Ask<'_>) -> Result<Vec<Post>, Refusal> {
    let id = ask.request.text("deploymentId").ok_or_else(|| Refusal::missing("deploymentId"))?;
    if !configure::knows(&desk.settings, id) {
        return Err(Refusal::new(reply::NOT_FOUND, "Deployment not found"));
    }
    let mut body = configure::media(&desk.settings);
    body.insert("messageRoutingEnabled".to_owned(), true.into());
    body.insert("sessionDurationSeconds".to_owned(), desk.settings.deployment.duration.as_secs().into());
    Ok(ask.answer(desk, "GetConfigurationResponse", body.into()))
}

fn get_jwt(desk: &mut Sessions, ask: Ask<'_>) -> Result<Vec<Post>, Refusal> {
    let id = session(desk, ask)?.id.clone();
    let good = desk.settings.limits.jwt.as_secs();
    let exp = (ask.now.utc_ms / 1000).saturating_add(good);
    let jwt = desk.signer.jwt(&id, exp);
    Ok(ask.answer(desk, "JwtResponse", json!({ "jwt": jwt, "exp": exp })))
}

/// Closes connections, not the conversation.
fn close_session(desk: &mut Sessions, ask: Ask<'_>) -> Result<Vec<Post>, Refusal> {
    let all = ask.request.flag("closeAllConnections");
    let session = session(desk, ask)?;
    let is_read_only = session.standing == Standing::ReadOnly;
    let others: Vec<u64> = session.lines.iter().copied().filter(|id| *id != ask.line).collect();
    session.lines.retain(|id| *id != ask.line);
    if let Some(line) = desk.lines.get_mut(&ask.line) {
        line.token = None;
    }
    if all {
        for other in others {
            desk.close_line(other, None);
        }
    }
    let body = json!({ "connected": false, "readOnly": is_read_only, "newSession": false });
    Ok(ask.answer(desk, "SessionResponse", body))
}
