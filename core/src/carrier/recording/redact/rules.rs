//! Which fields are shown as they are, and what their values must look like for that.

use super::words;
use crate::carrier::media;
use serde_json::Value;

/// What a field may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// It is known to nobody: neither its name is shown.
    Unknown,
    /// Other fields, which have rules of their own.
    Members,
    /// What programs attach.
    Data,
    /// A text of somebody's.
    Text,
    /// What names somebody or something, or opens it.
    Id,
    /// An address.
    Address,
    /// JSON, as text.
    JsonText,
    /// A channel of Bayeux.
    Channel,
    /// What a Bayeux server refuses with.
    BayeuxError,
    /// A number of an error, or a word for one.
    ErrorCode,
    /// A number that counts something.
    Number,
    /// A number where somebody's text may stand as well.
    NumberOrText,
    /// A place in the transcript.
    Place,
    /// A time.
    Time,
    /// True or false.
    Flag,
    /// A word of the protocol.
    Word(&'static [&'static str]),
    /// A type of a file's content.
    MediaType,
    /// Endings of names of files.
    Endings,
}

/// Which names are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    /// The protocols' own.
    Wire,
    /// Among what programs attach, those that servers put there.
    Data,
}

impl Rule {
    /// The names that are known below a field; `table` is where the field itself stands.
    pub(super) fn table(self, table: Table) -> Table {
        match self {
            Self::Data | Self::Unknown => Table::Data,
            _ => table,
        }
    }
}

/// What holds for the field `name`.
pub(super) fn of(name: &str, table: Table) -> Rule {
    match table {
        Table::Wire => of_wire(name),
        Table::Data => of_data(name),
    }
}

fn of_wire(name: &str) -> Rule {
    match name {
        "data" | "messages" | "status" | "errors" | "error" | "from" | "entity" | "ext" | "content"
        | "participants" => Rule::Members,
        "userData" => Rule::Data,
        "advice" => Rule::NumberOrText,
        "eventAttributes" | "general-properties" | "structured-content" | "genesys-chat" => Rule::JsonText,
        "chatId" | "alias" | "userId" | "secureKey" | "clientId" | "clientToken" | "participantId"
        | "sessionId" | "transportId" | "fileId" | "mediaId" | "operationId" | "id" | "messageId"
        | "related-event-id" => Rule::Id,
        "text" | "message" | "nickname" | "firstName" | "lastName" | "email" | "emailAddress" | "subject"
        | "endpoint" | "stream" | "description" => Rule::Text,
        "url" | "pushUrl" | "uri" | "href" => Rule::Address,
        "channel" | "subscription" => Rule::Channel,
        "statusCode" | "code" => Rule::ErrorCode,
        "index" | "nextPosition" | "transcriptPosition" | "transcript-position" => Rule::Place,
        "count" | "interval" | "timeout" | "maxInterval" | "idleTimerExpire" | "ack" | "size" => Rule::Number,
        "utcTime" | "timestamp" | "exp" | "iat" | "nbf" => Rule::Time,
        "chatEnded" | "monitored" | "successful" | "multiple-clients" => Rule::Flag,
        "type" | "messageType" => Rule::Word(words::TYPES),
        "operation" => Rule::Word(words::OPERATIONS),
        "reconnect" | "version" | "minimumVersion" | "connectionType" | "supportedConnectionTypes" => {
            Rule::Word(words::WORDS)
        }
        "mime" | "contentType" => Rule::MediaType,
        _ => Rule::Unknown,
    }
}

fn of_data(name: &str) -> Rule {
    match name {
        "file-id" => Rule::Id,
        "file-name" | "file-description" | "file-source" => Rule::Text,
        "file-size"
        | "upload-max-files"
        | "upload-max-file-size"
        | "upload-max-total-size"
        | "used-upload-max-files"
        | "used-upload-max-total-size"
        | "download-attempts"
        | "used-download-attempts"
        | "next-idle-timer-secs"
        | "delete-file" => Rule::Number,
        "upload-file-types" => Rule::Endings,
        "upload-need-agent" => Rule::Flag,
        "next-idle-timer-type" | "GCTI_Chat_AsyncMode" => Rule::Word(words::WORDS),
        _ => Rule::Unknown,
    }
}

/// Whether `value` is shown as it is where `rule` holds.
pub(super) fn is_harmless(value: &Value, rule: Rule) -> bool {
    let (is_flag, text) = (value.is_boolean(), text_of(value));
    let text = text.as_str();
    match rule {
        Rule::Flag => is_flag || matches!(text, "true" | "false" | "0" | "1"),
        Rule::Number => is_flag || text == "-1" || is_number(text, 12),
        Rule::NumberOrText => is_number(text, 9),
        Rule::Place => text == "-1" || text.split_once('-').map_or_else(|| is_number(text, 16), is_place),
        Rule::Time => is_number(text, 16) || is_date(text),
        Rule::ErrorCode => is_number(text, 5) || words::CODES.contains(&text),
        Rule::Word(known) => known.contains(&text) || is_flag && known.contains(&"true"),
        Rule::MediaType => is_media_type(text),
        Rule::Endings => text.split([':', ';', ',']).all(is_ending),
        Rule::Text => text.is_empty() || words::NOTICES.contains(&text),
        Rule::Unknown
        | Rule::Members
        | Rule::Data
        | Rule::Id
        | Rule::Address
        | Rule::JsonText
        | Rule::Channel
        | Rule::BayeuxError => text.is_empty() && value.is_string(),
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// Whether `text` is a whole number of at most so many digits.
pub(super) fn is_number(text: &str, digits: usize) -> bool {
    (1..=digits).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_place((time, number): (&str, &str)) -> bool {
    is_number(time, 16) && is_number(number, 9)
}

/// As in ISO 8601.
fn is_date(text: &str) -> bool {
    let marks = ['-', ':', '.', ',', 'T', 't', 'Z', 'z', '+', ' '];
    let is_date = |text: &str| text.chars().all(|char| char.is_ascii_digit() || marks.contains(&char));
    (16..=35).contains(&text.len()) && text.as_bytes().get(4) == Some(&b'-') && is_date(text)
}

pub(super) fn is_media_type(text: &str) -> bool {
    words::MEDIA_TYPES.contains(&text)
}

fn is_ending(text: &str) -> bool {
    text.is_empty() || media::of_ending(text.trim_start_matches(['*', '.'])).is_some()
}
