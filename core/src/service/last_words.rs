//! The last words of a chat that is over (webchatservice.md, 5): whoever learns first that it is, what the server still gives
//! is told before the end. The session lives on until then; nothing is asked in it any more but that.

use super::{
    Note, Service,
    errors::UNSENT,
    files::upload_news,
    state::{Farewell, Kind, Manner, Over, Purpose},
};
use crate::{
    event::{Event, ResponseData},
    transport::{Failure, Operation, Reply, Verdict},
};
use log::Level;

impl Service {
    /// The server says that the session is over, or does not know it any more.
    pub(super) fn session_over(&mut self, over: Over) {
        let behind = self.is_behind();
        let Some(live) = self.session.live_mut() else { return };
        if let Some(farewell) = &mut live.farewell {
            if over.shown {
                farewell.fetching = None;
            }
            return;
        }
        if let Some(ending) = live.ending.as_mut().filter(|ending| ending.asked) {
            // The answer to `endChat` ends it, whatever other requests learn.
            ending.heard |= over.shown;
            return;
        }
        let missing = behind || !over.shown;
        self.part_with(Manner::Told, over, missing);
    }

    /// The same, where an answer `told` all that there was.
    pub(super) fn session_over_if(&mut self, told: bool) {
        if told {
            self.session_over(Over::shown());
        }
    }

    /// Ends the session once its last words are told. They are fetched where `missing`.
    pub(super) fn part_with(&mut self, manner: Manner, over: Over, missing: bool) {
        let Some(live) = self.session.live_mut() else { return };
        let polling = live.pace.stop() && self.capabilities.polling;
        live.typing = None;
        live.farewell = Some(Farewell::new(manner, over, polling));
        self.lift_congestion();
        if missing {
            self.fetch_last_words();
        }
    }

    /// Sees to it that what the server still gives comes. A poll under way may bring it; only one that a server holds back is not waited
    /// for. On a link a look that is under way is all: two could not be told apart.
    fn fetch_last_words(&mut self) {
        let (now, patience) = (self.time.now, self.config.ajax_timeout);
        let polling = self.exchanges.is_polling();
        let ask_at = (!self.is_pushed()).then_some(now + patience / 3);
        let Some(farewell) = self.session.live_mut().and_then(|live| live.farewell.as_mut()) else { return };
        farewell.fetching = Some(now + patience);
        if polling {
            farewell.ask_at = ask_at;
        } else {
            self.ask_for_last_words();
        }
    }

    fn ask_for_last_words(&mut self) {
        let Some(live) = self.session.live_mut() else { return };
        let mut from = live.from();
        // The server may have delivered them to a poll whose answer does not come.
        from.resync = true;
        if let Some(farewell) = &mut live.farewell {
            farewell.ask_at = None;
        }
        self.request(Purpose::LastWords, Operation::Poll { from, preview: None });
    }

    /// A poll has had its answer: if that told of no end, what came after it is asked for. A look on a link has brought all there is.
    pub(super) fn poll_answered(&mut self) {
        let Some(farewell) = self.session.live_mut().and_then(|live| live.farewell.as_mut()) else { return };
        if farewell.fetching.is_some() && farewell.ask_at.is_some() {
            self.ask_for_last_words();
        } else if self.is_pushed() {
            self.have_last_words();
        }
    }

    /// Takes what the server still gave. A failure is silent. Where it gave nothing, a poll under way may have been told.
    pub(super) fn last_words(&mut self, outcome: Result<Reply, Failure>) {
        let told =
            outcome.as_ref().is_ok_and(|reply| reply.verdict == Verdict::Done && reply.ended == Some(true));
        if told || !self.exchanges.is_polling() {
            self.have_last_words();
        }
        if let Ok(reply) = outcome {
            self.receive(Kind::Last, reply);
        }
    }

    /// Nothing more is to be had from the server.
    pub(super) fn have_last_words(&mut self) {
        if let Some(farewell) = self.session.live_mut().and_then(|live| live.farewell.as_mut()) {
            farewell.fetching = None;
        }
    }

    /// Whether an answer to a command tells that the chat is over. The messages that it brings are kept.
    pub(super) fn hear_of_the_end(&mut self, reply: &Reply) -> Option<Over> {
        let over = self.over_by(reply)?;
        self.keep_words(reply);
        Some(over)
    }

    /// Ends the session if it is over, once its command has its outcome.
    pub(super) fn end_if_over(&mut self, over: Option<Over>) {
        if let Some(over) = over {
            self.session_over(over);
        }
    }

    /// Keeps the messages of an answer that tells of the end: they come after those that are still to be fetched.
    pub(super) fn keep_words(&mut self, reply: &Reply) {
        if !reply.messages.is_empty() {
            let (verdict, messages) = (reply.verdict, reply.messages.clone());
            self.hold(Reply { verdict, messages, ..Reply::default() });
        }
    }

    /// Ends a session that is over as soon as its last words are told. Images and preprocessors have twice `ajaxTimeout`; what is not
    /// done by then is told as it is, so that nothing is lost and nothing held up.
    pub(super) fn say_farewell(&mut self) {
        // Images have `ajaxTimeout` of their own.
        let (now, patience) = (self.time.now, self.config.ajax_timeout * 2);
        let Some(farewell) = self.session.live_mut().and_then(|live| live.farewell.as_mut()) else { return };
        if farewell.fetching.is_some_and(|until| until > now) {
            if farewell.ask_at.is_some_and(|at| at <= now) {
                self.ask_for_last_words();
            }
            return;
        }
        farewell.fetching = None;
        self.release_held();
        if !self.batches.is_empty() {
            let farewell = self.session.live_mut().and_then(|live| live.farewell.as_mut());
            if farewell.is_some_and(|farewell| *farewell.preprocessing.get_or_insert(now + patience) > now) {
                return;
            }
            self.images_over();
            for batch in std::mem::take(&mut self.batches) {
                self.publish_batch(batch);
            }
        }
        self.part();
    }

    fn part(&mut self) {
        let Some(live) = self.session.live_mut() else { return };
        let Some(farewell) = live.farewell.take() else { return };
        let (data, ending) = (live.data.clone(), live.ending.take());
        if let Some(error) = farewell.over.error {
            self.publish(Event::Error(error));
        }
        if farewell.back {
            self.reconnected();
        }
        if farewell.over.kept {
            self.leave_outbox("the chat ended here while the message was on its way", UNSENT);
        } else {
            self.abandon_outbox("the chat ended while the message was on its way", UNSENT);
        }
        if let Some(response) = &farewell.over.lost {
            self.forget_at_host(&data, response);
        }
        match farewell.manner {
            Manner::Told => {
                if self.capabilities.infers_participants {
                    self.tell_who_leaves();
                } else {
                    self.tell_typing_over();
                }
                if farewell.over.kept {
                    self.marks.session = None;
                }
                self.drop_session();
                self.note(Note::new(Level::Info, told_end(farewell.over.lost.is_some(), ending.is_some())));
                self.publish(Event::Ended);
                if farewell.polling {
                    self.publish(Event::PollingStopped);
                }
                if let Some(ending) = ending {
                    self.resolve_ended(ending.command);
                }
            }
            Manner::Left(id, outcome) => {
                self.tell_who_leaves();
                self.drop_session();
                self.note(Note::new(Level::Info, if outcome.is_ok() { LEFT } else { LEFT_UNHEARD }));
                self.publish(Event::Ended);
                self.complete(id, outcome);
            }
            Manner::Away(rejection) => {
                self.tell_typing_over();
                self.drop_session();
                self.restore_timed_out();
                if let Some((id, error)) = rejection {
                    self.complete(id, Err(error));
                }
                self.unpark();
            }
        }
    }

    /// What an answer of the back end says of the end, if it does.
    pub(super) fn over_by(&self, reply: &Reply) -> Option<Over> {
        let refused = reply.verdict == Verdict::Refused;
        (reply.ended == Some(true) && reply.verdict != Verdict::Temporary).then(|| Over {
            error: self.refusal_news(reply),
            lost: refused.then(|| reply.body.refusal()),
            kept: false,
            shown: false,
        })
    }
}

/// Why a chat is over, for the log.
const LEFT: &str = "ended by endChat";
const LEFT_UNHEARD: &str = "ended by endChat, which the server has not confirmed";

/// The same of a chat whose end the server has told.
fn told_end(is_lost: bool, is_leaving: bool) -> &'static str {
    match (is_lost, is_leaving) {
        (true, _) => "ended: the server does not go on with the session",
        (false, true) => "ended by the server before endChat was sent",
        (false, false) => "ended by the server",
    }
}

/// What a failure says of the end of the session. That of a fetch shows that there is nothing more to be had.
pub(super) fn over_by_failure(purpose: &Purpose, outcome: &Result<Reply, Failure>) -> Option<Over> {
    let failure = outcome.as_ref().err().filter(|failure| failure.ended)?;
    let fetches = matches!(purpose, Purpose::Poll(_) | Purpose::Settle(_));
    let mut over = Over { shown: fetches, ..Over::by(failure) };
    if let Purpose::Upload(_, name) = purpose {
        over.error = upload_news(name, outcome).map(ResponseData::Failure);
    }
    Some(over)
}
