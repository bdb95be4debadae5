//! How a session begins, and goes on.

use serde_json::{Map, Value, json};

use super::actions::Ask;
use super::limits::MINUTE;
use super::line::Post;
use super::reply::{self, Refusal};
use super::session::{Session, Standing};
use super::sessions::Sessions;
use super::settings::WebMessagingSettings;
use crate::chat::Moment;
use crate::state::State;

/// Whether there is such a deployment, and it is active.
pub(super) fn knows(settings: &WebMessagingSettings, id: &str) -> bool {
    let deployment = &settings.deployment;
    deployment.active && (deployment.ids.is_empty() || deployment.ids.iter().any(|known| known == id))
}

/// What may be uploaded, and how large custom attributes may be.
pub(super) fn media(settings: &WebMessagingSettings) -> Map<String, Value> {
    let types = settings.deployment.file_types.iter().map(|kind| json!({ "type": kind }));
    let types: Vec<Value> = types.collect();
    let size = if types.is_empty() { 0 } else { settings.limits.file_size_kb };
    let mut media = Map::new();
    media.insert(
        "allowedMedia".to_owned(),
        json!({ "inbound": { "fileTypes": types, "maxFileSizeKB": size } }),
    );
    media.insert("blockedExtensions".to_owned(), settings.deployment.blocked_extensions.clone().into());
    media.insert("maxCustomDataBytes".to_owned(), settings.limits.custom_data_bytes.into());
    media
}

/// How long a session lives without messages, and when its time is over: seconds, and seconds since 1970.
pub(super) fn validity(desk: &Sessions, session: &Session, now: Moment) -> (u64, u64) {
    let left = session.expires.saturating_duration_since(now.instant);
    let left = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
    (desk.settings.deployment.duration.as_secs(), now.utc_ms.saturating_add(left) / 1000)
}

/// Attaches a connection to a session, an old one or a new one.
pub(super) fn configure(state: &mut State, ask: Ask<'_>, signs_in: bool) -> Result<Vec<Post>, Refusal> {
    let has_room = state.chats.has_room();
    let desk = &mut state.apis.web_messaging;
    let token = ask.request.token().unwrap_or_default().to_owned();
    let id = ask.request.text("deploymentId").ok_or_else(|| Refusal::missing("deploymentId"))?;
    if !knows(&desk.settings, id) {
        return Err(Refusal::new(reply::FORBIDDEN, "Deployment is not active or not known"));
    }
    if signs_in {
        check_sign_in(desk, ask)?;
    }
    let is_new = admit(desk, &token, ask, signs_in, has_room)?;
    let limits = &desk.settings.limits;
    let (most, refused_count, connections) =
        (limits.configures_per_minute, limits.refused_count, limits.connections);
    let Some(session) = desk.known.get_mut(&token) else { return Err(Refusal::unknown_session()) };
    session.configures.take(most, MINUTE, refused_count, ask.now.instant).map_err(Refusal::too_many)?;
    let steps_up = signs_in && !session.is_authenticated;
    session.is_authenticated |= signs_in;
    attach(desk, &token, ask.line);
    if steps_up && !is_new {
        sign_in(desk, &token, ask);
    }
    let lines = desk.known.get(&token).map(|session| session.lines.clone()).unwrap_or_default();
    let most = usize::try_from(connections).unwrap_or(usize::MAX);
    let too_many = if connections == 0 { 0 } else { lines.len().saturating_sub(most) };
    for line in lines.into_iter().take(too_many) {
        desk.close_line(line, None);
    }
    Ok(ask.answer(desk, "SessionResponse", response(desk, &token, is_new, ask.now)))
}

fn response(desk: &Sessions, token: &str, is_new: bool, now: Moment) -> Value {
    let mut body = media(&desk.settings);
    let Some(session) = desk.known.get(token) else { return body.into() };
    let (duration, expiry) = validity(desk, session, now);
    for (name, value) in [
        ("connected", true.into()),
        ("newSession", is_new.into()),
        ("readOnly", (session.standing == Standing::ReadOnly).into()),
        ("clearedExistingSession", false.into()),
        ("autoStarted", false.into()),
        ("durationSeconds", Value::from(duration)),
        ("expirationDate", expiry.into()),
    ] {
        body.insert(name.to_owned(), value);
    }
    body.into()
}

fn check_sign_in(desk: &Sessions, ask: Ask<'_>) -> Result<(), Refusal> {
    if !desk.settings.deployment.auth {
        let text = "Session authentication failed: it is not enabled for this deployment";
        return Err(Refusal::new(reply::FORBIDDEN, text));
    }
    let code = ask.request.members.get("data").and_then(|data| data.get("code")).and_then(Value::as_str);
    match code.filter(|code| !code.is_empty()) {
        Some(_) => Ok(()),
        None => Err(Refusal::new(reply::UNAUTHORISED, "User is unauthorized")),
    }
}

/// Finds the session of a token, or makes one. Whether its history is empty because it is new.
fn admit(
    desk: &mut Sessions,
    token: &str,
    ask: Ask<'_>,
    signs_in: bool,
    has_room: bool,
) -> Result<bool, Refusal> {
    if desk.forgotten.contains(token) {
        return Err(Refusal::unknown_session());
    }
    let expires = ask.now.instant + desk.settings.deployment.duration;
    match desk.known.get_mut(token) {
        Some(session) if session.standing == Standing::Expired => {
            Err(Refusal::new(reply::EXPIRED_SESSION, "Session has expired"))
        }
        Some(session) if session.is_authenticated && !signs_in => {
            Err(Refusal::new(reply::NO_GUEST, "Cannot downgrade to an unauthenticated session"))
        }
        Some(session) => {
            let begins = session.standing == Standing::ReadOnly && ask.request.flag("startNew");
            if begins {
                session.start_new();
                session.expires = expires;
                desk.timers.set(&token.to_owned(), expires);
            }
            Ok(begins)
        }
        None if !has_room => Err(Refusal::new(reply::UNAVAILABLE, "A new session cannot be started now")),
        None => {
            let id = desk.new_uuid();
            desk.known.insert(token.to_owned(), Session::new(id, expires));
            desk.timers.set(&token.to_owned(), expires);
            desk.counted.sessions += 1;
            Ok(true)
        }
    }
}

/// The connection belongs to this session from now on.
fn attach(desk: &mut Sessions, token: &str, line: u64) {
    let Some(known) = desk.lines.get_mut(&line) else { return };
    let before = known.token.replace(token.to_owned());
    if before.as_deref() == Some(token) {
        return;
    }
    if let Some(session) = before.and_then(|before| desk.known.get_mut(&before)) {
        session.lines.retain(|id| *id != line);
    }
    if let Some(session) = desk.known.get_mut(token) {
        session.lines.push(line);
    }
}

/// A guest has signed in: the other devices are out, and it is in the history.
fn sign_in(desk: &mut Sessions, token: &str, ask: Ask<'_>) {
    let Some(session) = desk.known.get_mut(token) else { return };
    let id = super::wire::message_id(&session.id, u64::MAX);
    let event = json!({ "eventType": "Presence", "presence": { "type": "SignIn" } });
    let sent = super::wire::Sent { event: Some(event), ..super::wire::Sent::default() };
    let body = super::wire::inbound(&sent, None, &id, ask.now.utc_ms);
    session.put(body, Some(sent), ask.now.instant);
    let others: Vec<u64> = session.lines.iter().copied().filter(|line| *line != ask.line).collect();
    for other in others {
        desk.close_line(other, Some("signedIn"));
    }
    for post in desk.tell_newest(token, None, ask.now) {
        if let Some(line) = desk.lines.get(&ask.line) {
            line.post(post);
        }
    }
}
