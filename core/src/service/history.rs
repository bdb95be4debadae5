//! `fetchHistory`: older messages of an asynchronous chat, page by page (webchatservice.md, 4 (fetchHistory)).

use super::{
    Service,
    errors::{failure_error, judge},
    state::{Kind, Purpose},
};
use crate::{
    ErrorKind,
    command::{RequestId, texts},
    transport::{Failure, Operation, Reply, Verdict},
};

impl Service {
    /// Fetches the page before the oldest message known. Pages asked for at once come one after the other.
    pub(super) fn fetch_history(&mut self, id: RequestId) {
        let Some(live) = self.session.active() else { return };
        live.history.push_back(id);
        if live.history.len() == 1 {
            self.next_page();
        }
    }

    /// Asks for the first page wanted. Nobody knows what is older than nothing.
    fn next_page(&mut self) {
        let Some(live) = self.session.live_mut().filter(|live| live.farewell.is_none()) else { return };
        let Some(&id) = live.history.front() else { return };
        match live.oldest.clone() {
            Some(before) => self.request(Purpose::History, Operation::History { before }),
            None => self.end_of_history(id),
        }
    }

    fn end_of_history(&mut self, id: RequestId) {
        self.reject(id, ErrorKind::NotFound, texts::NO_MORE);
        self.history_done();
    }

    /// Takes a page. One that has nothing new is the end: the server repeats the oldest message, or is silent.
    pub(super) fn history_answered(&mut self, outcome: Result<Reply, Failure>) {
        let Some(live) = self.session.live_mut() else { return };
        let Some(&id) = live.history.front() else { return };
        // Where the server remembers what it delivered, this can have moved its mark.
        live.resync = true;
        match outcome {
            Ok(reply) if reply.verdict == Verdict::Done => {
                let over = self.over_by(&reply);
                let Some(live) = self.session.live_mut() else { return };
                let mut places = reply.messages.iter().filter_map(|received| received.message.index.place());
                if places.any(|place| !live.seen.contains(place)) {
                    self.receive(Kind::History { command: id }, Reply { ended: None, ..reply });
                } else {
                    self.end_of_history(id);
                }
                self.end_if_over(over);
            }
            Ok(reply) => {
                let over = self.over_by(&reply);
                if over.is_none() {
                    self.report_refusal(&reply);
                }
                self.complete(id, judge(reply));
                self.end_if_over(over);
                self.history_done();
            }
            Err(failure) => {
                self.complete(id, Err(failure_error(failure)));
                self.history_done();
            }
        }
    }

    /// Goes on with the next page wanted, else with polling, which pauses meanwhile.
    pub(super) fn history_done(&mut self) {
        let Some(live) = self.session.live_mut() else { return };
        live.history.pop_front();
        self.next_page();
        self.poll_due();
    }
}
