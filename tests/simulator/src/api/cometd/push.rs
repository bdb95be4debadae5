//! Tells clients the news of the chats they follow (gms-v2.md, 8.4).

use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::clients::Clients;
use crate::api::gms::{self, Desk, Known};
use crate::chat::{Chat, ChatServer};

/// A message that brings a response object.
pub(super) fn message(channel: &str, response: &impl Serialize) -> Value {
    json!({ "channel": channel, "data": serde_json::to_value(response).unwrap_or_default() })
}

impl Clients {
    /// Tells whatever is new.
    pub(crate) fn push(&mut self, chats: &mut ChatServer, desk: &Desk, now: Instant) {
        chats.show_news(|chat, settings| {
            for id in self.followers(&chat.id) {
                self.tell(&id, chat, Known { settings, desk }, now);
                if chat.ended.is_some() {
                    self.unfollow(&id, chat, now);
                }
            }
        });
    }

    fn tell(&mut self, id: &str, chat: &Chat, known: Known<'_>, now: Instant) {
        let next = chat.next_position();
        let Some(client) = self.get(id) else { return };
        let Some(feed) = client.feeds.get_mut(&chat.id) else { return };
        if feed.next < next || chat.ended.is_some() {
            let response = gms::news(known, chat, feed.next, now);
            feed.next = next;
            client.mailbox.put(message(&feed.channel, &response));
            self.ring(id);
        }
    }
}
