//! The agent's console: a page on which a person plays the agent, by way of the control API.
//!
//! Its files are part of the program. It shows what customers write, and any page in the same browser can be a customer: nothing of
//! theirs becomes markup (the page makes text nodes of it), and the page may run, load and reach nothing but what comes from here.

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::control;
use crate::simulator::Simulator;

/// Where the page is.
pub(crate) const PATH: &str = "/console";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// What the page may do, whoever finds a way to put something into it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

/// Makes the table of the files in `page`: path below the page, media type, content.
macro_rules! files {
    ($($name:literal: $kind:ident),* $(,)?) => {
        &[$((concat!("/console/", $name), $kind, include_str!(concat!("page/", $name)))),*]
    };
}

const FILES: &[(&str, &str, &str)] = files! {
    "api.js": SCRIPT,
    "chat.css": CSS,
    "chats.js": SCRIPT,
    "composer.js": SCRIPT,
    "dialog.js": SCRIPT,
    "dom.js": SCRIPT,
    "entry.js": SCRIPT,
    "faults.js": SCRIPT,
    "icon.svg": SVG,
    "keys.js": SCRIPT,
    "main.js": SCRIPT,
    "people.js": SCRIPT,
    "rich.js": SCRIPT,
    "side.css": CSS,
    "store.js": SCRIPT,
    "style.css": CSS,
    "transcript.js": SCRIPT,
    "wire.js": SCRIPT,
};

pub(crate) fn router(simulator: Simulator) -> Router {
    let page = Router::new()
        .route(PATH, get(async || file(HTML, include_str!("page/index.html"))))
        .route("/console/", get(async || Redirect::permanent(PATH)));
    let files =
        FILES.iter().fold(page, |all, (path, kind, text)| all.route(path, get(async || file(kind, text))));
    files.layer(middleware::from_fn_with_state(simulator, control::check))
}

fn file(kind: &'static str, text: &'static str) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
