//! Commands that return or change what is known of the chat.

use super::given::Given;
use crate::{Error, model::JsonObject};

macro_rules! data_commands {
    ([$next:ident $($after:ident)*] $($before:tt)*) => { $next! { [$($after)*] $($before)*
        /// Changes the attached data of the chat, or of chats to come.
        UpdateUserData(user_data: JsonObject as data::user_data {
            /// The data: options of any name.
            "*" | "userData": Rest, Needed;
        }) as "updateUserData", update_user_data => AnswerOrData as Value,
        needs [ability_in_session(update_user_data) else texts::NO_USER_DATA],
        rejects [];

        /// Returns the messages of the chat in order, those hidden by prefilters absent. Beyond `maxTranscriptBytes` of the configuration the
        /// oldest are missing, and `truncated` is true.
        GetTranscript as "getTranscript", get_transcript => Transcript as Transcript,
        needs [],
        rejects [];

        /// Returns the agents of the chat.
        GetAgents as "getAgents", get_agents => Agents as Agents,
        needs [],
        rejects [];

        /// Returns figures of the chat: who took part, when it began and ended, how long it took.
        GetStats as "getStats", get_stats => Stats as Stats,
        needs [],
        rejects [];

        /// Returns the messages that were given and have no outcome yet, in order: with their local ids, how far they are, and their texts.
        GetOutbox as "getOutbox", get_outbox => Outbox as OutboxMessages,
        needs [],
        rejects [];

        /// Returns what identifies the session; empty without one. Whoever has it can take part in the chat.
        GetSessionData as "getSessionData", get_session_data => SessionData as SessionData,
        needs [],
        rejects [];

        /// Fetches a page of older messages of an asynchronous chat. They come with `messageReceived`, newest first and `oldMessages` true,
        /// before this resolves.
        FetchHistory as "fetchHistory", fetch_history => Answer as Value,
        needs [ability(history) else texts::NO_HISTORY, session else texts::NO_MORE],
        rejects [NotFound texts::NO_MORE];
    } };
}
pub(crate) use data_commands;

#[allow(clippy::unnecessary_wraps, reason = "every reader has this signature")]
pub(super) fn user_data(given: Given<'_>) -> Result<JsonObject, Error> {
    Ok(given.options.clone())
}
