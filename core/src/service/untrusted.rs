//! Answers with `statusCode` 1 or 2: nothing of them can be trusted but their messages, which the index tells apart
//! (gms-v2.md, 3). Keys and places of theirs are not taken.

use super::{
    Service,
    state::{Kind, Purpose},
};
use crate::transport::Reply;

impl Service {
    /// Takes the messages of a look at the transcript: nothing is missing before them.
    pub(super) fn receive_untrusted(&mut self, reply: Reply) {
        if !reply.messages.is_empty() {
            let Reply { verdict, messages, .. } = reply;
            self.receive(Kind::Last, Reply { verdict, messages, ..Reply::default() });
        }
    }

    /// Takes the messages of the answer to another request, which comes before what the request's command is told.
    pub(super) fn take_untrusted_answer(&mut self, purpose: &Purpose, reply: &Reply) {
        if reply.verdict.is_good() {
            return;
        }
        match purpose {
            // These keep their messages themselves, or have none to give.
            Purpose::Start(_)
            | Purpose::Restore
            | Purpose::Poll(_)
            | Purpose::Settle(_)
            | Purpose::LastWords
            | Purpose::History
            | Purpose::End(_)
            | Purpose::Images(_)
            | Purpose::Late
            | Purpose::Discard => {}
            // What has no place there is the answer itself.
            Purpose::Limits(_) => {
                let mut reply = reply.clone();
                reply.messages.retain(|received| received.message.index.place().is_some());
                self.take_untrusted(&reply);
            }
            Purpose::Send
            | Purpose::Typing(_)
            | Purpose::Upload(..)
            | Purpose::Download(_)
            | Purpose::Plain(_) => self.take_untrusted(reply),
        }
    }

    /// Takes the messages of an answer or of news that tell of no end: those that close up to the known place at once, others once what is
    /// before them is there.
    pub(super) fn take_untrusted(&mut self, reply: &Reply) {
        if reply.verdict.is_good() || reply.messages.is_empty() || self.over_by(reply).is_some() {
            return;
        }
        let (verdict, messages) = (reply.verdict, reply.messages.clone());
        let reply = Reply { verdict, messages, ..Reply::default() };
        let Some(live) = self.session.live() else { return };
        if live.farewell.is_some() {
            return self.hold(reply);
        }
        let is_next = self.closes_up(&reply);
        if self.leave_for_later(&reply) {
            return;
        }
        if is_next {
            self.receive_untrusted(reply);
            self.take_held(None);
        } else {
            self.hold(reply);
            self.catch_up();
        }
    }
}
