//! What befalls sessions and connections on demand, beside the faults of single requests.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message as Frame;

use super::line::Post;
use super::reply;
use super::sessions::Sessions;
use crate::state::State;

/// The sessions and connections that something befalls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Party {
    /// Only the session of this chat.
    pub chat: Option<String>,
    /// Only the session of this token.
    pub token: Option<String>,
    /// Only the connection of this number.
    pub connection: Option<u64>,
}

impl Party {
    /// All of them.
    pub fn all() -> Self {
        Self::default()
    }

    /// The session of a chat.
    pub fn chat(chat_id: impl Into<String>) -> Self {
        Self { chat: Some(chat_id.into()), ..Self::default() }
    }

    /// The session of a token.
    pub fn token(token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..Self::default() }
    }

    /// One connection.
    pub fn connection(number: u64) -> Self {
        Self { connection: Some(number), ..Self::default() }
    }

    fn tokens(&self, desk: &Sessions) -> Vec<String> {
        let of_chat = self.chat.as_ref().map(|chat| desk.by_chat.get(chat));
        let meant = desk.known.keys().filter(|token| {
            of_chat.is_none_or(|of| of == Some(token))
                && self.token.as_ref().is_none_or(|only| only == *token)
        });
        meant.cloned().collect()
    }

    fn lines(&self, desk: &Sessions) -> Vec<u64> {
        if let Some(only) = self.connection {
            return desk.lines.contains_key(&only).then_some(only).into_iter().collect();
        }
        if *self == Self::default() {
            return desk.lines.keys().copied().collect();
        }
        let sessions = self.tokens(desk).into_iter().filter_map(|token| desk.known.get(&token));
        sessions.flat_map(|session| session.lines.clone()).collect()
    }
}

/// Does something with the connections meant; returns how many they are.
pub(super) fn each_line(state: &mut State, party: &Party, mut act: impl FnMut(&mut Sessions, u64)) -> usize {
    let desk = &mut state.apis.web_messaging;
    let lines = party.lines(desk);
    for line in &lines {
        act(desk, *line);
    }
    lines.len()
}

/// Something goes out over connections.
pub(super) fn post(state: &mut State, party: &Party, post: impl Fn() -> Post) -> usize {
    each_line(state, party, |desk, line| {
        if let Some(line) = desk.lines.get(&line) {
            line.post(post());
        }
    })
}

/// Connections are cut, after so many frames more; with a code they are closed behind what waits.
pub(super) fn cut(state: &mut State, party: &Party, after: u64, code: Option<u16>) -> usize {
    each_line(state, party, |desk, line| match (desk.lines.get(&line), code) {
        (Some(line), Some(code)) => line.post(Post::Close(code)),
        (Some(line), None) => line.cut_after(after),
        (None, _) => {}
    })
}

/// Does something with the sessions meant; returns how many they are.
pub(super) fn each_session(state: &mut State, party: &Party, mut act: impl FnMut(&mut State, &str)) -> usize {
    let tokens = party.tokens(&state.apis.web_messaging);
    for token in &tokens {
        act(state, token);
    }
    tokens.len()
}

/// The time of sessions is over.
pub(super) fn expire(state: &mut State, party: &Party, now: Instant) -> usize {
    each_session(state, party, |state, token| {
        state.apis.web_messaging.expire(&mut state.chats, token, now);
    })
}

/// Conversations are cleared, as from another device.
pub(super) fn clear(state: &mut State, party: &Party, now: Instant) -> usize {
    let now = state.chats.moment(now);
    each_session(state, party, |state, token| {
        state.apis.web_messaging.clear(&mut state.chats, token, None, now);
    })
}

/// Sessions are unknown from now on; their connections stay.
pub(super) fn forget(state: &mut State, party: &Party) -> usize {
    each_session(state, party, |state, token| {
        let desk = &mut state.apis.web_messaging;
        desk.known.remove(token);
        desk.by_chat.retain(|_, of| of != token);
        desk.forgotten.insert(token.to_owned());
    })
}

/// Signed-in customers are logged out, everywhere.
pub(super) fn log_out(state: &mut State, party: &Party) -> usize {
    each_session(state, party, |state, token| {
        let desk = &mut state.apis.web_messaging;
        if let Some(session) = desk.known.remove(token) {
            desk.tell(&session, "LogoutEvent", &json!({}));
            for line in session.lines {
                desk.close_line(line, None);
            }
        }
        desk.by_chat.retain(|_, of| of != token);
        desk.forgotten.insert(token.to_owned());
    })
}

/// A text as frames: in one, or in fragments with a ping between each and the next.
pub(super) fn frames(text: &str, fragments: usize) -> Vec<Frame> {
    use tokio_tungstenite::tungstenite::protocol::frame::Frame as Fragment;
    use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

    if fragments < 2 {
        return vec![Frame::Text(text.into())];
    }
    let size = text.len().div_ceil(fragments).max(1);
    let parts: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
    let last = parts.len().saturating_sub(1);
    let mut frames = Vec::new();
    for (at, part) in parts.into_iter().enumerate() {
        let code = OpCode::Data(if at == 0 { Data::Text } else { Data::Continue });
        frames.push(Frame::Frame(Fragment::message(part.to_vec(), code, at == last)));
        if at != last {
            frames.push(Frame::Ping(b"between".to_vec().into()));
        }
    }
    frames
}

/// Connections go dead for a time: nothing is read of them, and nothing goes out.
pub(super) fn freeze(state: &mut State, party: &Party, time: Duration) -> usize {
    post(state, party, || Post::Freeze(time))
}

/// Connections are taken from their sessions, with or without a reason.
pub(super) fn close(state: &mut State, party: &Party, reason: Option<&str>) -> usize {
    each_line(state, party, |desk, line| desk.close_line(line, reason))
}

/// Something is told that no request asked for.
pub(super) fn tell(state: &mut State, party: &Party, class: &str, body: &serde_json::Value) -> usize {
    post(state, party, || Post::now(reply::event(class, body.clone())))
}
