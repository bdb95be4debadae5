//! Reading messages: the cursor of a transport, windows, and pages of history (nexus-v3.md, 4.3 and 8.3).

use std::ops::Range;

use super::code::{self, Refusal};
use super::fields::Fields;
use super::reply::Reply;
use super::sessions::Transport;
use super::settings::NexusSettings;
use super::wire::Style;
use crate::chat::{Chat, EndCause, Event, Stamp};
use crate::state::State;

/// Which messages a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Query {
    index: Option<Stamp>,
    count: Option<usize>,
}

impl Query {
    pub(super) fn of(fields: &Fields) -> Result<Self, Refusal> {
        let unknown = |text: &str| {
            Refusal::new(code::INVALID_INDEX, format!("no event of the session has the index {text:?}"))
        };
        let index = fields.get("index").map(|text| text.parse().map_err(|()| unknown(text))).transpose()?;
        let count = fields.get("count").map(|text| match text.parse() {
            Ok(count) if count > 0 => Ok(count),
            _ => Err(Refusal::request(format!("count {text:?} is not a number from 1"))),
        });
        Ok(Self { index, count: count.transpose()? })
    }

    /// Whether it asks for a page of history, which moves no cursor.
    const fn is_history(self) -> bool {
        self.index.is_some() && self.count.is_some()
    }

    /// The events it asks for.
    fn select(
        self,
        events: &[Event],
        cursor: usize,
        settings: &NexusSettings,
    ) -> Result<Range<usize>, Refusal> {
        let last = |count: usize| events.len().saturating_sub(count)..events.len();
        let Some(index) = self.index else {
            return Ok(match (self.count, settings.window) {
                (Some(count), _) => last(count),
                (None, 0) => cursor..events.len(),
                (None, window) => last(window),
            });
        };
        let at = events.binary_search_by_key(&index, |event| event.stamp).map_err(|_| {
            Refusal::new(code::INVALID_INDEX, format!("no event of the session has the index {index}"))
        })?;
        Ok(match self.count {
            Some(count) => (at + 1).saturating_sub(count)..at + 1,
            None if settings.index_inclusive => at..events.len(),
            None => at + 1..events.len(),
        })
    }
}

/// An answer to a request for messages, before anything has changed by it.
#[derive(Debug)]
pub(super) struct Page<'a> {
    pub(super) messages: &'a [Event],
    pub(super) chat_ended: bool,
}

/// What the transport is to be answered. The end of the chat is told to each transport until it has asked
/// without `index` once; who says where it stands is told again.
pub(super) fn page<'a>(
    chat: &'a Chat,
    transport: &Transport,
    query: Query,
    settings: &NexusSettings,
) -> Result<Page<'a>, Refusal> {
    match chat.ended {
        None => {}
        Some(EndCause::Agent) if query.index.is_some() || !transport.end_told => {}
        Some(_) => return Err(Refusal::session()),
    }
    let range = query.select(chat.transcript(), transport.cursor, settings)?;
    let chat_ended = chat.ended.is_some() && !query.is_history();
    Ok(Page { messages: chat.transcript().get(range).unwrap_or_default(), chat_ended })
}

/// Answers, and moves the cursor of the transport.
pub(super) fn read(
    state: &mut State,
    session: &str,
    transport: &str,
    fields: &Fields,
    image_base: String,
) -> Result<Reply, Refusal> {
    let settings = &state.apis.nexus.settings;
    let query = Query::of(fields)?;
    let style = Style { iso_time: settings.iso_time, image_base };
    let mut reply = Reply::success(settings);
    let chat = state.chats.find(session).ok_or_else(Refusal::session)?;
    let known = state.apis.nexus.get(session).and_then(|session| session.transports.get(transport));
    let page = page(chat, known.ok_or_else(Refusal::session)?, query, settings)?;
    reply.messages = Some(page.messages.iter().map(|event| style.message(chat, event)).collect());
    reply.chat_ended = Some(page.chat_ended);
    let (end, chat_ended) = (chat.transcript().len(), page.chat_ended);
    if !query.is_history()
        && let Some(session) = state.apis.nexus.get_mut(session)
        && let Some(transport) = session.transports.get_mut(transport)
    {
        transport.cursor = end;
        transport.end_told |= chat_ended;
    }
    Ok(reply)
}

/// Whether a poll has anything to wait for: it would be answered with no events, and the chat goes on.
pub(super) fn is_idle(state: &State, session: &str, transport: &str, fields: &Fields) -> bool {
    let known = || {
        let query = Query::of(fields).ok().filter(|query| query.count.is_none())?;
        let transport = state.apis.nexus.get(session)?.transports.get(transport)?;
        page(state.chats.find(session)?, transport, query, &state.apis.nexus.settings).ok()
    };
    known().is_some_and(|page| page.messages.is_empty() && !page.chat_ended)
}
