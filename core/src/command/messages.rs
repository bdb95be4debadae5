//! Commands that send, and those that hide what was sent.

use super::given::{Given, filters};
use crate::{Error, prefilter::Prefilter, private::Private};

macro_rules! messages_commands {
    ([$next:ident $($after:ident)*] $($before:tt)*) => { $next! { [$($after)*] $($before)*
        /// Sends a text message, untrimmed. Messages arrive in the order given, each at most once; the request's id is the message's local
        /// id. Exactly one outcome: resolved (sent); rejected as not sent (the connection is lost, and nothing has left) or otherwise (it did
        /// not arrive); rejected as of unknown outcome (it left, and nothing tells). How sure it is comes with the outcome.
        SendMessage(options: SendMessage as messages::send_message {
            /// The text.
            "message": Text, Needed;
            /// A label for the kind of text.
            "type": Text, Or("text");
            /// The id of the rich message that this one answers.
            "parentMessageID": Text, Nothing;
        }) as "sendMessage", send_message => Answer as Value,
        needs [connection else texts::CUT_OFF, session else texts::NO_SESSION],
        rejects [InvalidArgument texts::NO_TEXT, InvalidArgument texts::TOO_LONG];

        /// Sends a notice to a custom agent desktop.
        SendCustomNotice {
            /// Text that goes with the notice.
            message: Private | Private = "message" as TextOrEmpty,
        } as "sendCustomNotice", send_custom_notice => Answer as Value,
        needs [ability(custom_notice) else texts::NO_NOTICE, session else texts::NO_SESSION],
        rejects [];

        /// Tells the agent that the customer types. What is repeated within two seconds needs no request.
        SendTyping {
            /// What has been typed. Without it, the registered typing preview input is asked.
            message: Option<Private> = "message" | "Message" as AnyText,
        } as "sendTyping", send_typing => AnswerOrNothing as (),
        needs [session else texts::NO_SESSION],
        rejects [];

        /// Sends a message and hides it, and all that match, from the transcript. Resolves at once, whatever becomes of the message; without
        /// a text or an expression nothing is sent.
        SendFilteredMessage {
            /// The message.
            message: Option<Private> | Private = "message" as WantedText,
            /// The expression.
            regex: Option<Prefilter> | Prefilter = "regex" as Regex,
        } as "sendFilteredMessage", send_filtered_message => Nothing as (),
        needs [session else texts::NO_ACTIVE_SESSION],
        rejects [Busy texts::TOO_MANY_UNATTENDED, InvalidArgument texts::FILTERS];

        /// Hides messages that match from the transcript. None of them is registered where one cannot be used.
        AddPrefilter(filters: Vec<Prefilter> as messages::add_prefilter {
            /// JavaScript regular expressions: text, plain or like `/pattern/flags`, or objects `{source, flags}`.
            "filters": Filters, Needed;
        }) as "addPrefilter", add_prefilter => Filters as Vec<Prefilter>,
        needs [],
        rejects [InvalidArgument texts::FILTERS];

        /// Pushes a web address to the agent.
        PushUrl {
            /// The address.
            url: String | String = "url" as TextNeeded<String>,
        } as "pushUrl", push_url => Answer as Value,
        needs [ability(push_url) else texts::NO_PUSHING, session else texts::NO_SESSION],
        rejects [];

        /// Reports what the customer has read.
        ReadReceipt {
            /// Index of the last message read. Without it, the newest received.
            index: Option<u64> = "index" as Index,
        } as "readReceipt", read_receipt => Answer as Value,
        needs [ability(read_receipt) else texts::NO_RECEIPT, session else texts::NO_SESSION],
        rejects [];
    } };
}
pub(crate) use messages_commands;

/// Options of `sendMessage`.
#[derive(Clone, Debug, Default)]
pub struct SendMessage {
    /// The text; it is sent untrimmed. Without text the command is rejected.
    pub message: Option<Private>,
    /// A label for the kind of text; `text` by default.
    pub message_type: Option<String>,
    /// The id of the rich message that this one answers.
    pub parent_message_id: Option<String>,
}

pub(super) fn send_message(given: Given<'_>) -> Result<SendMessage, Error> {
    Ok(SendMessage {
        message: given.any_text("message"),
        message_type: given.text("type")?,
        parent_message_id: given.text("parentMessageID")?,
    })
}

pub(super) fn add_prefilter(given: Given<'_>) -> Result<Vec<Prefilter>, Error> {
    filters(given.options.get("filters"))
}
