//! What stands before GMS: the key check of the Multicloud proxy, basic authentication, service names.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::access::Access;
use crate::page::error_page;

/// The refusal of a request for this service (`None`: Multicloud), if it is to be refused.
pub(super) fn refuse(access: &Access, service: Option<&str>, headers: &HeaderMap) -> Option<Response> {
    match service {
        None => refuse_key(access, headers),
        Some(service) => refuse_user(access, headers)
            .or_else(|| (!access.knows(service)).then(|| error_page(StatusCode::NOT_FOUND))),
    }
}

fn refuse_key(access: &Access, headers: &HeaderMap) -> Option<Response> {
    let wanted = access.apikey.as_ref()?;
    let (text, code) = match headers.get("apikey") {
        Some(given) if given.as_bytes() == wanted.as_bytes() => return None,
        Some(_) => ("Invalid ApiKey", "oauth.v2.InvalidApiKey"),
        None => (
            "Failed to resolve API Key variable request.header.apikey",
            "steps.oauth.v2.FailedToResolveAPIKey",
        ),
    };
    let body = json!({ "fault": { "faultstring": text, "detail": { "errorcode": code } } });
    Some((StatusCode::UNAUTHORIZED, axum::Json(body)).into_response())
}

fn refuse_user(access: &Access, headers: &HeaderMap) -> Option<Response> {
    if access.admits(headers) {
        return None;
    }
    let mut response = error_page(StatusCode::UNAUTHORIZED);
    let challenge = HeaderValue::from_static("Basic realm=\"GMS\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    Some(response)
}
