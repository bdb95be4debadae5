//! The session data of Web Messaging: a token, which is the whole key, and where it is good for.

use super::options::TYPE;
use crate::{
    Private,
    carrier::http,
    model::{
        Place, SessionData, SessionNames,
        stored::{Change, Stored, StoredText},
    },
    transport::{Body, Failure, SessionForm},
};
use bytes::Bytes;
use serde_json::{Value, json};

static NAMES: SessionNames = SessionNames {
    id: "token",
    key: "token",
    others: &["deploymentId", "domain", "join", "riding", "newest"],
    hidden: &["join", "riding", "newest"],
    participant: None,
    shows_empty: false,
};

/// What a session is stored with while its customer's joining has not been seen.
const OWED: &str = "owed";
/// The same once it has: an empty text would leave what was known.
const DONE: &str = "done";

/// The names under which a session is stored.
pub mod key {
    /// The token, as text.
    pub const SESSION: &str = "_genesys.widgets.webchat.state.genesyscloud-webmessaging.session";
    /// `{deploymentId, domain, join, riding}` as JSON text.
    pub const KEYS: &str = "_genesys.widgets.webchat.state.genesyscloud-webmessaging.keys";
    /// The id of the newest message.
    pub const INDEX: &str = "_genesys.widgets.webchat.state.genesyscloud-webmessaging.index";
}

/// A session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebSession {
    /// The key to the session: whoever has it is the customer.
    pub token: Private,
    /// The deployment that it is of; empty where an application gave the token alone.
    pub deployment_id: Private,
    /// The region.
    pub domain: Private,
    /// The customer's joining is still to be sent; nothing where that is not known.
    pub owes_join: Option<bool>,
    /// The attached data that have not arrived, as JSON text; empty where that is not known.
    pub riding: Private,
    /// The id of the newest message that was told.
    pub newest: Private,
}

impl WebSession {
    /// The session of a request, which is this back end's own.
    pub(crate) fn of(data: &SessionData) -> Result<Self, Failure> {
        if !data.have(&NAMES) {
            return Err(http::foreign_session());
        }
        Ok(Self {
            token: data.key().clone(),
            deployment_id: data.text("deploymentId"),
            domain: data.text("domain"),
            owes_join: owes(&data.text("join")),
            riding: data.text("riding"),
            newest: data.text("newest"),
        })
    }
}

fn owes(word: &str) -> Option<bool> {
    match word {
        OWED => Some(true),
        DONE => Some(false),
        _ => None,
    }
}

impl From<WebSession> for SessionData {
    fn from(session: WebSession) -> Self {
        let join = match session.owes_join {
            Some(true) => OWED,
            Some(false) => DONE,
            None => "",
        };
        let others = [session.deployment_id, session.domain, join.into(), session.riding, session.newest];
        Self::new(&NAMES, session.token.clone(), session.token, others)
    }
}

/// The form of these data.
#[derive(Debug)]
pub struct WebForm;

impl SessionForm for WebForm {
    fn none(&self) -> SessionData {
        WebSession::default().into()
    }

    fn started(&self, data: &SessionData) -> Value {
        json!({ "data": data })
    }

    fn keys(&self) -> &'static [&'static str] {
        &[key::SESSION, key::KEYS, key::INDEX]
    }

    fn marks(&self) -> &'static [&'static str] {
        &[key::SESSION]
    }

    fn write(&self, data: &SessionData) -> Vec<Change> {
        let keys = json!({
            "deploymentId": data.text("deploymentId"),
            "domain": data.text("domain"),
            "join": data.text("join"),
            "riding": data.text("riding"),
        });
        vec![
            (key::SESSION, Some(StoredText(data.key().to_string()))),
            (key::KEYS, Some(StoredText(keys.to_string()))),
        ]
    }

    fn place(&self, _: u64, newest: Option<&Place>) -> Change {
        let text = newest.and_then(|place| place.text.as_deref());
        (key::INDEX, text.map(|text| StoredText(text.to_owned())))
    }

    fn read(&self, stored: &Stored) -> Option<SessionData> {
        let text = |key| stored.get(key).map(String::as_str).filter(|text| !text.is_empty());
        let keys = text(key::KEYS).and_then(|keys| serde_json::from_str(keys).ok()).unwrap_or_default();
        let session = WebSession {
            token: text(key::SESSION)?.into(),
            newest: text(key::INDEX).unwrap_or_default().into(),
            ..named(&keys)
        };
        Some(session.into())
    }

    /// A token alone opens a session.
    fn given(&self, given: &Value) -> Option<SessionData> {
        let token = given.as_str().or_else(|| given.get("token")?.as_str()).unwrap_or_default().trim();
        let usable = !matches!(token, "" | "undefined" | "null");
        usable.then(|| WebSession { token: token.into(), ..named(given) }.into())
    }

    fn kept(&self, data: &SessionData, _: Option<&Place>) -> Value {
        json!(data)
    }

    /// The server has no words for a success: a message's is its echo.
    fn success(&self, ended: bool) -> Body {
        Body(Bytes::from_static(if ended { br#"{"conversationEnded":true}"# } else { b"{}" }))
    }

    fn failure(&self, reason: &str, message: &str) -> Value {
        let response = json!({"errorReason": reason, "message": message});
        let code = format!("{TYPE}-{reason}");
        json!({"errors": [{"code": code, "text": message, "response": response}]})
    }
}

/// What an object says of a session beside its token.
fn named(object: &Value) -> WebSession {
    let text = |name: &str| Private::from(object.get(name).and_then(Value::as_str).unwrap_or_default());
    WebSession {
        deployment_id: text("deploymentId"),
        domain: text("domain"),
        owes_join: owes(&text("join")),
        riding: text("riding"),
        newest: Private::default(),
        token: Private::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> WebSession {
        WebSession {
            token: "t".into(),
            deployment_id: "d".into(),
            domain: "r.test".into(),
            owes_join: Some(true),
            riding: r#"{"order":"7"}"#.into(),
            newest: Private::default(),
        }
    }

    #[test]
    fn what_an_application_sees_is_the_token_and_where_it_is_good_for() {
        let data = SessionData::from(session());
        assert_eq!(json!(data), json!({"token": "t", "deploymentId": "d", "domain": "r.test"}));
        assert_eq!(json!(WebForm.none()), json!({}));
        assert_eq!(WebForm.started(&data), json!({"data": data}));
    }

    #[test]
    fn what_is_stored_comes_back() {
        let place = Place { text: Some("m9".into()), ..7.into() };
        let mut changes = WebForm.write(&session().into());
        changes.push(WebForm.place(8, Some(&place)));
        let stored = changes.into_iter().map(|(key, text)| (key.to_owned(), text.unwrap().0)).collect();
        let read = WebForm.read(&stored).unwrap();
        assert_eq!(WebSession::of(&read).unwrap(), WebSession { newest: "m9".into(), ..session() });
        assert!(WebForm.read(&Stored::new()).is_none());
    }

    #[test]
    fn a_joining_that_was_seen_is_not_owed_any_more() {
        let mut known = SessionData::from(session());
        assert!(known.apply(WebSession { owes_join: Some(false), ..WebSession::default() }.into()));
        assert_eq!(WebSession::of(&known).unwrap().owes_join, Some(false));
        assert_eq!(known.key().as_str(), "t");
    }

    #[test]
    fn a_token_alone_or_what_was_kept_is_taken_back() {
        let kept = WebForm.kept(&session().into(), None);
        let back = WebSession::of(&WebForm.given(&kept).unwrap()).unwrap();
        assert_eq!(back, WebSession { owes_join: None, riding: Private::default(), ..session() });
        let alone = WebSession::of(&WebForm.given(&json!("t")).unwrap()).unwrap();
        assert_eq!(alone, WebSession { token: "t".into(), ..WebSession::default() });
        for none in [json!(""), json!({}), json!(null), json!("undefined"), json!({"token": 7})] {
            assert!(WebForm.given(&none).is_none(), "{none}");
        }
    }
}
