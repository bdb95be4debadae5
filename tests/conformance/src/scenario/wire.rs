//! Makes a scenario that of one transport, before it is read: what differs on the wire is chosen, and words are replaced.

use crate::transport::Transport;
use serde_json::{Map, Value};

/// `value` as it is on `transport`.
///
/// `{"$can": {ABILITY: ...}}` becomes what stands under the ability that the transport has, `{"$api": {NAME: ...}}` what stands under the
/// API of the server behind it; either is left out where nothing does. `{"$error": P}` becomes the payload of `error` for the response
/// `P`, `{"$answer": P}` what the server's refusal in the words `P` looks like, `{"$refuse": OPERATION, ...}` the fault that refuses a
/// request, and `${word}` what it stands for there. Names that are no words stay, for what is saved while a scenario runs.
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
    for (word, choose) in [("$api", by_api as Choose), ("$can", by_ability)] {
        if let Some(choices) = members.get(word) {
            let choices = choices.as_object().filter(|_| members.len() == 1);
            let choices =
                choices.ok_or_else(|| format!("{word} stands alone and holds an object: {members:?}"))?;
            return choose(choices, transport)?.map_or(Ok(None), |choice| resolve(choice, transport));
        }
    }
    for (word, said) in
        [("$error", Transport::error as fn(&Transport, Value) -> Value), ("$answer", Transport::answer)]
    {
        if let Some(value) = members.get(word) {
            return Ok(resolve(value, transport)?.map(|value| said(transport, value)));
        }
    }
    if let Some(name) =
        members.get("$save").and_then(Value::as_str).filter(|name| transport.word(name).is_some())
    {
        return Err(format!("{name:?} is a word, and nothing to save"));
    }
    let mut refusal = Map::new();
    if let Some(operation) = members.get("$refuse") {
        refusal = transport.refusal(operation);
    }
    let members = members.iter().filter(|(name, _)| *name != "$refuse");
    let resolved = members.filter_map(|(name, value)| {
        let name = match replace(name, transport) {
            Value::String(name) => name,
            other => return Some(Err(format!("{name:?} is no name: it stands for {other}"))),
        };
        Some(resolve(value, transport).transpose()?.map(|value| (name, value)))
    });
    Ok(Some(Value::Object(resolved.chain(refusal.into_iter().map(Ok)).collect::<Result<_, _>>()?)))
}

/// Finds what applies to a transport.
type Choose = for<'a> fn(&'a Map<String, Value>, &Transport) -> Result<Option<&'a Value>, String>;

fn by_api<'a>(choices: &'a Map<String, Value>, transport: &Transport) -> Result<Option<&'a Value>, String> {
    let known = |name: &String| Transport::ALL.iter().any(|transport| transport.api() == name);
    if let Some(name) = choices.keys().find(|name| !known(name)) {
        return Err(format!("there is no API {name:?}"));
    }
    Ok(choices.get(transport.api()))
}

fn by_ability<'a>(
    choices: &'a Map<String, Value>,
    transport: &Transport,
) -> Result<Option<&'a Value>, String> {
    let known = |name: &String| Transport::ALL.iter().any(|transport| transport.has(name));
    if let Some(name) = choices.keys().find(|name| !known(name)) {
        return Err(format!("no transport can {name:?}"));
    }
    let mut apply = choices.iter().filter(|(name, _)| transport.has(name));
    match (apply.next(), apply.next()) {
        (Some((first, _)), Some((second, _))) => {
            Err(format!("{} can both {first:?} and {second:?}", transport.name))
        }
        (first, _) => Ok(first.map(|(_, choice)| choice)),
    }
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
    use crate::transport::{GMS_COMETD, GMS_COMETD_POLLING, GMS_REST, NEXUS_REST};
    use serde_json::json;

    #[test]
    fn what_differs_is_chosen() {
        let written = json!({
            "resolves": "${ok}",
            "fields": {"${textField}": "hi ${name}"},
            "data": {"$error": {"status": {"$api": {"gms": 1, "nexus": 2}}}},
            "steps": [{"$api": {"gms": "only"}}, 3],
            "gone": {"$api": {"nexus": true}},
            "can": {"$can": {"polling": "fetched", "push": "pushed"}},
            "fault": {"$refuse": "send", "nth": 2},
            "refusal": {"$answer": {"errors": [5]}},
        });
        let gms = json!({
            "resolves": {"statusCode": 0}, "fields": {"message": "hi ${name}"}, "data": {"status": 1}, "steps": ["only", 3],
            "can": "fetched",
            "fault": {"kind": "status", "status": 403, "operation": "send", "nth": 2},
            "refusal": {"responseJSON": {"errors": [5]}}});
        assert_eq!(resolve(&written, &GMS_REST), Ok(Some(gms.clone())));
        for cometd in [GMS_COMETD, GMS_COMETD_POLLING] {
            let resolved = resolve(&written, &cometd).unwrap().unwrap();
            assert_eq!(resolved["can"], json!("pushed"));
            assert_eq!(resolved["steps"], gms["steps"]);
            assert_eq!(
                resolved["fault"],
                json!({"kind": "refuse", "code": 403, "operation": "send", "nth": 2})
            );
            assert_eq!(resolved["refusal"], json!({"errors": [5]}));
        }
        let nexus = resolve(&written, &NEXUS_REST).unwrap().unwrap();
        assert_eq!(nexus["fields"], json!({"data[text]": "hi ${name}"}));
        assert_eq!(nexus["data"]["errors"][0]["response"], json!({"status": 2}));
        assert_eq!(nexus["steps"], json!([3]));
        assert_eq!(nexus["gone"], json!(true));
    }

    #[test]
    fn mistakes_are_named() {
        for written in [
            json!({"$api": 1}),
            json!({"$api": {"pigeon": 1}}),
            json!({"$can": {"fly": 1}}),
            json!({"$can": {"polling": 1, "http": 2}}),
            json!({"$can": {"polling": 1}, "more": 2}),
            json!({"${ok}": 1}),
            json!({"$save": "ok"}),
        ] {
            assert!(resolve(&written, &GMS_REST).is_err(), "{written}");
        }
    }
}
