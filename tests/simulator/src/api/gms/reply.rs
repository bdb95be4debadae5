//! The response object (gms-v2.md, 3).

use std::collections::BTreeMap;

use axum::http;
use axum::response::{IntoResponse, Response};
use serde::{Serialize, Serializer};

use super::credentials::Credentials;
use crate::chat::Event;
use crate::refusal::ApiError;

/// Outcome of an operation (gms-v2.md, 5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatusCode {
    Done = 0,
    TryAgain = 1,
    Failed = 2,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn number<S: Serializer>(code: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8(*code as u8)
}

/// A reply: always with `statusCode`, `chatId`, `chatEnded`, `nextPosition` and `messages`, because the
/// strictest known clients need them (gms-v2.md, 10).
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reply {
    #[serde(skip)]
    pub(crate) http: http::StatusCode,
    #[serde(serialize_with = "number")]
    pub(crate) status_code: StatusCode,
    pub(crate) chat_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) alias: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) secure_key: Option<String>,
    pub(crate) chat_ended: bool,
    pub(crate) next_position: u64,
    pub(crate) messages: Vec<Event>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) user_data: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) errors: Vec<ApiError>,
    /// Seconds of the idle countdown that is running.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) idle_timer_expire: Option<u64>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) padding: String,
}

impl Reply {
    /// A good reply about this chat, without messages.
    pub(crate) fn done(chat_id: &str, next_position: u64) -> Self {
        Self {
            http: http::StatusCode::OK,
            status_code: StatusCode::Done,
            chat_id: chat_id.to_owned(),
            alias: None,
            user_id: None,
            secure_key: None,
            chat_ended: false,
            next_position,
            messages: Vec::new(),
            user_data: BTreeMap::new(),
            errors: Vec::new(),
            idle_timer_expire: None,
            padding: String::new(),
        }
    }

    /// Says by what ids and key the session is known.
    pub(crate) fn identify(&mut self, credentials: &Credentials) {
        self.alias = Some(credentials.alias.clone());
        self.user_id = Some(credentials.user_id.clone());
        self.secure_key = Some(credentials.secure_key.clone());
    }

    /// The chat server cannot be reached just now.
    pub(crate) fn try_again(chat_id: Option<&str>) -> Self {
        Self { status_code: StatusCode::TryAgain, ..Self::done(chat_id.unwrap_or_default(), 1) }
    }

    /// The session is unknown or over: HTTP 200 with status 2 and `chatEnded` (gms-v2.md, 5.4).
    pub(crate) fn ended(chat_id: &str, error: ApiError) -> Self {
        Self {
            status_code: StatusCode::Failed,
            chat_ended: true,
            errors: vec![error],
            ..Self::done(chat_id, 1)
        }
    }

    /// The request is not acceptable: HTTP 400 with errors (gms-v2.md, 5.2). The chat goes on.
    pub(crate) fn invalid(chat_id: Option<&str>, error: ApiError) -> Self {
        Self {
            http: http::StatusCode::BAD_REQUEST,
            status_code: StatusCode::Failed,
            errors: vec![error],
            ..Self::done(chat_id.unwrap_or_default(), 1)
        }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.status_code == StatusCode::Done
    }

    pub(crate) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// The content type of response objects: lower-case charset, as since GMS 8.5.2 (gms-v2.md, 1.2).
pub(crate) const JSON: &str = "application/json;charset=utf-8";

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        (self.http, [(http::header::CONTENT_TYPE, JSON)], self.to_json()).into_response()
    }
}
