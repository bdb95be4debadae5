//! What a transport hands in, made briefly.

use crate::{
    ErrorKind, Retry,
    backend::gms::GmsSession,
    model::{
        Message, MessageType, OriginalMessage, Participant, ParticipantId, ParticipantRole, Received,
        SessionData, Whose,
    },
    transport::{Applied, Body, Failure, News, Reply, ServerError, Verdict},
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// Who takes part in a scripted chat: a role and its participant id.
#[derive(Clone, Copy, Debug)]
pub(super) enum Who {
    Client,
    Agent,
    OtherAgent,
    Supervisor,
    Bot,
    External,
}

impl Who {
    fn participant(self) -> Participant {
        let (id, role, name) = match self {
            Self::Client => (1, ParticipantRole::Client, "Mia"),
            Self::Agent => (2, ParticipantRole::Agent, "Ann"),
            Self::OtherAgent => (3, ParticipantRole::Agent, "Bob"),
            Self::Supervisor => (4, ParticipantRole::Supervisor, "Sue"),
            Self::Bot => (5, ParticipantRole::Bot, "R2"),
            Self::External => (6, ParticipantRole::External, "System"),
        };
        Participant { id: ParticipantId::Number(id), role, name: name.into() }
    }
}

/// The timestamp of the transcript entry with this index.
pub(super) fn time_of(index: u64) -> u64 {
    1_700_000_000_000 + index.min(1_000) * 1_000
}

/// A transcript entry of any type.
pub(super) fn entry(index: u64, who: Who, kind: &str, text: Option<&str>) -> Received {
    let kind = MessageType::from(kind);
    let from = who.participant();
    let mut sent = json!({
        "index": index, "type": kind.as_str(), "utcTime": time_of(index),
        "from": {"nickname": from.name, "participantId": from.id, "type": from.role},
    });
    if let Some(text) = text {
        sent["text"] = text.into();
    }
    let original = OriginalMessage::from(sent.as_object().unwrap());
    let message = Message {
        index: index.into(),
        kind,
        text: text.map(Into::into),
        timestamp: time_of(index),
        from,
        ..Message::default()
    };
    Received { message, original: Arc::new(original), whose: Whose::Untold }
}

pub(super) fn says(index: u64, who: Who, text: &str) -> Received {
    entry(index, who, "Message", Some(text))
}

pub(super) fn joins(index: u64, who: Who) -> Received {
    entry(index, who, "ParticipantJoined", None)
}

pub(super) fn leaves(index: u64, who: Who) -> Received {
    entry(index, who, "ParticipantLeft", None)
}

/// `statusCode` 0, the chat goes on.
pub(super) fn done() -> Reply {
    Reply {
        ended: Some(false),
        body: body(&json!({"statusCode": 0, "chatEnded": false})),
        ..Reply::default()
    }
}

/// A poll's answer with these messages.
pub(super) fn batch(messages: Vec<Received>) -> Reply {
    Reply { messages, ..done() }
}

/// A start's answer.
pub(super) fn session(chat: &str) -> Reply {
    let data = GmsSession {
        secure_key: "key".into(),
        session_id: chat.into(),
        alias: "117".into(),
        user_id: "user".into(),
    };
    let body = body(&json!({"statusCode": 0, "chatId": chat, "chatEnded": false}));
    Reply { session: Some(data.into()), body, ..done() }
}

/// New session data: another alias.
pub(super) fn alias(alias: &str) -> SessionData {
    GmsSession { alias: alias.into(), ..GmsSession::default() }.into()
}

/// `statusCode` 0, the chat has ended.
pub(super) fn ended() -> Reply {
    Reply { ended: Some(true), body: body(&json!({"statusCode": 0, "chatEnded": true})), ..Reply::default() }
}

/// `statusCode` 1.
pub(super) fn temporary() -> Reply {
    Reply { verdict: Verdict::Temporary, body: body(&json!({"statusCode": 1})), ..Reply::default() }
}

/// `statusCode` 2 with an error.
pub(super) fn refused(code: i64, ended: Option<bool>) -> Reply {
    Reply {
        verdict: Verdict::Refused,
        ended,
        errors: vec![ServerError { code, ..ServerError::default() }],
        body: body(&json!({"statusCode": 2, "errors": [{"code": code}]})),
        ..Reply::default()
    }
}

pub(super) fn body(json: &Value) -> Body {
    Body(json.to_string().into())
}

/// The connection broke after the request had left.
pub(super) fn lost() -> Failure {
    Failure {
        kind: ErrorKind::Timeout,
        retry: Retry::WithBackoff,
        applied: Applied::Unknown,
        status: 0,
        ended: false,
        useless: false,
        kept: false,
        late: None,
        foreign: false,
        news: News::Disconnected,
        response: json!({"status": 0, "statusText": "timeout", "responseText": ""}),
        cause: "no answer came in time".into(),
        file: None,
    }
}

/// There was no connection: the request never left.
pub(super) fn unreachable() -> Failure {
    Failure { kind: ErrorKind::Disconnected, applied: Applied::No, cause: "refused".into(), ..lost() }
}

/// Something on this machine failed: the request never left.
pub(super) fn local(kind: ErrorKind) -> Failure {
    Failure { kind, news: News::Nothing, ..unreachable() }
}

/// An HTTP failure with the properties that the HTTP layer gives its status.
pub(super) fn http(status: u16) -> Failure {
    let (kind, retry) = match status {
        404 => (ErrorKind::NotFound, Retry::Never),
        408 => (ErrorKind::Timeout, Retry::WithBackoff),
        429 => (ErrorKind::RateLimited, Retry::WithBackoff),
        500.. => (ErrorKind::Unavailable, Retry::WithBackoff),
        _ => (ErrorKind::Rejected, Retry::Never),
    };
    let response = json!({"status": status, "responseText": ""});
    let told = matches!(status, 404 | 500 | 502);
    Failure {
        kind,
        retry,
        news: if told { News::Error(Box::new(response.clone())) } else { News::Nothing },
        applied: if status == 408 || status >= 500 { Applied::Unknown } else { Applied::No },
        status,
        foreign: true,
        response,
        cause: format!("the server answered {status}"),
        ..lost()
    }
}

/// HTTP 400 with the server's error.
pub(super) fn bad_request(code: i64) -> Failure {
    let response = json!({"status": 400, "responseJSON": {"errors": [{"code": code}]}});
    Failure { news: News::Error(Box::new(response.clone())), foreign: false, response, ..http(400) }
}

/// A failure that says that there is no such session.
pub(super) fn gone(failure: Failure) -> Failure {
    Failure { ended: true, ..failure }
}

/// An HTTP failure that says when to come back.
pub(super) fn come_back(status: u16, after: Duration) -> Failure {
    Failure { retry: Retry::After(after), ..http(status) }
}
