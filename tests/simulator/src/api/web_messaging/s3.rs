//! Presigned addresses of an S3 server that is not ours, and what it tells of what has come there (AWS Signature Version 4, by query).

use std::fmt;
use std::fmt::Write as _;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, Uri, header};
use hmac::{Hmac, KeyInit, Mac};
use hyper_util::rt::TokioIo;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};
use tokio::net::TcpStream;

use super::signer::hex;

/// What signatures do not escape.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same in a path.
const PATH: &AsciiSet = &PLAIN.remove(b'/');
/// The longest that an address of S3 is good.
pub(super) const LONGEST: Duration = Duration::from_hours(7 * 24);

/// An S3 server, and a user of it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct S3 {
    /// Scheme and host; empty: there is none, and the simulator keeps files itself.
    pub url: String,
    /// Where the files go.
    pub bucket: String,
    /// The name by which the server knows where it is; `us-east-1` when empty.
    pub region: String,
    /// The user's access key.
    pub key: String,
    /// The secret that goes with it.
    pub secret: String,
}

impl fmt::Debug for S3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3").field("url", &self.url).field("bucket", &self.bucket).finish_non_exhaustive()
    }
}

/// An object and what may be done with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order<'a> {
    pub(super) method: &'static str,
    pub(super) object: &'a str,
    /// Headers that whoever uses the address must send, their names in small letters and in order.
    pub(super) headers: &'a [(&'a str, &'a str)],
    /// Milliseconds since 1970, from which the address is good.
    pub(super) utc_ms: u64,
    pub(super) good: Duration,
}

fn mac(key: &[u8], words: &str) -> Vec<u8> {
    // A key of any length will do.
    Hmac::<Sha256>::new_from_slice(key)
        .map(|mac| mac.chain_update(words).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

impl S3 {
    pub(super) fn is_there(&self) -> bool {
        !self.url.is_empty()
    }

    fn region(&self) -> &str {
        if self.region.is_empty() { "us-east-1" } else { &self.region }
    }

    /// The address for this.
    pub(super) fn address(&self, order: Order<'_>) -> String {
        let base = self.url.trim_end_matches('/');
        let host = base.split_once("://").map_or(base, |(_, host)| host);
        let path = if self.bucket.is_empty() {
            order.object.to_owned()
        } else {
            format!("{}/{}", self.bucket, order.object)
        };
        let path = format!("/{}", utf8_percent_encode(&path, PATH));
        let time: String =
            super::wire::time(order.utc_ms - order.utc_ms % 1000).replace(".000", "").replace(['-', ':'], "");
        let day = time.get(..8).unwrap_or_default();
        let scope = format!("{day}/{}/s3/aws4_request", self.region());
        let mut headers = vec![("host", host)];
        headers.extend(order.headers);
        headers.sort_unstable();
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let query = format!(
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={}&X-Amz-Date={time}&X-Amz-Expires={}&X-Amz-SignedHeaders={}",
            utf8_percent_encode(&format!("{}/{scope}", self.key), PLAIN),
            order.good.min(LONGEST).as_secs(),
            utf8_percent_encode(&names, PLAIN),
        );
        let mut request = format!("{}\n{path}\n{query}\n", order.method);
        for (name, value) in &headers {
            // Into a text all can be written.
            writeln!(request, "{name}:{}", value.trim()).unwrap_or_default();
        }
        let request = format!("{request}\n{names}\nUNSIGNED-PAYLOAD");
        let words = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex(&Sha256::digest(request)));
        let key = [day, self.region(), "s3", "aws4_request"]
            .iter()
            .fold(format!("AWS4{}", self.secret).into_bytes(), |key, part| mac(&key, part));
        format!("{base}{path}?{query}&X-Amz-Signature={}", hex(&mac(&key, &words)))
    }
}

/// How many bytes are at an address, if anything is; nothing as well where the server cannot be asked. Plain HTTP alone.
pub(super) async fn length(address: &str) -> Option<u64> {
    let uri: Uri = address.parse().ok()?;
    let authority = uri.authority().filter(|_| uri.scheme_str() == Some("http"))?.clone();
    let stream = TcpStream::connect((authority.host(), authority.port_u16().unwrap_or(80))).await.ok()?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
    tokio::spawn(connection);
    let request = Request::builder()
        .method(Method::HEAD)
        .uri(uri.path_and_query()?.as_str())
        .header(header::HOST, authority.as_str())
        .body(Body::empty())
        .ok()?;
    let response = sender.send_request(request).await.ok()?;
    let length = response.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok();
    length.filter(|_| response.status().is_success())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the published description of these signatures.
    #[test]
    fn the_published_example() {
        let s3 = S3 {
            url: "https://examplebucket.s3.amazonaws.com".to_owned(),
            bucket: String::new(),
            region: "us-east-1".to_owned(),
            key: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
        };
        let (good, utc_ms) = (Duration::from_hours(24), 1_369_353_600_000);
        let address = s3.address(Order { method: "GET", object: "test.txt", headers: &[], utc_ms, good });
        assert!(
            address.starts_with(
                "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
            )
        );
        assert!(
            address.contains("&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&"),
            "{address}"
        );
        let signature = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        assert!(address.ends_with(&format!("X-Amz-Signature={signature}")), "{address}");
        assert!(!format!("{s3:?}").contains("wJalr"));
    }
}
