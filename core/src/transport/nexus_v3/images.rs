//! Fetching the images that messages speak of (Nexus reference, sections 4.7 and 5.3). A message never waits for long, and is never lost,
//! for the sake of its image.

use super::{Inner, with_token};
use crate::{
    ErrorKind,
    config::NexusRestConfig,
    model::{Content, NexusSession, Received},
    transport::{
        Failure,
        http::{self, Answer, HttpRequest, RequestBody},
    },
};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use reqwest::{Method, Url, header::CONTENT_TYPE};
use std::sync::Arc;

/// How many are fetched at a time.
const AT_ONCE: usize = 4;

impl Inner {
    /// Gives every image its bytes, or says why it has none.
    pub(super) async fn fetch_images(&self, messages: &mut [Received], session: &NexusSession) {
        let wanted: Vec<_> = messages
            .iter()
            .enumerate()
            .flat_map(|(message, received)| {
                let contents = received.message.content.iter().enumerate();
                contents.filter_map(move |(at, content)| Some((message, at, address(content)?.to_owned())))
            })
            .collect();
        if wanted.is_empty() {
            return;
        }
        let mut fetching = stream::iter(wanted)
            .map(|(message, at, url)| async move { (message, at, self.fetch_image(&url, session).await) })
            .buffer_unordered(AT_ONCE);
        while let Some((message, at, image)) = fetching.next().await {
            if let Some(content) = messages.get_mut(message).and_then(|received| content_mut(received, at)) {
                match image {
                    Ok(data) => content.data = Some(data),
                    Err(failure) => content.unavailable = Some(failure.cause.into()),
                }
            }
        }
    }

    async fn fetch_image(&self, address: &str, session: &NexusSession) -> Result<Bytes, Failure> {
        let request = self.image_request(address, session)?;
        if let Some(data) = self.recent.get(&request.url) {
            return Ok(data);
        }
        let answer = self.http.exchange(&request, Some(self.config.ajax_timeout)).await?;
        if !answer.status.is_success() {
            return Err(http::bad_status(&answer));
        }
        if !can_be_image(&answer) {
            return Err(http::bad_answer(&answer, "the answer is no image"));
        }
        self.recent.put(request.url, answer.body.clone());
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

/// Where an image is; nothing, if there is no telling that it is one.
fn address(content: &Content) -> Option<&str> {
    content.mime.as_ref()?;
    content.url.as_deref().filter(|url| content.kind.eq_ignore_ascii_case("image") && !url.is_empty())
}

fn content_mut(received: &mut Received, at: usize) -> Option<&mut Content> {
    Arc::make_mut(&mut received.message.content).get_mut(at)
}

/// Absolute, or below the sessions' URL without its first `/sessions`.
fn image_url(config: &NexusRestConfig, address: &str) -> Result<Url, Failure> {
    let invalid = || http::local_failure(ErrorKind::Protocol, "the image has no usable address".into());
    let below = || {
        let mut base = config.data_url.clone();
        base.set_path(&base.path().replacen("/sessions", "", 1));
        let joined = format!("{}/{}", base.as_str().trim_end_matches('/'), address.trim_start_matches('/'));
        Url::parse(&joined)
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
