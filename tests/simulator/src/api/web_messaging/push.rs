//! Makes messages of what happens in conversations, and tells them.

use serde_json::json;
use tokio::time::Instant;

use super::line::Post;
use super::modes::AgentEnd;
use super::session::{Session, Standing};
use super::sessions::Sessions;
use super::wire::{self, Sent};
use crate::chat::{Chat, ChatServer, EndCause, Event, EventType, Moment, ParticipantKind};

impl Sessions {
    /// Tells whatever is new.
    pub(super) fn push(&mut self, chats: &ChatServer, now: Instant) {
        let now = chats.moment(now);
        for chat in chats.with_news() {
            self.absorb(chat, None, now);
        }
    }

    /// Takes what is new in a conversation into its session. What `asker` is to be told of it is returned, the others are told.
    pub(super) fn absorb(&mut self, chat: &Chat, asker: Option<u64>, now: Moment) -> Vec<Post> {
        let Some(token) = self.by_chat.get(&chat.id) else { return Vec::new() };
        let current = self.known.get(token).is_some_and(|session| session.chat.as_ref() == Some(&chat.id));
        let is_new = |session: &Session| session.seen < chat.transcript().len() || chat.ended.is_some();
        if !current || !self.known.get(token).is_some_and(is_new) {
            return Vec::new();
        }
        let token = token.clone();
        let mut answers = Vec::new();
        while let Some(session) = self.known.get_mut(&token)
            && let Some(event) = chat.transcript().get(session.seen)
        {
            session.seen += 1;
            let made = if event.from.kind == ParticipantKind::Client {
                own(session, chat, event).map(|(body, sent)| (body, Some(sent)))
            } else {
                wire::outbound(&self.settings, chat, event).map(|body| (body, None))
            };
            let Some((body, sent)) = made else { continue };
            let delay = self.settings.history_delay;
            let shows_from = if sent.is_some() { now.instant + delay } else { now.instant };
            session.put(body, sent, shows_from);
            let passes = matches!(event.kind, EventType::TypingStarted | EventType::TypingStopped);
            if !passes {
                session.expires = now.instant + self.settings.deployment.duration;
                self.timers.set(&token, session.expires);
            }
            answers.extend(self.tell_newest(&token, asker, now));
            if let (true, Some(session)) = (passes, self.known.get_mut(&token)) {
                session.items.pop();
            }
        }
        if let Some(cause) = chat.ended {
            answers.extend(self.conversation_ended(&token, chat, cause, asker, now));
        }
        answers
    }

    fn conversation_ended(
        &mut self,
        token: &str,
        chat: &Chat,
        cause: EndCause,
        asker: Option<u64>,
        now: Moment,
    ) -> Vec<Post> {
        let Some(session) = self.known.get_mut(token) else { return Vec::new() };
        session.chat = None;
        match (cause, self.settings.deployment.agent_end) {
            (EndCause::Client, _)
            | (EndCause::Agent | EndCause::Idle | EndCause::BadKey, AgentEnd::Silent) => Vec::new(),
            (EndCause::Silence, _) => {
                let was_open = session.standing != Standing::Expired;
                session.standing = Standing::Expired;
                if let (true, Some(session)) = (was_open, self.known.get(token)) {
                    self.tell(session, "SessionExpiredEvent", &json!({}));
                }
                Vec::new()
            }
            (EndCause::Agent | EndCause::Idle | EndCause::BadKey, end) => {
                let is_read_only = end == AgentEnd::ReadOnly;
                if is_read_only {
                    session.standing = Standing::ReadOnly;
                }
                session.put(wire::disconnect(chat, is_read_only, now.utc_ms), None, now.instant);
                self.tell_newest(token, asker, now)
            }
        }
    }
}

/// What the customer has done, and how it was sent; nothing where that is no message.
fn own(session: &mut Session, chat: &Chat, event: &Event) -> Option<(serde_json::Value, Sent)> {
    let index = event.index.unwrap_or_default();
    let sent = match session.expected.remove(&index) {
        Some(sent) => sent?,
        // Of a customer in this process.
        None if event.kind == EventType::Message => Sent { text: event.text.clone(), ..Sent::default() },
        None => return None,
    };
    let said = event.text.as_deref().filter(|_| event.kind == EventType::Message && sent.text.is_some());
    let text = said.or(sent.text.as_deref());
    let body = wire::inbound(&sent, text, &wire::message_id(&chat.id, index), event.utc_time);
    Some((body, sent))
}
