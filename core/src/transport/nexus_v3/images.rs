//! Fetching the images that messages speak of (Nexus reference, sections 4.7 and 5.3). No image is waited for longer than
//! for any answer, however many there are.

use super::{Inner, wire, with_token};
use crate::{
    ErrorKind,
    config::NexusRestConfig,
    model::NexusSession,
    transport::{
        Failure,
        http::{self, Answer, HttpRequest, RequestBody},
    },
};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use reqwest::{Method, Url, header::CONTENT_TYPE};

/// How many are fetched at a time, as by a browser.
const AT_ONCE: usize = 6;
/// Why an image is missing that was not there at the end of the time limit.
const TOO_LATE: &str = "the images of this answer took too long";

impl Inner {
    /// The images at these addresses, or why one has none: all within one request's time limit.
    pub(super) async fn fetch_images(
        &self,
        addresses: &[Box<str>],
        session: &NexusSession,
    ) -> Vec<Result<Bytes, Box<str>>> {
        let mut images = vec![Err(TOO_LATE.into()); addresses.len()];
        let fetching = stream::iter(images.iter_mut().zip(addresses)).for_each_concurrent(
            AT_ONCE,
            |(image, address)| async move {
                let fetched = self.fetch_image(address, session).await;
                *image = fetched.map_err(|failure| failure.cause.into());
            },
        );
        // What is not there by then is missing.
        let _ = tokio::time::timeout(self.config.ajax_timeout, fetching).await;
        images
    }

    async fn fetch_image(&self, address: &str, session: &NexusSession) -> Result<Bytes, Failure> {
        let request = self.image_request(address, session)?;
        let answer = self.http.exchange(&request, Some(self.config.ajax_timeout)).await?;
        if !answer.status.is_success() {
            return Err(http::bad_status(&answer));
        }
        if !can_be_image(&answer) {
            return Err(http::bad_answer(&answer, "the answer is no image"));
        }
        Ok(answer.body)
    }

    /// The keys go to the chat's own server alone, whatever the address says.
    pub(super) fn image_request(
        &self,
        address: &str,
        session: &NexusSession,
    ) -> Result<HttpRequest, Failure> {
        let url = image_url(&self.config, address)?;
        let foreign = url.origin() != self.config.data_url.origin();
        let request = HttpRequest { foreign, ..HttpRequest::new(Method::GET, url, RequestBody::None) };
        if foreign { Ok(request) } else { with_token(request, session) }
    }
}

/// Absolute, or below the sessions' URL without its first `/sessions`.
fn image_url(config: &NexusRestConfig, address: &str) -> Result<Url, Failure> {
    let invalid = || http::local_failure(ErrorKind::Protocol, "the image has no usable address".into());
    let below = || {
        let base = wire::api_base(&config.data_url);
        Url::parse(&format!("{base}/{}", address.trim_start_matches('/')))
    };
    let url = Url::parse(address).or_else(|_| below()).map_err(|_| invalid())?;
    if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some() {
        return Err(invalid());
    }
    Ok(url)
}

/// Whether nothing says that the answer is something else: a login page, say.
fn can_be_image(answer: &Answer) -> bool {
    let kind = answer.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.trim().to_ascii_lowercase();
    !answer.body.is_empty() && !kind.starts_with("text/") && !kind.contains("json")
}
