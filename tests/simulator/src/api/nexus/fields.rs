//! The fields of a request: query, form with nested brackets, multipart or JSON (nexus-v3.md, 2.3), all as flat pairs
//! with names such as `data[userData][PhoneNumber]`.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use crate::form::{FilePart, Form, Unreadable};

/// Longest JSON body.
const MAX_JSON: usize = 16 * 1024 * 1024;

/// Everything a request says besides its path and headers.
#[derive(Debug, Default)]
pub(super) struct Fields(Form);

impl Fields {
    /// Reads query and body. Bytes of one file beyond `keep` are counted but not kept.
    pub(super) async fn read(parts: &Parts, body: Body, keep: u64) -> Result<Self, Unreadable> {
        let mut form = Form::default();
        if let Some(query) = parts.uri.query() {
            form.fields.extend(form_urlencoded::parse(query.as_bytes()).into_owned());
        }
        let sent = if is_json(&parts.headers) {
            Form { fields: read_json(body).await?, files: Vec::new() }
        } else {
            Form::read(&parts.headers, body, keep).await?
        };
        form.fields.extend(sent.fields);
        form.files = sent.files;
        Ok(Self(form))
    }

    pub(super) fn form(&self) -> &Form {
        &self.0
    }

    pub(super) fn into_files(self) -> Vec<FilePart> {
        self.0.files
    }

    /// The value of a field outside `data`; an empty one counts as absent.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }

    /// The value of `data[NAME]`; an empty one counts as absent.
    pub(super) fn data(&self, name: &str) -> Option<&str> {
        self.0.get(&format!("data[{name}]"))
    }

    /// The members of `data[userData]`.
    pub(super) fn user_data(&self) -> BTreeMap<String, String> {
        self.members("data[userData]")
    }

    /// The members of `data` itself.
    pub(super) fn all_data(&self) -> BTreeMap<String, String> {
        self.members("data")
    }

    /// The members under a prefix: empty values are kept, a list becomes the text of a JSON array, and what is
    /// nested deeper keeps its brackets.
    fn members(&self, prefix: &str) -> BTreeMap<String, String> {
        let mut members = BTreeMap::new();
        let mut lists: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (name, value) in &self.0.fields {
            let Some(inner) = name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('[')) else {
                continue;
            };
            let Some((key, deeper)) = inner.split_once(']').filter(|(key, _)| !key.is_empty()) else {
                continue;
            };
            if deeper == "[]" {
                lists.entry(key.to_owned()).or_default().push(value);
            } else {
                members.insert(format!("{key}{deeper}"), value.clone());
            }
        }
        members.extend(lists.into_iter().map(|(key, list)| (key, Value::from(list).to_string())));
        members
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/json")
}

async fn read_json(body: Body) -> Result<Vec<(String, String)>, Unreadable> {
    let bad = |status, reason: String| Unreadable { status, reason };
    let bytes = axum::body::to_bytes(body, MAX_JSON).await;
    let bytes = bytes.map_err(|error| bad(StatusCode::PAYLOAD_TOO_LARGE, error.to_string()))?;
    let mut fields = Vec::new();
    if !bytes.is_empty() {
        let value = serde_json::from_slice(&bytes)
            .map_err(|error| bad(StatusCode::BAD_REQUEST, format!("the body is no JSON: {error}")))?;
        flatten(String::new(), value, &mut fields);
    }
    Ok(fields)
}

/// Writes a JSON value as a form has it (nexus-v3.md, 2.3): null as an empty value, lists as `name[]`.
fn flatten(name: String, value: Value, fields: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let name = if name.is_empty() { key } else { format!("{name}[{key}]") };
                flatten(name, value, fields);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.into_iter().enumerate() {
                let nested = item.is_object() || item.is_array();
                let index = if nested { at.to_string() } else { String::new() };
                flatten(format!("{name}[{index}]"), item, fields);
            }
        }
        Value::Null => fields.push((name, String::new())),
        Value::String(text) => fields.push((name, text)),
        other => fields.push((name, other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(query: &str, content_type: &str, body: &str) -> Result<Fields, Unreadable> {
        let request = axum::http::Request::post(format!("/x{query}")).header("content-type", content_type);
        let (parts, body) = request.body(Body::from(body.to_owned())).unwrap().into_parts();
        Fields::read(&parts, body, 0).await
    }

    #[tokio::test]
    async fn a_form_and_json_are_the_same() {
        let form = "data%5Btype%5D=Text&data[text]=a+b%20c&data[userData][PhoneNumber]=5550100&\
                    data[userData][empty]=&data[userData][tags][]=x&data[userData][tags][]=y&\
                    data[userData][a][b]=1&operationId=o-1";
        let json = r#"{"data": {"type": "Text", "text": "a b c", "userData": {"PhoneNumber": 5550100,
            "empty": null, "tags": ["x", "y"], "a": {"b": 1}}}, "operationId": "o-1"}"#;
        let form = read("?count=20", "application/x-www-form-urlencoded", form).await.unwrap();
        let json = read("?count=20", "application/json; charset=utf-8", json).await.unwrap();
        for fields in [&form, &json] {
            assert_eq!((fields.get("operationId"), fields.get("count")), (Some("o-1"), Some("20")));
            assert_eq!((fields.data("type"), fields.data("text")), (Some("Text"), Some("a b c")));
            assert_eq!(fields.data("nickname"), None);
            let user_data = fields.user_data();
            assert_eq!(user_data.len(), 4);
            assert_eq!(user_data["tags"], r#"["x","y"]"#);
            assert_eq!((user_data["a[b]"].as_str(), user_data["empty"].as_str()), ("1", ""));
        }
        assert_eq!(form.all_data()["text"], "a b c");
    }

    #[tokio::test]
    async fn broken_json_is_named() {
        let error = read("", "application/json", "{").await.unwrap_err();
        assert_eq!(error.status, StatusCode::BAD_REQUEST);
        assert!(error.reason.contains("no JSON"), "{}", error.reason);
        assert!(read("", "application/json", "").await.unwrap().form().fields.is_empty());
    }
}
