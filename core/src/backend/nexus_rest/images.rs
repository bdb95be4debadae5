//! Fetching the images that messages speak of (nexus-v3.md, 4.7 and 5.3). No image is waited for longer than
//! for any answer, however many there are, and all images of a batch together are no longer than an answer may be.
//!
//! Whoever writes a message names the addresses, so `connection.images` says which are fetched. The keys go below the chat's own path alone,
//! nothing is fetched by `http` for a chat over `https`, and private addresses are reached only where they are the server's own.

use super::{Inner, NexusSession, Options, wire, with_token};
use crate::{
    ErrorKind,
    carrier::http::{self, Answer, Audience, HttpRequest, RequestBody, Reuse},
    config::ImagePolicy,
    transport::Failure,
};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use reqwest::{Method, Url, header::CONTENT_TYPE};
use std::sync::atomic::{AtomicU64, Ordering};

/// How many are fetched at a time, as by a browser.
const AT_ONCE: usize = 4;
/// More of a batch are not fetched.
const MOST: usize = 100;
/// Why an image is missing that was not there at the end of the time limit.
const TOO_LATE: &str = "the images of this answer took too long";
const TOO_MANY: &str = "the message, or those that came with it, have too many images";
const TOO_LARGE: &str = "the images that came together are larger than connection.maxResponseBytes";

impl Inner {
    /// The images at these addresses, or why one has none: all within one request's time limit.
    pub(super) async fn fetch_images(
        &self,
        addresses: &[Box<str>],
        session: &NexusSession,
    ) -> Vec<Result<Bytes, Box<str>>> {
        let mut images = vec![Err(TOO_LATE.into()); addresses.len()];
        images.iter_mut().skip(MOST).for_each(|image| *image = Err(TOO_MANY.into()));
        let left = &AtomicU64::new(self.http.limit());
        let fetching = stream::iter(images.iter_mut().zip(addresses).take(MOST)).for_each_concurrent(
            AT_ONCE,
            |(image, address)| async move {
                *image = match self.fetch_image(address, session).await {
                    Ok(bytes) if take(left, bytes.len() as u64) => Ok(bytes),
                    Ok(_) => Err(TOO_LARGE.into()),
                    Err(failure) => Err(failure.cause.into()),
                };
            },
        );
        // What is not there by then is missing.
        let _ = http::within(self.config.ajax_timeout, fetching).await;
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

    /// A request for the image, if it is to be fetched.
    pub(super) fn image_request(
        &self,
        address: &str,
        session: &NexusSession,
    ) -> Result<HttpRequest, Failure> {
        let url = image_url(&self.config, address)?;
        let audience = self.audience(&url)?;
        let request = HttpRequest {
            audience,
            reuse: Reuse::Repeated,
            ..HttpRequest::new(Method::GET, url, RequestBody::None)
        };
        if audience == Audience::Chat { with_token(request, session) } else { Ok(request) }
    }

    /// Who is asked for the image at `url`, if anybody may be.
    fn audience(&self, url: &Url) -> Result<Audience, Failure> {
        let forbidden = |why: &str| {
            Err(http::local_failure(ErrorKind::Rejected, format!("the image is not fetched: {why}")))
        };
        let own = &self.config.data_url;
        let is_of_server = url.host() == own.host();
        match self.images {
            ImagePolicy::Never => forbidden("connection.images is \"never\""),
            _ if own.scheme() == "https" && url.scheme() != "https" => {
                forbidden("the chat is encrypted, and its address is not")
            }
            _ if url.origin() == own.origin() => {
                let below = format!("{}/", wire::api_base(own));
                Ok(if url.as_str().starts_with(&below) { Audience::Chat } else { Audience::Server })
            }
            ImagePolicy::OwnOrigin => {
                forbidden("it is not on the chat's own server, and connection.images is \"own-origin\"")
            }
            ImagePolicy::Any if is_of_server => Ok(Audience::Server),
            ImagePolicy::Any if http::is_private_address(url) => {
                forbidden("its address is not on the internet")
            }
            ImagePolicy::Any => Ok(Audience::Outside),
        }
    }
}

/// Takes `size` from what is `left`, if there is as much.
fn take(left: &AtomicU64, size: u64) -> bool {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(size)).is_ok()
}

/// Absolute, or below the sessions' URL without its first `/sessions`.
fn image_url(config: &Options, address: &str) -> Result<Url, Failure> {
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
