//! What it means that no answer came, or not all of it: who could not be reached, or did not answer, and whether the request can have
//! taken effect.
//!
//! `applied` is `No` only when it is certain: the connection never took the whole request, or HTTP/2 says that it was not looked at.

use super::{
    Answer,
    body::Delivery,
    failure::{bad_answer, bad_status, local_failure, unreadable_file},
    pool::HEADER_FIELDS,
    socks_failure::{SocksFailure, socks_failure},
    tls_failure,
    way::Way,
};
use crate::{
    Error, ErrorKind, Retry, foreign,
    transport::{Applied, Failure},
};
use reqwest::StatusCode;
use std::{error::Error as StdError, io, sync::Arc, time::Duration};

/// Why there is no answer.
pub(super) enum Fault {
    /// The time is over.
    TimedOut,
    /// The time for making a connection is over.
    Unconnected,
    /// The connection failed.
    Http(reqwest::Error),
}

impl From<reqwest::Error> for Fault {
    fn from(error: reqwest::Error) -> Self {
        match (error.is_timeout(), error.is_connect()) {
            (true, true) => Self::Unconnected,
            (true, false) => Self::TimedOut,
            (false, _) => Self::Http(error.without_url()),
        }
    }
}

/// No answer at all came to the request whose body is `delivery`'s.
pub(super) fn unanswered(fault: Fault, delivery: &Delivery, way: &Way) -> Failure {
    if let Some((path, error)) = delivery.take_error() {
        return unreadable_file(&path, &error);
    }
    let applied = if delivery.is_complete() { Applied::Unknown } else { Applied::No };
    let unsent = || {
        let peer =
            way.proxy.as_ref().map_or_else(|| way.server.clone(), |proxy| format!("the proxy {proxy}"));
        timed_out(Applied::No, format!("the request could not be sent to {peer} within {}", elapsed(way)))
    };
    match fault {
        Fault::Unconnected => unsent(),
        Fault::TimedOut if applied == Applied::No => unsent(),
        Fault::TimedOut => {
            timed_out(applied, format!("no answer from {} within {}", way.server, elapsed(way)))
        }
        Fault::Http(error) => {
            if wants_credentials(&error) {
                return proxy_refuses(way);
            }
            if socks_failure(&error, &way.server) == Some(SocksFailure::Credentials) {
                let cause =
                    format!("the proxy {} wants other credentials", way.proxy.as_deref().unwrap_or_default());
                return local_failure(ErrorKind::Unauthorized, cause);
            }
            let mut failure = lost(&error, way);
            let tls = tls_error(&error);
            let unseen =
                error.is_connect() || says_unseen(&error) || tls.is_some_and(tls_failure::refuses_us);
            failure.applied = if unseen { Applied::No } else { applied };
            if tls.is_some() {
                failure.retry = Retry::Never;
            }
            failure
        }
    }
}

/// The answer broke off, or its compression is broken, after its head had come.
pub(super) fn broken(fault: Fault, status: StatusCode, way: &Way) -> Failure {
    let malformed = |cause: &(dyn StdError + 'static)| {
        let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        matches!(kind, Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput))
    };
    match fault {
        Fault::TimedOut | Fault::Unconnected => timed_out(
            Applied::Unknown,
            format!("the answer of {} was not complete within {}", way.server, elapsed(way)),
        ),
        Fault::Http(error) if chain(&error).any(malformed) => {
            let texts: Vec<String> = chain(&error).map(ToString::to_string).collect();
            bad_answer(&Answer { status, ..Answer::default() }, malformed_in(&texts))
        }
        Fault::Http(error) => lost(&error, way),
    }
}

/// What is wrong with an answer whose errors are these: its chunks, or else its compression. The HTTP library's errors have no names that
/// could be asked for.
fn malformed_in(texts: &[String]) -> &'static str {
    let has = |part: &str| texts.iter().any(|text| text.contains(part));
    if has("extensions over limit") {
        "the answer has too much in its chunk extensions"
    } else if has("trailers bytes over limit") || has("trailers count overflow") || has("too many headers") {
        "the answer has too many trailers"
    } else if ["hunk", "railer", "Partial header", "nvalid header"].iter().any(|part| has(part)) {
        "the chunks of the answer are broken"
    } else {
        "the compression of the answer is broken"
    }
}

/// A word for it, for recordings.
pub(super) fn word(fault: &Fault) -> &'static str {
    let Fault::Http(error) = fault else {
        return if matches!(fault, Fault::TimedOut) { "timedOut" } else { "notConnected" };
    };
    let has = |wanted| {
        chain(error)
            .filter_map(|cause| cause.downcast_ref::<io::Error>())
            .any(|system| system.kind() == wanted)
    };
    match () {
        () if tls_error(error).is_some() => "tls",
        () if has(io::ErrorKind::ConnectionRefused) => "refused",
        () if error.is_connect() => "notConnected",
        () if has(io::ErrorKind::ConnectionReset) => "reset",
        () => "closed",
    }
}

/// Whether the server certainly did not look at the request, so that it can be sent again.
pub(super) fn was_turned_away(fault: &Fault) -> bool {
    matches!(fault, Fault::Http(error) if says_unseen(error))
}

/// A request that the server can have taken got no answer in its time.
pub(crate) fn no_answer(cause: String) -> Failure {
    timed_out(Applied::Unknown, cause)
}

fn timed_out(applied: Applied, cause: String) -> Failure {
    Failure { retry: Retry::WithBackoff, applied, ..local_failure(ErrorKind::Timeout, cause) }
}

fn lost(error: &reqwest::Error, way: &Way) -> Failure {
    Failure {
        retry: Retry::WithBackoff,
        applied: Applied::Unknown,
        ..local_failure(ErrorKind::Disconnected, describe(error, way))
    }
}

/// The proxy answered 407 to `CONNECT`: as where it answers the request itself.
fn proxy_refuses(way: &Way) -> Failure {
    let answer = Answer { status: StatusCode::PROXY_AUTHENTICATION_REQUIRED, ..Answer::default() };
    let proxy = way.proxy.as_deref().unwrap_or_default();
    let cause = format!("the proxy {proxy} wants other credentials (407 Proxy Authentication Required)");
    Failure { cause, ..bad_status(&answer) }
}

/// The time since the request began, in words.
fn elapsed(way: &Way) -> String {
    in_words(way.since.elapsed())
}

/// "500 ms", "3 s", "1.5 s".
pub(crate) fn in_words(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        return format!("{} ms", time.as_millis());
    }
    let text = format!("{:.1}", time.as_secs_f64());
    format!("{} s", text.strip_suffix(".0").unwrap_or(&text))
}

/// What happened, with the peer that it happened with.
fn describe(error: &reqwest::Error, way: &Way) -> String {
    let causes: Vec<String> = chain(error).map(ToString::to_string).collect();
    let has = |text: &str| causes.iter().any(|cause| cause.contains(text));
    let root = foreign::line(causes.last().map_or("", String::as_str));
    let proxy = way.proxy.as_deref().map(|proxy| format!("the proxy {proxy}"));
    // What fails below a tunnel, or before it is dug, is the proxy's.
    let before_proxy = has("failed to create underlying connection")
        || has("dns error")
        || causes.iter().any(|cause| cause.starts_with("tcp "));
    let peer = proxy.as_ref().filter(|_| before_proxy).unwrap_or(&way.server);
    match tls_error(error) {
        Some(tls) => return tls_failure::explain(tls, peer),
        None if has("tls handshake eof") => return tls_failure::no_tls(peer),
        None => {}
    }
    if let (Some(proxy), Some(SocksFailure::Other(what))) = (&proxy, socks_failure(error, &way.server)) {
        return format!("{proxy} {what}");
    }
    match proxy {
        _ if has("error resolving for socks proxy") => format!(
            "{} cannot be reached, since its name has no address here: {root} (socks5h has the proxy look it up)",
            way.server
        ),
        _ if !error.is_connect() && !way.is_tls && has("invalid HTTP version parsed") => {
            format!("{} does not speak HTTP: it may be a port for https", way.server)
        }
        _ if !error.is_connect() && has("message head is too large") => {
            format!(
                "the answer of {} has more than the {HEADER_FIELDS} header fields allowed, or too long ones",
                way.server
            )
        }
        _ if !error.is_connect() => format!("the connection to {} was lost: {root}", way.server),
        Some(proxy) if !before_proxy => {
            let why = if has("tunnel error: unsuccessful") { "it refused" } else { &root };
            format!("{proxy} did not connect to {}: {why}", way.server)
        }
        _ if let Some(own) = own_error(error) => format!("{peer} cannot be reached: {}", own.message()),
        _ if has("dns error") => format!("{peer} cannot be reached, since its name has no address: {root}"),
        _ => format!("{peer} cannot be reached: {root}"),
    }
}

/// Whether a proxy answered 407 to `CONNECT`. The error has no name that could be asked for.
fn wants_credentials(error: &reqwest::Error) -> bool {
    chain(error).any(|cause| cause.to_string() == "tunnel error: proxy authorization required")
}

/// Why the library could not even begin, as where there are no more threads.
fn own_error(error: &reqwest::Error) -> Option<&Error> {
    chain(error).find_map(|cause| cause.downcast_ref())
}

fn tls_error(error: &reqwest::Error) -> Option<&rustls::Error> {
    chain(error).find_map(|cause| cause.downcast_ref())
}

/// Whether HTTP/2 says that the server did not look at the request: it refused the stream, or is shutting down and told so.
fn says_unseen(error: &reqwest::Error) -> bool {
    chain(error).filter_map(|cause| cause.downcast_ref::<h2::Error>()).any(|error| {
        let reason = error.reason();
        error.is_remote()
            && (error.is_reset() && reason == Some(h2::Reason::REFUSED_STREAM)
                || error.is_go_away() && reason == Some(h2::Reason::NO_ERROR))
    })
}

/// The causes of an error, looking into `io::Error` as well, which hides what it wraps.
pub(super) fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    let next = |error: &&'a (dyn StdError + 'static)| -> Option<&'a (dyn StdError + 'static)> {
        let error: &'a (dyn StdError + 'static) = *error;
        // As look-ups of names share it.
        if let Some(shared) = error.downcast_ref::<Arc<io::Error>>() {
            return Some(&**shared);
        }
        match error.downcast_ref::<io::Error>() {
            Some(io) => io.get_ref().map(|inner| inner as &(dyn StdError + 'static)),
            None => error.source(),
        }
    };
    std::iter::successors(Some(error), next)
}
