//! What may be uploaded, as the session's answer says it.

use super::Refusal;
use crate::{
    json::Number,
    model::{FileLimits, JsonObject},
};
use serde::Deserialize;
use serde_json::Value;

/// The longest name of a file, in characters.
const LONGEST_NAME: usize = 1023;

/// What may be uploaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Media {
    /// Media types, with wild cards; none: nothing may be.
    types: Vec<String>,
    /// Thousands of bytes of a file; nothing where the server does not say it.
    most: Option<u64>,
    /// Ends of names that are refused whatever the type, in lower case and with their dot.
    blocked: Vec<String>,
    /// As the server said it.
    raw: JsonObject,
}

impl Media {
    /// Reads what a body says of it.
    pub(super) fn read(body: &JsonObject) -> Self {
        let inbound = body.get("allowedMedia").and_then(|media| media.get("inbound"));
        let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
        let types = list(inbound.and_then(|inbound| inbound.get("fileTypes")));
        let most = inbound.and_then(|inbound| inbound.get("maxFileSizeKB"));
        let text = |value: &Value| value.as_str().map(str::to_ascii_lowercase);
        let raw = ["allowedMedia", "blockedExtensions"];
        Self {
            types: types.iter().filter_map(|kind| text(kind.get("type").unwrap_or(kind))).collect(),
            most: most.and_then(|most| Number::deserialize(most).ok()).and_then(Number::unsigned),
            blocked: list(body.get("blockedExtensions")).iter().filter_map(text).collect(),
            raw: raw.iter().filter_map(|name| Some(((*name).to_owned(), body.get(*name)?.clone()))).collect(),
        }
    }

    /// Whether anything may be uploaded.
    pub(crate) fn allows_any(&self) -> bool {
        !self.types.is_empty() && self.most != Some(0)
    }

    /// What a command that asks for it gets.
    pub(crate) fn limits(&self) -> FileLimits {
        FileLimits {
            max_file_size: self.most.map(|most| most.saturating_mul(1000)),
            raw: self.raw.clone(),
            ..FileLimits::default()
        }
    }

    /// Why a file would be refused, with the server's codes. What blocks a name comes before what allows a type.
    pub(crate) fn check(&self, name: &str, media_type: &str, size: u64) -> Result<(), Refusal> {
        let refused = |code, text: &str| Err(Refusal { code, text: text.to_owned(), ..Refusal::default() });
        if name.chars().count() > LONGEST_NAME {
            return refused(4005, "The name of the file is longer than 1023 characters");
        }
        let ending = name.rsplit_once('.').filter(|(stem, ending)| !stem.is_empty() && !ending.is_empty());
        let Some((_, ending)) = ending else {
            return refused(4004, "The name of the file has no extension");
        };
        let ending = format!(".{}", ending.to_ascii_lowercase());
        if self.blocked.iter().any(|blocked| blocked.trim_start_matches('.') == &ending[1..]) {
            return refused(4001, &format!("Files with the extension {ending} are not allowed"));
        }
        if !self.types.iter().any(|allowed| covers(allowed, media_type)) {
            return refused(4001, &format!("Files of the type {media_type} are not allowed"));
        }
        if size == 0 {
            return refused(4102, "The file is empty");
        }
        match self.most {
            Some(most) if size > most.saturating_mul(1000) => {
                refused(4002, &format!("The file is larger than {most} KB"))
            }
            _ => Ok(()),
        }
    }
}

/// Whether an allowed type, `image/*` perhaps, is this one.
fn covers(allowed: &str, media_type: &str) -> bool {
    match allowed.trim().strip_suffix('*') {
        Some("*/" | "") => true,
        Some(prefix) => media_type.starts_with(prefix),
        None => allowed.trim() == media_type,
    }
}

#[cfg(test)]
#[allow(clippy::needless_pass_by_value, reason = "values are made where they are handed in")]
mod tests {
    use super::*;
    use serde_json::json;

    fn media(types: Value, size: Value) -> Media {
        let body = json!({"allowedMedia": {"inbound": {"fileTypes": types, "maxFileSizeKB": size}}, "blockedExtensions": [".exe", ".Bat"]});
        Media::read(body.as_object().unwrap())
    }

    #[test]
    fn files_are_refused_with_the_servers_codes() {
        let media = media(json!([{"type": "image/*"}, {"type": "Text/plain"}]), json!(10.0));
        let code = |name: &str, kind: &str, size| media.check(name, kind, size).err().map(|it| it.code);
        assert_eq!(code("a.png", "image/png", 10_000), None);
        assert_eq!(code("a.txt", "text/plain", 1), None);
        assert_eq!(code("a.txt", "text/csv", 1), Some(4001));
        assert_eq!(code("a.EXE", "image/png", 1), Some(4001), "whatever the case, and the type");
        assert_eq!(code("a.bAt", "image/png", 1), Some(4001));
        assert_eq!(code("a.png", "image/png", 10_001), Some(4002));
        assert_eq!(code("a.png", "image/png", 0), Some(4102));
        for name in ["a", ".png", "a."] {
            assert_eq!(code(name, "image/png", 1), Some(4004), "{name}");
        }
        assert_eq!(code(&format!("{}.png", "x".repeat(1020)), "image/png", 1), Some(4005));
    }

    #[test]
    fn nothing_may_be_uploaded_where_no_type_is_allowed() {
        assert!(media(json!([{"type": "*/*"}]), json!(1)).allows_any());
        assert!(media(json!(["*/*"]), json!(null)).allows_any());
        assert!(
            !media(json!([]), json!(1)).allows_any()
                && !media(json!([{"type": "*/*"}]), json!(0)).allows_any()
        );
        assert!(!Media::read(&JsonObject::new()).allows_any());
        assert_eq!(media(json!([{"type": "*/*"}]), json!(10)).limits().max_file_size, Some(10_000));
    }
}
