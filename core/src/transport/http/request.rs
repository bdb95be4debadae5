//! A request as a back end states it.

use super::{
    Multipart,
    body::{Delivery, OutgoingBody, Source},
};
use crate::transport::Failure;
use bytes::Bytes;
use reqwest::{
    Method, Url,
    header::{CONTENT_TYPE, HeaderValue},
};
use std::sync::Arc;

/// One request. It can be sent several times: redirects repeat it.
pub(crate) struct HttpRequest {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) body: RequestBody,
}

/// What a request carries.
pub(crate) enum RequestBody {
    /// Pairs, `application/x-www-form-urlencoded`.
    Form(Bytes),
    /// Fields and a file, `multipart/form-data`.
    Multipart(Multipart),
}

impl RequestBody {
    /// Puts the body and its type into `request`; `delivery` learns what becomes of it.
    pub(super) async fn put_into(
        &self,
        request: &mut reqwest::Request,
        delivery: &Arc<Delivery>,
    ) -> Result<(), Failure> {
        let (content_type, body) = match self {
            Self::Form(form) => {
                let body = OutgoingBody::new(vec![Source::Bytes(form.clone())], None, delivery.clone());
                (HeaderValue::from_static("application/x-www-form-urlencoded"), body)
            }
            Self::Multipart(multipart) => (multipart.content_type(), multipart.open(delivery).await?),
        };
        request.headers_mut().insert(CONTENT_TYPE, content_type);
        *request.body_mut() = Some(reqwest::Body::wrap(body));
        Ok(())
    }
}
