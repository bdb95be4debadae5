//! Reads method and path of a request (nexus-v3.md, 4).

use axum::http::Method;
use percent_encoding::percent_decode_str;

use super::SESSIONS;

/// What a request is addressed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// Create or resume a session.
    Sessions,
    /// Read the messages of a session.
    Messages(String),
    /// Say something, type, or send another event.
    Send(String),
    UserData(String),
    Upload(String),
    Image {
        session: String,
        image: String,
    },
    Participant {
        session: String,
        participant: String,
    },
}

impl Target {
    /// A trailing slash makes no difference. `None` for what names nothing.
    pub(super) fn parse(method: &Method, path: &str) -> Option<Self> {
        let rest = path.strip_prefix(SESSIONS)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let decode = |segment: &str| percent_decode_str(segment).decode_utf8_lossy().into_owned();
        let segments: Vec<String> = rest.split('/').map(decode).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let own = |text: &str| text.to_owned();
        Some(match (method.as_str(), segments.as_slice()) {
            ("POST", [""]) => Self::Sessions,
            (_, ["", "", ..]) => return None,
            ("GET", ["", session, "messages"]) => Self::Messages(own(session)),
            ("POST", ["", session, "messages"]) => Self::Send(own(session)),
            ("PUT", ["", session, "userdata"]) => Self::UserData(own(session)),
            ("POST", ["", session, "images"]) => Self::Upload(own(session)),
            ("GET", ["", session, "images", image]) => {
                Self::Image { session: own(session), image: own(image) }
            }
            ("DELETE", ["", session, "participants", participant]) => {
                Self::Participant { session: own(session), participant: own(participant) }
            }
            _ => return None,
        })
    }

    pub(super) fn session(&self) -> Option<&str> {
        match self {
            Self::Sessions => None,
            Self::Messages(session)
            | Self::Send(session)
            | Self::UserData(session)
            | Self::Upload(session)
            | Self::Image { session, .. }
            | Self::Participant { session, .. } => Some(session),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_endpoint() {
        let own = |text: &str| text.to_owned();
        let (session, image, participant) = (own("s"), own("i"), own("p"));
        for (method, path, wanted) in [
            (Method::POST, "", Target::Sessions),
            (Method::POST, "/", Target::Sessions),
            (Method::GET, "/s/messages", Target::Messages(own("s"))),
            (Method::POST, "/s/messages/", Target::Send(own("s"))),
            (Method::PUT, "/s/userdata", Target::UserData(own("s"))),
            (Method::POST, "/s/images", Target::Upload(own("s"))),
            (Method::GET, "/s/images/i", Target::Image { session: session.clone(), image }),
            (Method::DELETE, "/s/participants/p", Target::Participant { session, participant }),
        ] {
            let target = Target::parse(&method, &format!("{SESSIONS}{path}"));
            assert_eq!(target.as_ref(), Some(&wanted), "{method} {path}");
            assert_eq!(wanted.session().is_some(), path.len() > 1);
        }
    }

    #[test]
    fn what_names_nothing() {
        for (method, path) in [
            (Method::GET, "/nexus/v3/chat/sessions"),
            (Method::GET, "/nexus/v3/chat/sessions/s"),
            (Method::DELETE, "/nexus/v3/chat/sessions/s"),
            (Method::POST, "/nexus/v3/chat/sessions//messages"),
            (Method::POST, "/nexus/v3/chat/sessionss"),
            (Method::POST, "/nexus/v3/chat/sessions/s/dance"),
            (Method::POST, "/nexus/v3/chat"),
        ] {
            assert_eq!(Target::parse(&method, path), None, "{method} {path}");
        }
    }
}
