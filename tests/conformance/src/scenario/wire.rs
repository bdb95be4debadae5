//! Makes a scenario that of one transport, before it is read: what differs on the wire is chosen, and words are replaced.

use crate::transport::Transport;
use serde_json::{Map, Value};

/// `value` as it is on `transport`: `{"$transport": {NAME: ...}}` becomes what stands under the transport's name, and is left out where
/// nothing does; `{"$error": P}` becomes the payload of `error` for the response `P`; `${word}` becomes what it stands for there. Names
/// that are no words stay, for what is saved while a scenario runs.
pub(super) fn resolve(value: &Value, transport: &Transport) -> Result<Option<Value>, String> {
    Ok(Some(match value {
        Value::String(text) => replace(text, transport),
        Value::Array(values) => {
            let values = values.iter().filter_map(|value| resolve(value, transport).transpose());
            Value::Array(values.collect::<Result<_, _>>()?)
        }
        Value::Object(members) => return object(members, transport),
        other => other.clone(),
    }))
}

fn object(members: &Map<String, Value>, transport: &Transport) -> Result<Option<Value>, String> {
    if let Some(choices) = members.get("$transport") {
        return match choices.as_object().filter(|_| members.len() == 1) {
            Some(choices) => choose(choices, transport),
            None => Err(format!("$transport stands alone and holds an object: {members:?}")),
        };
    }
    if let Some(response) = members.get("$error") {
        return Ok(resolve(response, transport)?.map(|response| transport.error(response)));
    }
    if let Some(name) =
        members.get("$save").and_then(Value::as_str).filter(|name| transport.word(name).is_some())
    {
        return Err(format!("{name:?} is a word, and nothing to save"));
    }
    let resolved = members.iter().filter_map(|(name, value)| {
        let name = match replace(name, transport) {
            Value::String(name) => name,
            other => return Some(Err(format!("{name:?} is no name: it stands for {other}"))),
        };
        Some(resolve(value, transport).transpose()?.map(|value| (name, value)))
    });
    Ok(Some(Value::Object(resolved.collect::<Result<_, _>>()?)))
}

fn choose(choices: &Map<String, Value>, transport: &Transport) -> Result<Option<Value>, String> {
    let known = |name: &String| Transport::ALL.iter().any(|transport| transport.name == name);
    if let Some(name) = choices.keys().find(|name| !known(name)) {
        return Err(format!("there is no transport {name:?}"));
    }
    choices.get(transport.name).map_or(Ok(None), |choice| resolve(choice, transport))
}

fn replace(text: &str, transport: &Transport) -> Value {
    let mut replaced = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else { break };
        replaced.push_str(before);
        match transport.word(name) {
            Some(word) if before.is_empty() && after.is_empty() && replaced.is_empty() => return word,
            Some(Value::String(word)) => replaced.push_str(&word),
            _ => {
                replaced.push_str("${");
                replaced.push_str(name);
                replaced.push('}');
            }
        }
        rest = after;
    }
    replaced.push_str(rest);
    Value::String(replaced)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{GMS_REST, NEXUS_REST};
    use serde_json::json;

    #[test]
    fn what_differs_is_chosen() {
        let written = json!({
            "resolves": "${ok}",
            "fields": {"${textField}": "hi ${name}"},
            "data": {"$error": {"status": {"$transport": {"gms": 1, "nexus": 2}}}},
            "steps": [{"$transport": {"gms": "only"}}, 3],
            "gone": {"$transport": {"nexus": true}},
        });
        let gms = json!({
            "resolves": {"statusCode": 0}, "fields": {"message": "hi ${name}"}, "data": {"status": 1}, "steps": ["only", 3]});
        assert_eq!(resolve(&written, &GMS_REST), Ok(Some(gms)));
        let nexus = resolve(&written, &NEXUS_REST).unwrap().unwrap();
        assert_eq!(nexus["fields"], json!({"data[text]": "hi ${name}"}));
        assert_eq!(nexus["data"]["errors"][0]["response"], json!({"status": 2}));
        assert_eq!(nexus["steps"], json!([3]));
        assert_eq!(nexus["gone"], json!(true));
    }

    #[test]
    fn mistakes_are_named() {
        for written in [
            json!({"$transport": 1}),
            json!({"$transport": {"pigeon": 1}}),
            json!({"${ok}": 1}),
            json!({"$save": "ok"}),
        ] {
            assert!(resolve(&written, &GMS_REST).is_err(), "{written}");
        }
    }
}
