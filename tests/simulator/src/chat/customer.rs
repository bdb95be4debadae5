//! What the customer of a chat does that no wire carries. What APIs check, nobody checks here.

use super::session::{CLIENT, EndCause, Moment};
use super::{Act, Chat};
use crate::error::Error;

impl Chat {
    /// Does what the customer wants to do; returns the index of the event. To leave is to end the chat.
    pub(crate) fn customer_does(&mut self, act: Act, now: Moment) -> Result<u64, Error> {
        if self.ended.is_some() {
            return Err(Error::ChatEnded { chat: self.id.clone() });
        }
        self.preview = match &act {
            Act::TypingStarted { text } => text.clone(),
            _ => None,
        };
        match act.event() {
            Ok((kind, content)) => Ok(self.append(CLIENT, kind, content, now)),
            Err(Act::UpdateNickname { nickname }) => Ok(self.rename(CLIENT, nickname, now)),
            Err(Act::Leave | Act::End) => {
                let index = self.leave(CLIENT, now);
                self.end(EndCause::Client);
                Ok(index)
            }
            Err(_) => Err(self.lacking("files of customers in this process")),
        }
    }
}
