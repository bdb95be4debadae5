//! Pages that web servers and firewalls show instead of an API's own answers.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// The page for an error: HTML, not a response object.
pub(crate) fn error_page(status: StatusCode) -> Response {
    let reason = status.canonical_reason().unwrap_or("Error");
    let code = status.as_u16();
    let page = format!(
        "<html>\n<head><title>Error {code} {reason}</title></head>\n<body><h2>HTTP ERROR {code}</h2>\n\
         <p>{reason}</p></body>\n</html>\n"
    );
    (status, [(header::CONTENT_TYPE, "text/html;charset=iso-8859-1")], page).into_response()
}
