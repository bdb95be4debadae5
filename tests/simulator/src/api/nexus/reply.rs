//! The envelope of answers (nexus-v3.md, 2.5).

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::code::{self, Refusal};
use super::settings::{NexusSettings, StatusForm};

/// An answer in JSON.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    /// The member `status`.
    outcome: Option<Value>,
    pub(super) data: Map<String, Value>,
    pub(super) messages: Option<Vec<Value>>,
    /// What is said about the end of the chat, where it is said.
    pub(super) chat_ended: Option<bool>,
    chat_ended_on_top: bool,
    pub(super) operation_id: Option<String>,
}

impl Reply {
    pub(super) fn success(settings: &NexusSettings) -> Self {
        let code = match settings.status_code {
            StatusForm::String => Some("SUCCESS".into()),
            StatusForm::Number => Some(Value::from(0)),
            StatusForm::Absent => None,
        };
        Self {
            status: StatusCode::OK,
            outcome: code.map(|code| json!({ "code": code })),
            data: Map::new(),
            messages: None,
            chat_ended: None,
            chat_ended_on_top: settings.chat_ended_on_top,
            operation_id: None,
        }
    }

    /// A success with these members in `data`.
    pub(super) fn with_data(settings: &NexusSettings, data: Value) -> Self {
        let mut reply = Self::success(settings);
        if let Value::Object(data) = data {
            reply.data = data;
        }
        reply
    }

    /// An error; `code` is sent as a number if it is one.
    pub(super) fn error(status: u16, code: &str, message: &str) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            outcome: Some(json!({ "code": code::on_wire(code), "message": message })),
            data: Map::new(),
            messages: None,
            chat_ended: None,
            chat_ended_on_top: false,
            operation_id: None,
        }
    }

    fn into_json(self) -> Value {
        let mut top = Map::new();
        let mut data = self.data;
        let is_success = self.status.is_success();
        top.extend(self.outcome.map(|outcome| ("status".to_owned(), outcome)));
        data.extend(self.messages.map(|messages| ("messages".to_owned(), messages.into())));
        let place = if self.chat_ended_on_top { &mut top } else { &mut data };
        place.extend(self.chat_ended.map(|ended| ("chatEnded".to_owned(), ended.into())));
        if is_success {
            top.insert("data".to_owned(), data.into());
        }
        top.extend(self.operation_id.map(|id| ("operationId".to_owned(), id.into())));
        Value::Object(top)
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        Self::error(code::usual_status(refusal.code), refusal.code, &refusal.reason)
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let status = self.status;
        let body = self.into_json().to_string();
        (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response()
    }
}
