//! The history, page by page, the newest message first.

use axum::http::header;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::limits::MINUTE;
use super::modes::Pages;
use super::session::Standing;
use super::{handler, origin, wire};
use crate::state::State;

/// How many messages a page has where the client does not say it, and at most.
const USUAL: u64 = 25;
const MOST: u64 = 100;

/// The token of a request.
pub(super) fn bearer(parts: &Parts) -> Option<&str> {
    let given = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = given.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// A number in the query, from 1 on.
fn number(parts: &Parts, name: &str, usual: u64) -> Option<u64> {
    let query = parts.uri.query().unwrap_or_default();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    match pairs.find(|(key, _)| key == name) {
        Some((_, value)) => value.parse().ok().filter(|number| *number > 0),
        None => Some(usual),
    }
}

/// Answers with a page. `disturb` lets faults happen to its messages.
pub(super) fn page(
    state: &mut State,
    parts: &Parts,
    base: &str,
    now: Instant,
    disturb: impl FnOnce(&mut Vec<Value>),
) -> Response {
    if state.chats.is_offline() {
        return handler::error(
            StatusCode::SERVICE_UNAVAILABLE,
            "service.unavailable",
            "The service is not available",
        );
    }
    let moment = state.chats.moment(now);
    let desk = &mut state.apis.web_messaging;
    if !origin::allowed(&desk.settings, &parts.headers) {
        return handler::error(StatusCode::FORBIDDEN, "forbidden", "Origin is not allowed");
    }
    let id = bearer(parts).and_then(|jwt| desk.signer.session_of(jwt, moment.utc_ms / 1000));
    let meant = desk.known.iter().find(|(_, session)| id.as_ref() == Some(&session.id));
    let Some(token) = meant.map(|(token, _)| token.clone()) else {
        return handler::error(StatusCode::UNAUTHORIZED, "bad.credentials", "Invalid login credentials");
    };
    let (limits, is_over) = (desk.settings.limits.clone(), |standing| standing == Standing::Expired);
    let Some(session) = desk.known.get_mut(&token).filter(|session| !is_over(session.standing)) else {
        return handler::error(StatusCode::NOT_FOUND, "not.found", "Session has expired");
    };
    let counted = session.histories.take(limits.histories_per_minute, MINUTE, limits.refused_count, now);
    if let Err(wait) = counted {
        let mut response =
            handler::error(StatusCode::TOO_MANY_REQUESTS, "too.many.requests", "Rate limit exceeded");
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
        return response;
    }
    let (Some(number), Some(size)) = (number(parts, "pageNumber", 1), number(parts, "pageSize", USUAL))
    else {
        return handler::error(
            StatusCode::BAD_REQUEST,
            "bad.request",
            "pageNumber and pageSize count from 1",
        );
    };
    let size = size.min(MOST);
    let Some(session) = desk.known.get(&token) else {
        return handler::error(StatusCode::NOT_FOUND, "not.found", "Session not found");
    };
    let shown = || session.items.iter().rev().filter(|item| item.shows_from <= now);
    let total = shown().count() as u64;
    let skipped = usize::try_from((number - 1).saturating_mul(size)).unwrap_or(usize::MAX);
    let length = usize::try_from(size).unwrap_or(usize::MAX);
    let length = if number == desk.settings.empty_page { 0 } else { length };
    let mut entities: Vec<Value> =
        shown().skip(skipped).take(length).map(|item| item.past(&desk.settings)).collect();
    for entity in &mut entities {
        wire::put_addresses(entity, |file| desk.file_address(base, file, moment));
    }
    disturb(&mut entities);
    let mut page = json!({ "entities": entities, "pageSize": size, "pageNumber": number });
    let more = match desk.settings.pages {
        Pages::Exact => Some(0),
        Pages::Long => Some(3),
        Pages::Absent => None,
    };
    if let (Some(more), Some(members)) = (more, page.as_object_mut()) {
        members.insert("total".to_owned(), total.saturating_add(more * size).into());
        members.insert("pageCount".to_owned(), (total.div_ceil(size) + more).into());
    }
    handler::json(&page)
}
