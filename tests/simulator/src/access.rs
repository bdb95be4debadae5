//! Who may use the chat URLs: the key of a public proxy, basic authentication, service names.

use std::fmt;

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Who may use the chat URLs.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Access {
    /// The key that every request to a public URL must carry.
    pub(crate) apikey: Option<String>,
    /// Basic authentication of on-premises requests.
    pub(crate) basic: Option<BasicAuth>,
    /// The service names that exist; any when empty.
    pub(crate) services: Vec<String>,
}

/// A user and password for basic authentication.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct BasicAuth {
    /// User name.
    pub(crate) user: String,
    /// Password.
    pub(crate) password: String,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").field("services", &self.services).finish_non_exhaustive()
    }
}

impl fmt::Debug for BasicAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BasicAuth").field("user", &self.user).finish_non_exhaustive()
    }
}

impl Access {
    /// Whether a service of this name exists.
    pub(crate) fn knows(&self, service: &str) -> bool {
        self.services.is_empty() || self.services.iter().any(|name| name == service)
    }

    /// Whether these headers show the user that on-premises requests need.
    pub(crate) fn admits(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let given = given.and_then(|value| value.split_once(' '));
        let given = given.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
        self.admits_user(given.map(|(_, key)| key.trim()).unwrap_or_default())
    }

    /// Whether this is the user that on-premises requests need, in the encoding of basic authentication.
    pub(crate) fn admits_user(&self, encoded: &str) -> bool {
        let wanted = |basic: &BasicAuth| STANDARD.encode(format!("{}:{}", basic.user, basic.password));
        self.basic.as_ref().is_none_or(|basic| wanted(basic) == encoded)
    }
}
