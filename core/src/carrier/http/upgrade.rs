//! Turning a connection into another protocol's (RFC 9110, section 7.8), through the same proxies and with the same certificates, headers
//! and cookies as every other request.

use super::{
    Answer, Connections, HttpChat, HttpPool, HttpRequest, Patience, Sent, bad_status,
    lost::{Fault, unanswered},
};
use crate::{
    Error,
    carrier::recording::{Exchange, Frames},
    config::Connection,
    transport::Failure,
};
use reqwest::{StatusCode, header::HeaderMap};
use std::sync::Arc;

pub(crate) use reqwest::Upgraded;

/// Connections that speak HTTP/1.1 alone: only they can become another protocol's.
pub(crate) struct Upgrader(Arc<Connections>);

impl Upgrader {
    /// Connections as `connection` asks. Errors are of kind `InvalidConfiguration` and name the key.
    pub(crate) fn new(pool: &HttpPool, connection: &Connection) -> Result<Self, Error> {
        pool.upgradable(connection).map(Self)
    }
}

impl HttpChat {
    /// Sends `request` and returns the headers of the answer, the connection and where what it carries is written down, if the server switches protocols. Redirects are not
    /// followed.
    pub(crate) async fn upgrade(
        &self,
        upgrader: &Upgrader,
        request: &HttpRequest,
        patience: impl Into<Patience>,
    ) -> Result<(HeaderMap, Upgraded, Option<Frames>), Failure> {
        let mut way = self.way(&request.url)?;
        let Sent { mut response, exchange, .. } =
            self.send(&upgrader.0, request, &request.url, patience.into(), &mut way).await?;
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            let headers = std::mem::take(response.headers_mut());
            let answer = Answer { status: response.status(), headers, ..Answer::default() };
            return Err(bad_status(&answer));
        }
        let headers = std::mem::take(response.headers_mut());
        let connection = response.upgrade().await;
        connection
            .map(|connection| (headers, connection, exchange.map(Exchange::switched)))
            .map_err(|error| unanswered(Fault::from(error), &super::Delivery::default(), &way))
    }
}
