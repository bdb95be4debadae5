//! Reading requests and reporting mistakes.

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::error::Error;

/// A request that cannot be carried out.
#[derive(Debug)]
pub(crate) struct Refused {
    status: StatusCode,
    reason: String,
}

impl Refused {
    pub(crate) fn new(status: StatusCode, reason: impl Into<String>) -> Self {
        Self { status, reason: reason.into() }
    }

    pub(crate) fn bad(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, reason)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "error": self.reason }))).into_response()
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        let status = match error {
            Error::UnknownChat { .. } | Error::UnknownParticipant { .. } | Error::UnknownFile { .. } => {
                StatusCode::NOT_FOUND
            }
            Error::ChatEnded { .. } | Error::NobodyJoined { .. } | Error::ParticipantGone { .. } => {
                StatusCode::CONFLICT
            }
            Error::Listen { .. } | Error::ShutDown => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        };
        Self::new(status, error.to_string())
    }
}

/// A JSON body, whatever its content type; no body counts as `{}`.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|error| Refused::new(error.status(), error.body_text()))?;
        let text = if bytes.is_empty() { b"{}" } else { bytes.as_ref() };
        let body = serde_json::from_slice(text);
        body.map(Self).map_err(|error| Refused::bad(format!("the JSON body is wrong: {error}")))
    }
}

/// The members of a query.
#[derive(Debug)]
pub(super) struct Asked<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(error) => Err(Refused::bad(format!("the query is wrong: {}", error.body_text()))),
        }
    }
}
