//! Makes a scenario that of one back end, before it is read: what differs on the wire is chosen, and words are replaced.

use crate::backend::BackEnd;
use serde_json::{Map, Value};

/// `value` as it is on `back_end`.
///
/// `{"$can": {ABILITY: ...}}` becomes what stands under the ability that the back end has, `{"$api": {NAME: ...}}` what stands under the
/// reference of its wire; either is left out where nothing does, and `else` stands for no other ability. `{"$error": P}` becomes the payload of `error` for the response
/// `P`, `{"$answer": P}` what the server's refusal in the words `P` looks like, `{"$refuse": OPERATION, ...}` the fault that refuses a
/// request, and `${word}` what it stands for there. Names that are no words stay, for what is saved while a scenario runs.
pub(super) fn resolve(value: &Value, back_end: &BackEnd) -> Result<Option<Value>, String> {
    Ok(Some(match value {
        Value::String(text) => replace(text, back_end),
        Value::Array(values) => {
            let values = values.iter().filter_map(|value| resolve(value, back_end).transpose());
            Value::Array(values.collect::<Result<_, _>>()?)
        }
        Value::Object(members) => return object(members, back_end),
        other => other.clone(),
    }))
}

/// Whether it says anything that differs from reference to reference.
pub(super) fn differs_by_reference(value: &Value) -> bool {
    match value {
        Value::Array(values) => values.iter().any(differs_by_reference),
        Value::Object(members) => members.contains_key("$api") || members.values().any(differs_by_reference),
        _ => false,
    }
}

fn object(members: &Map<String, Value>, back_end: &BackEnd) -> Result<Option<Value>, String> {
    for (word, choose) in [("$api", by_api as Choose), ("$can", by_ability)] {
        if let Some(choices) = members.get(word) {
            let choices = choices.as_object().filter(|_| members.len() == 1);
            let choices =
                choices.ok_or_else(|| format!("{word} stands alone and holds an object: {members:?}"))?;
            return choose(choices, back_end)?.map_or(Ok(None), |choice| resolve(choice, back_end));
        }
    }
    for (word, said) in
        [("$error", BackEnd::error as fn(&BackEnd, Value) -> Value), ("$answer", BackEnd::answer)]
    {
        if let Some(value) = members.get(word) {
            return Ok(resolve(value, back_end)?.map(|value| said(back_end, value)));
        }
    }
    if let Some(name) =
        members.get("$save").and_then(Value::as_str).filter(|name| back_end.word(name).is_some())
    {
        return Err(format!("{name:?} is a word, and nothing to save"));
    }
    let mut refusal = Map::new();
    if let Some(operation) = members.get("$refuse") {
        refusal = back_end.refusal(operation);
    }
    let members = members.iter().filter(|(name, _)| *name != "$refuse");
    let resolved = members.filter_map(|(name, value)| {
        let name = match replace(name, back_end) {
            Value::String(name) => name,
            other => return Some(Err(format!("{name:?} is no name: it stands for {other}"))),
        };
        Some(resolve(value, back_end).transpose()?.map(|value| (name, value)))
    });
    Ok(Some(Value::Object(resolved.chain(refusal.into_iter().map(Ok)).collect::<Result<_, _>>()?)))
}

/// The ability that nobody has: what stands under it is for back ends that have none of the others.
const ELSE: &str = "else";

/// Finds what applies to a back end.
type Choose = for<'a> fn(&'a Map<String, Value>, &BackEnd) -> Result<Option<&'a Value>, String>;

fn by_api<'a>(choices: &'a Map<String, Value>, back_end: &BackEnd) -> Result<Option<&'a Value>, String> {
    let known = |name: &String| BackEnd::ALL.iter().any(|back_end| back_end.api() == name);
    if let Some(name) = choices.keys().find(|name| !known(name)) {
        return Err(format!("there is no API {name:?}"));
    }
    Ok(choices.get(back_end.api()))
}

fn by_ability<'a>(choices: &'a Map<String, Value>, back_end: &BackEnd) -> Result<Option<&'a Value>, String> {
    let known = |name: &String| name == ELSE || BackEnd::ALL.iter().any(|back_end| back_end.has(name));
    if let Some(name) = choices.keys().find(|name| !known(name)) {
        return Err(format!("no back end can {name:?}"));
    }
    let mut apply = choices.iter().filter(|(name, _)| back_end.has(name));
    match (apply.next(), apply.next()) {
        (Some((first, _)), Some((second, _))) => {
            Err(format!("{} can both {first:?} and {second:?}", back_end.name))
        }
        (first, _) => Ok(first.map(|(_, choice)| choice).or_else(|| choices.get(ELSE))),
    }
}

fn replace(text: &str, back_end: &BackEnd) -> Value {
    let mut replaced = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else { break };
        replaced.push_str(before);
        match back_end.word(name) {
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
    use crate::backend::{
        gms_cometd::{GMS_COMETD, GMS_COMETD_POLLING},
        gms_rest::GMS_REST,
        nexus_rest::NEXUS_REST,
    };
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
            "else": [{"$can": {"startForm": 1, "else": 2}}, {"$can": {"startForm": 3}}],
            "fault": {"$refuse": "send", "nth": 2},
            "refusal": {"$answer": {"errors": [5]}},
        });
        let gms = json!({
            "resolves": {"statusCode": 0}, "fields": {"message": "hi ${name}"}, "data": {"status": 1}, "steps": ["only", 3],
            "can": "fetched", "else": [2],
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
        assert_eq!(nexus["else"], json!([1, 3]));
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
