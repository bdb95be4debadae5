//! The envelopes of what the server says.

use serde_json::{Map, Value, json};

use super::modes::{ErrorForm, Tracing};
use super::settings::WebMessagingSettings;

/// A file for which no address could be made; who announced it may have given no id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unaddressed {
    pub(super) id: Option<String>,
}

/// A refusal: a code, what people are told, and what some codes have beside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: u32,
    pub(super) text: String,
    /// Seconds until it may be tried again.
    pub(super) retry_after: Option<u64>,
    /// It is told as the failure of making an address.
    pub(super) attachment: Option<Unaddressed>,
}

impl Refusal {
    pub(super) fn new(code: u32, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), retry_after: None, attachment: None }
    }

    /// Too much of something, for so many seconds.
    pub(super) fn too_many(retry_after: u64) -> Self {
        let text = "Message rate too high for this session".to_owned();
        Self { code: TOO_MANY, text, retry_after: Some(retry_after), attachment: None }
    }

    pub(super) fn missing(what: &str) -> Self {
        Self::new(MISSING, format!("{what} is missing"))
    }

    pub(super) fn unknown_session() -> Self {
        Self::new(UNKNOWN_SESSION, "Session not found")
    }

    /// The class, the code in the envelope, and the body.
    fn parts(&self, form: ErrorForm) -> (&'static str, u32, Value) {
        let coded = || json!({ "errorCode": self.code, "errorMessage": self.text });
        let (class, outer, body) = match (&self.attachment, self.retry_after, form) {
            (_, Some(retry_after), _) => {
                let body = json!({ "retryAfter": retry_after, "errorCode": RATE_TOO_HIGH, "errorMessage": self.text });
                ("TooManyRequestsErrorMessage", TOO_MANY, body)
            }
            (Some(attachment), None, _) => {
                let mut body = coded();
                if let (Some(members), Some(id)) = (body.as_object_mut(), &attachment.id) {
                    members.insert("attachmentId".to_owned(), id.as_str().into());
                }
                ("GenerateUrlError", BAD_REQUEST, body)
            }
            (None, None, ErrorForm::Text) => ("string", self.code, self.text.as_str().into()),
            (None, None, ErrorForm::Error) => ("Error", BAD_REQUEST, coded()),
            (None, None, ErrorForm::ErrorMessage | ErrorForm::Ok) => ("ErrorMessage", BAD_REQUEST, coded()),
        };
        (class, if form == ErrorForm::Ok { 200 } else { outer }, body)
    }

    /// The frame that tells of it.
    pub(super) fn frame(&self, settings: &WebMessagingSettings, tracing_id: Option<Value>) -> String {
        let tracing_id = tracing_id.filter(|_| !settings.errors_untraced);
        let (class, code, body) = self.parts(settings.error_form);
        let envelope = envelope("response", class, code, body);
        traced(settings, envelope, tracing_id).to_string()
    }
}

pub(super) const BAD_REQUEST: u32 = 400;
pub(super) const UNAUTHORISED: u32 = 401;
pub(super) const FORBIDDEN: u32 = 403;
pub(super) const NOT_FOUND: u32 = 404;
pub(super) const READ_ONLY: u32 = 409;
pub(super) const TOO_MANY: u32 = 429;
pub(super) const UNAVAILABLE: u32 = 503;
pub(super) const NO_FEATURE: u32 = 4000;
pub(super) const FILE_TYPE: u32 = 4001;
pub(super) const FILE_SIZE: u32 = 4002;
pub(super) const FILE_CONTENT: u32 = 4003;
pub(super) const FILE_NAME: u32 = 4004;
pub(super) const FILE_NAME_LONG: u32 = 4005;
pub(super) const EXPIRED_SESSION: u32 = 4006;
pub(super) const UNKNOWN_SESSION: u32 = 4007;
pub(super) const EXPIRED_FILE: u32 = 4008;
pub(super) const UNKNOWN_FILE: u32 = 4009;
pub(super) const NOT_UPLOADED: u32 = 4010;
pub(super) const TEXT_LONG: u32 = 4011;
pub(super) const DATA_LONG: u32 = 4013;
pub(super) const NO_GUEST: u32 = 4017;
pub(super) const MISSING: u32 = 4020;
pub(super) const RATE_TOO_HIGH: u32 = 4029;
pub(super) const FILE_EMPTY: u32 = 4102;

/// What the server says when it cannot tell what is asked for: a frame without a class.
pub(super) fn not_routed(connection: u64) -> String {
    let request = format!("{connection:x}-unrouted");
    json!({ "message": "Forbidden", "connectionId": format!("{connection:08x}"), "requestId": request })
        .to_string()
}

fn envelope(kind: &str, class: &str, code: u32, body: Value) -> Map<String, Value> {
    let mut envelope = Map::new();
    envelope.insert("type".to_owned(), kind.into());
    envelope.insert("class".to_owned(), class.into());
    envelope.insert("code".to_owned(), code.into());
    envelope.insert("body".to_owned(), body);
    envelope
}

/// Puts the tracing id where answers have it.
fn traced(
    settings: &WebMessagingSettings,
    mut envelope: Map<String, Value>,
    tracing_id: Option<Value>,
) -> Value {
    if let Some(id) = tracing_id {
        match settings.tracing {
            Tracing::Envelope => {
                envelope.insert("tracingId".to_owned(), id);
            }
            Tracing::Body => {
                if let Some(Value::Object(body)) = envelope.get_mut("body") {
                    body.insert("tracingId".to_owned(), id);
                }
            }
            Tracing::Absent => {}
        }
    }
    envelope.into()
}

/// An answer that is no refusal. Some classes come as messages even so.
pub(super) fn answer(
    settings: &WebMessagingSettings,
    class: &str,
    body: Value,
    tracing_id: Option<Value>,
) -> String {
    let kind = match class {
        "PresignedUrlResponse" | "AttachmentDeletedResponse" => "message",
        _ => "response",
    };
    traced(settings, envelope(kind, class, 200, body), tracing_id).to_string()
}

/// A message of the conversation; with a tracing id it answers the request that brought it.
pub(super) fn message(settings: &WebMessagingSettings, body: Value, tracing_id: Option<Value>) -> String {
    traced(settings, envelope("message", "StructuredMessage", 200, body), tracing_id).to_string()
}

/// Something that the server tells of its own accord.
pub(super) fn event(class: &str, body: Value) -> String {
    Value::from(envelope("message", class, 200, body)).to_string()
}
