//! Where a request comes from: the page, and the name under which the client knows the server.

use axum::http::{HeaderMap, header};

use super::settings::WebMessagingSettings;

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The host name of an origin, which may have scheme and port or not.
fn host(origin: &str) -> &str {
    let host = origin.split_once("://").map_or(origin, |(_, rest)| rest);
    host.split(['/', ':']).next().unwrap_or_default()
}

/// Whether the page of these headers may chat. Subdomains of those allowed may, too.
pub(super) fn allowed(settings: &WebMessagingSettings, headers: &HeaderMap) -> bool {
    let allowed = &settings.deployment.origins;
    let given = host(text(headers, header::ORIGIN.as_str()).unwrap_or_default()).to_ascii_lowercase();
    let covers = |entry: &String| {
        let entry = host(entry).to_ascii_lowercase();
        given == entry || given.strip_suffix(&entry).is_some_and(|rest| rest.ends_with('.'))
    };
    allowed.is_empty() || (!given.is_empty() && allowed.iter().any(covers))
}

/// Scheme and host under which the client knows the server, also where a proxy stands before it.
pub(super) fn base(headers: &HeaderMap, authority: Option<&str>) -> String {
    let scheme = match text(headers, "x-forwarded-proto") {
        Some("https" | "wss") => "https",
        _ => "http",
    };
    let host = text(headers, "x-forwarded-host").or(authority).or_else(|| text(headers, "host"));
    format!("{scheme}://{}", host.unwrap_or("localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_by_host() {
        let mut settings = WebMessagingSettings::default();
        let mut headers = HeaderMap::new();
        assert!(allowed(&settings, &headers));
        settings.deployment.origins = vec!["example.com".to_owned()];
        assert!(!allowed(&settings, &headers));
        for (origin, wanted) in [
            ("https://example.com", true),
            ("example.com", true),
            ("https://www.Example.com:8443", true),
            ("https://notexample.com", false),
            ("https://example.com.evil.org", false),
        ] {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
            assert_eq!(allowed(&settings, &headers), wanted, "{origin}");
        }
        headers.insert("x-forwarded-proto", "https".parse().unwrap());
        headers.insert("host", "chat.example.com".parse().unwrap());
        assert_eq!(base(&headers, None), "https://chat.example.com");
    }
}
