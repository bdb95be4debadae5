//! Commands by the names of the specification, with JSON options.

use super::{Command, Commander, SendMessage, StartChat, files, options};
use crate::{
    Error, ErrorKind, config::Config, event::PUBLISHER, foreign, model::JsonObject, prefilter::Prefilter,
    private::Private,
};
use serde_json::Value;

/// The specification's texts for options that cannot be used.
const FILTERS: &str = "Missing or invalid filters provided. Please provide a regular expression or an array of regular expressions.";
const INPUT: &str = "Invalid value provided for the 'input' property. An HTML element reference to a textarea or text input is required.";

impl Command {
    /// The names of all commands.
    pub const NAMES: [&str; 29] = [
        "configure",
        "startChat",
        "endChat",
        "sendMessage",
        "sendCustomNotice",
        "sendTyping",
        "sendFilteredMessage",
        "addPrefilter",
        "updateUserData",
        "poll",
        "startPoll",
        "stopPoll",
        "resetPollExceptions",
        "restore",
        "getTranscript",
        "getAgents",
        "getStats",
        "sendFile",
        "downloadFile",
        "getSessionData",
        "fetchHistory",
        "registerTypingPreviewInput",
        "registerPreProcessor",
        "verifySession",
        "getFileLimits",
        "deleteFile",
        "pushUrl",
        "updateNickname",
        "readReceipt",
    ];

    /// The command's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Configure(_) => "configure",
            Self::StartChat(_) => "startChat",
            Self::EndChat => "endChat",
            Self::SendMessage(_) => "sendMessage",
            Self::SendCustomNotice { .. } => "sendCustomNotice",
            Self::SendTyping { .. } => "sendTyping",
            Self::SendFilteredMessage { .. } => "sendFilteredMessage",
            Self::AddPrefilter(_) => "addPrefilter",
            Self::UpdateUserData(_) => "updateUserData",
            Self::Poll { .. } => "poll",
            Self::StartPoll => "startPoll",
            Self::StopPoll => "stopPoll",
            Self::ResetPollExceptions => "resetPollExceptions",
            Self::Restore { .. } => "restore",
            Self::GetTranscript => "getTranscript",
            Self::GetAgents => "getAgents",
            Self::GetStats => "getStats",
            Self::SendFile(_) => "sendFile",
            Self::DownloadFile(_) => "downloadFile",
            Self::GetSessionData => "getSessionData",
            Self::FetchHistory => "fetchHistory",
            Self::RegisterTypingPreviewInput(_) => "registerTypingPreviewInput",
            Self::RegisterPreProcessor(_) => "registerPreProcessor",
            Self::VerifySession => "verifySession",
            Self::GetFileLimits => "getFileLimits",
            Self::DeleteFile { .. } => "deleteFile",
            Self::PushUrl { .. } => "pushUrl",
            Self::UpdateNickname { .. } => "updateNickname",
            Self::ReadReceipt { .. } => "readReceipt",
        }
    }

    /// Reads the command called `name`, with or without `WebChatService.` before it. `options` is an object or null.
    ///
    /// Functions cannot be written in JSON: `registerPreProcessor` and `registerTypingPreviewInput` are rejected here with the
    /// specification's texts. The option `commander` names who gives the command, as on the widget bus: what is private to the service is
    /// carried out for `WebChatService`. Options that a command does not have are named in the log.
    pub fn from_json(name: &str, options: &Value) -> Result<Self, Error> {
        let name = name.strip_prefix("WebChatService.").unwrap_or(name);
        let read = Self::read(name, options);
        for unknown in read.iter().flat_map(|_| options::unknown(name, options)) {
            log::warn!(target: "webchat", "{name}: unknown option '{}'", foreign::line(unknown));
        }
        if name == "sendMessage" { read.map_err(Error::of_message) } else { read }
    }

    fn read(name: &str, options: &Value) -> Result<Self, Error> {
        let empty = JsonObject::new();
        let options = match options {
            Value::Null => &empty,
            Value::Object(options) => options,
            other => {
                return Err(invalid(format!(
                    "{}: options have to be a JSON object, not {}",
                    foreign::line(name),
                    type_name(Some(other))
                )));
            }
        };
        Ok(match name {
            "configure" => Self::Configure(Box::new(Config::from_json(&Value::Object(options.clone()))?)),
            "startChat" => Self::StartChat(start_chat(options)?),
            "endChat" => Self::EndChat,
            "sendMessage" => Self::SendMessage(SendMessage {
                message: any_text(options, "message"),
                message_type: text(name, options, "type")?,
                parent_message_id: text(name, options, "parentMessageID")?,
            }),
            "sendCustomNotice" => {
                Self::SendCustomNotice { message: text(name, options, "message")?.unwrap_or_default().into() }
            }
            "sendTyping" => Self::SendTyping {
                message: any_text(options, "message").or_else(|| any_text(options, "Message")),
            },
            "sendFilteredMessage" => Self::SendFilteredMessage {
                message: any_text(options, "message"),
                regex: options.get("regex").map(filter).transpose()?,
            },
            "addPrefilter" => Self::AddPrefilter(filters(options.get("filters"))?),
            "updateUserData" => Self::UpdateUserData(options.clone()),
            "poll" => Self::Poll { commander: commander(name, options)? },
            "startPoll" => Self::StartPoll,
            "stopPoll" => Self::StopPoll,
            "resetPollExceptions" => Self::ResetPollExceptions,
            "restore" => {
                Self::Restore { session_data: session_data(options), commander: commander(name, options)? }
            }
            "getTranscript" => Self::GetTranscript,
            "getAgents" => Self::GetAgents,
            "getStats" => Self::GetStats,
            "sendFile" => Self::SendFile(files::upload(options)?),
            "downloadFile" => Self::DownloadFile(files::download(options)?),
            "getSessionData" => Self::GetSessionData,
            "fetchHistory" => Self::FetchHistory,
            "registerTypingPreviewInput" => return Err(invalid(INPUT)),
            "registerPreProcessor" => {
                let given = type_name(options.get("preprocessor"));
                return Err(invalid(format!(
                    "No preprocessor function provided. Type provided was '{given}'."
                )));
            }
            "verifySession" => Self::VerifySession,
            "getFileLimits" => Self::GetFileLimits,
            "deleteFile" => Self::DeleteFile { file_id: required(name, options, "fileId")? },
            "pushUrl" => Self::PushUrl { url: required(name, options, "url")? },
            "updateNickname" => {
                Self::UpdateNickname { nickname: required(name, options, "nickname")?.into() }
            }
            "readReceipt" => Self::ReadReceipt { index: index(options)? },
            _ => {
                let error = Error::new(ErrorKind::Unsupported, "Command does not exist");
                return Err(error.with_detail(format!("'{}'", foreign::line(name))));
            }
        })
    }
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidArgument, message)
}

/// The options, and those under `form`.
fn start_chat(options: &JsonObject) -> Result<StartChat, Error> {
    let form = match options.get("form") {
        None | Some(Value::Null) => None,
        Some(Value::Object(form)) => Some(Box::new(start_fields(form)?)),
        Some(_) => return Err(invalid("startChat: option 'form' has to be an object")),
    };
    Ok(StartChat { form, ..start_fields(options)? })
}

fn start_fields(options: &JsonObject) -> Result<StartChat, Error> {
    const OWN: [&str; 10] = [
        "nickname",
        "firstname",
        "lastname",
        "email",
        "subject",
        "userData",
        "form",
        "async",
        "headers",
        "dataURL",
    ];
    let field =
        |key: &str| text("startChat", options, key).map(|text| Private::from(text.unwrap_or_default()));
    let other = options.iter().filter(|(key, _)| !OWN.contains(&key.as_str()));
    Ok(StartChat {
        nickname: field("nickname")?,
        firstname: field("firstname")?,
        lastname: field("lastname")?,
        email: field("email")?,
        subject: field("subject")?,
        other: other.map(|(key, value)| (key.clone(), value.clone())).collect(),
        user_data: options.get("userData").cloned().unwrap_or_default(),
        form: None,
    })
}

/// Who gives a private command.
fn commander(command: &str, options: &JsonObject) -> Result<Commander, Error> {
    Ok(match text(command, options, options::COMMANDER)?.as_deref() {
        Some(PUBLISHER) => Commander::WebChatService,
        None | Some(_) => Commander::Program,
    })
}

/// The session as text: a token, or an object with one.
fn session_data(options: &JsonObject) -> Option<Private> {
    match options.get("sessionData") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(Private::from(text.as_str())),
        Some(other) => Some(Private::from(other.to_string())),
    }
}

/// An optional text option; null counts as none.
fn text(command: &str, options: &JsonObject, key: &str) -> Result<Option<String>, Error> {
    match options.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        other => Err(invalid(format!("{command}: option '{key}' has to be text, not {}", type_name(other)))),
    }
}

fn required(command: &str, options: &JsonObject, key: &str) -> Result<String, Error> {
    text(command, options, key)?
        .filter(|text| !text.is_empty())
        .ok_or_else(|| invalid(format!("{command}: option '{key}' is missing")))
}

/// A text option where anything but text counts as none, as the specification's own rejections want it.
fn any_text(options: &JsonObject, key: &str) -> Option<Private> {
    options.get(key).and_then(Value::as_str).map(Private::from)
}

fn index(options: &JsonObject) -> Result<Option<u64>, Error> {
    match options.get("index") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value
            .as_u64()
            .filter(|index| *index > 0)
            .map(Some)
            .ok_or_else(|| invalid("readReceipt: option 'index' has to be a whole number from 1 up")),
    }
}

fn filters(value: Option<&Value>) -> Result<Vec<Prefilter>, Error> {
    match value {
        Some(Value::Array(filters)) if !filters.is_empty() => filters.iter().map(filter).collect(),
        Some(value @ (Value::String(_) | Value::Object(_))) => Ok(vec![filter(value)?]),
        _ => Err(invalid(FILTERS)),
    }
}

fn filter(value: &Value) -> Result<Prefilter, Error> {
    match value {
        Value::String(_) | Value::Object(_) => Prefilter::from_json(value).map_err(|error| {
            log::warn!(target: "webchat", "addPrefilter: {}", foreign::line(&error.to_string()));
            invalid(FILTERS).with_source(error)
        }),
        _ => Err(invalid(FILTERS)),
    }
}

/// The JavaScript name of a value's type.
fn type_name(value: Option<&Value>) -> &'static str {
    match value {
        None => "undefined",
        Some(Value::String(_)) => "string",
        Some(Value::Number(_)) => "number",
        Some(Value::Bool(_)) => "boolean",
        Some(Value::Null | Value::Array(_) | Value::Object(_)) => "object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn commands_are_called_as_they_are_read() {
        let options = json!({"dataURL": "http://127.0.0.1/", "filters": ["/a/"], "files": ["a"], "fileId": "1", "url": "u", "nickname": "n"});
        let read: Vec<_> = Command::NAMES
            .iter()
            .filter_map(|name| Some((*name, Command::from_json(name, &options).ok()?)))
            .collect();
        for (name, command) in &read {
            assert_eq!(command.name(), *name);
        }
        assert_eq!(
            read.len(),
            Command::NAMES.len() - 2,
            "but for the two whose option is a function: {read:?}"
        );
    }
}
