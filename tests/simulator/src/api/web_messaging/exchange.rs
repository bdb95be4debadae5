//! The way of a request over a WebSocket: log, fault, action, answer.

use std::sync::Arc;

use super::actions::{self, Performed};
use super::line::Post;
use super::reply;
use super::request::{Action, Request};
use super::socket::Origin;
use super::{attach, faults};
use crate::api::Api;
use crate::faults::{Course, FaultKind, Place, pause};
use crate::log::{Arrival, OpenEntry};
use crate::operation::Operation;
use crate::shared::Shared;

/// What becomes of a connection by a request.
#[derive(Debug)]
pub(super) enum Outcome {
    /// This goes out.
    Posts(Vec<Post>),
    /// Half of this goes out, and then the connection is cut.
    Half(String),
    /// The connection is cut.
    Cut,
}

/// Answers a frame.
pub(super) async fn run(shared: Arc<Shared>, origin: Arc<Origin>, text: String) -> Outcome {
    let request = Request::read(&text);
    let (is_known, chat) = shared.read(|state| {
        let token = request.as_ref().and_then(Request::token);
        let session = token.and_then(|token| state.apis.web_messaging.known.get(token));
        (session.is_some(), session.and_then(|session| session.chat.clone()))
    });
    let operation = request.as_ref().and_then(|request| request.operation(is_known));
    let arrival = Arrival {
        utc_time: shared.utc_ms(),
        operation,
        chat_id: chat.clone(),
        in_socket: true,
        fields: request.as_ref().map_or_else(|| vec![("frame".to_owned(), text)], Request::fields),
        ..Arrival::default()
    };
    let entry = shared.log.open(&origin.parts, arrival);
    let (Some(request), Some(operation)) = (request, operation) else {
        entry.close(Some(403));
        return Outcome::Posts(vec![Post::now(reply::not_routed(origin.line))]);
    };
    befallen(&shared, &origin, &request, operation, chat.as_deref(), entry).await
}

async fn befallen(
    shared: &Arc<Shared>,
    origin: &Origin,
    request: &Request,
    operation: Operation,
    chat: Option<&str>,
    entry: OpenEntry,
) -> Outcome {
    let (faults, api, place) = (&shared.faults, Api::WebMessaging, Place::Frame);
    let course = Course { faults, entry: &entry, api, place, operation, chat };
    let picked = course.begin().await;
    let performed =
        if picked.takes_effect() { Some(perform(shared, origin, request, &entry).await) } else { None };
    pause(picked.after).await;
    let code = performed.as_ref().map_or(200, |performed| performed.code);
    let posts = performed.map(|performed| performed.posts).unwrap_or_default();
    let Some(fault) = picked.fault else {
        entry.close(u16::try_from(code).ok());
        return Outcome::Posts(posts);
    };
    let status = if fault.kind == FaultKind::Drop { None } else { Some(200) };
    let outcome = spoil(shared, request, fault.kind, posts).await;
    entry.close(status);
    outcome
}

/// The answer as a fault leaves it.
async fn spoil(shared: &Shared, request: &Request, kind: FaultKind, posts: Vec<Post>) -> Outcome {
    let first = |posts: &[Post]| {
        posts.iter().find_map(|post| match post {
            Post::Text { text, .. } => Some(text.clone()),
            _ => None,
        })
    };
    match kind {
        FaultKind::Drop => Outcome::Cut,
        FaultKind::Hang => std::future::pending().await,
        FaultKind::TruncatedBody => Outcome::Half(first(&posts).unwrap_or_default()),
        FaultKind::WrongBody(text) => Outcome::Posts(vec![Post::now(text)]),
        FaultKind::NonJson => Outcome::Posts(vec![Post::now("<html>Forbidden</html>".to_owned())]),
        FaultKind::HugeBody(bytes) => {
            Outcome::Posts(posts.into_iter().map(|post| pad(post, bytes)).collect())
        }
        FaultKind::ErrorCode { code, retry_after, .. } => {
            let refusal = faults::refusal(request, &code, retry_after.as_ref());
            let text =
                shared.read(|state| refusal.frame(&state.apis.web_messaging.settings, request.tracing_id()));
            Outcome::Posts(vec![Post::now(text)])
        }
        _ => Outcome::Posts(posts),
    }
}

/// An answer with so many bytes more.
fn pad(post: Post, bytes: u64) -> Post {
    let bytes = usize::try_from(bytes.min(1 << 30)).unwrap_or_default();
    match post {
        Post::Text { mut text, delay, is_message } if text.ends_with('}') => {
            text.pop();
            text.push_str(",\"padding\":\"");
            text.extend(std::iter::repeat_n('x', bytes));
            text.push_str("\"}");
            Post::Text { text, delay, is_message }
        }
        other => other,
    }
}

/// Carries a request out when its time has come.
async fn perform(shared: &Arc<Shared>, origin: &Origin, request: &Request, entry: &OpenEntry) -> Performed {
    if request.action() == Some(Action::Message) {
        pause(shared.read(|state| state.apis.web_messaging.settings.apply_delay)).await;
    }
    let _turn = shared.turn().await;
    let performed = shared.change(|state, now| {
        let performed = actions::perform(state, origin.line, request, now);
        if let Some(chat) = &performed.chat {
            state.settle(chat, now);
        }
        performed
    });
    entry.effect(performed.code == 200, performed.chat.as_deref());
    for id in &performed.awaited {
        tokio::spawn(attach::watch(Arc::downgrade(shared), id.clone()));
    }
    performed
}
