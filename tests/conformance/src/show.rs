//! A scenario as it runs on a back end, for people: every choice made, every word replaced, with the whole configuration of its chat.

use crate::{BackEnd, Scenario, Table, world::World};
use serde_json::{Map, Value};
use std::fmt::Write;

/// Members in the order in which scenarios are written; others follow.
const ORDER: [&str; 11] =
    ["name", "about", "needs", "lacks", "config", "command", "await", "event", "events", "type", "restart"];

/// How long a line may be.
const WIDTH: usize = 140;

/// The names of the scenarios that apply to a back end, a line each.
pub fn names(table: &Table, back_end: &BackEnd) -> String {
    let scenarios = table.scenarios.iter().filter(|scenario| unmet(scenario, back_end).is_empty());
    scenarios.flat_map(|scenario| [scenario.name.as_str(), "\n"]).collect()
}

/// The scenarios with `part` in their names, as they run on a back end.
pub async fn show(table: &Table, back_end: BackEnd, part: &str) -> Result<String, String> {
    let meant: Vec<_> = table.scenarios.iter().filter(|scenario| scenario.name.contains(part)).collect();
    if meant.is_empty() {
        return Err(format!("no scenario has {part:?} in its name"));
    }
    let mut shown = String::new();
    let mut others = String::new();
    for scenario in meant {
        let unmet = unmet(scenario, &back_end);
        if unmet.is_empty() {
            shown.push_str(&one(scenario, back_end).await?);
        } else {
            let _ = write!(others, "\n  {}: it {}", scenario.name, unmet.join(", it "));
        }
    }
    if shown.is_empty() {
        return Err(format!("of these none runs on {}:{others}", back_end.name));
    }
    Ok(shown)
}

/// What keeps a scenario from a back end. What a language can is not asked here.
fn unmet(scenario: &Scenario, back_end: &BackEnd) -> Vec<String> {
    scenario.unmet(&[back_end.abilities, &[crate::runner::CANCELLED_OUTCOME]].concat())
}

async fn one(scenario: &Scenario, back_end: BackEnd) -> Result<String, String> {
    let mut members = scenario.resolved.as_object().cloned().unwrap_or_default();
    if !scenario.unconfigured {
        members.insert("config".into(), config(scenario, back_end).await?);
    }
    let steps = members.remove("steps").unwrap_or_default();
    let mut text = "{\n".to_owned();
    for (name, value) in in_order(&members) {
        let _ = writeln!(text, "  {}: {},", Value::String(name.clone()), printed(value, 2));
    }
    let steps = steps.as_array().into_iter().flatten();
    let steps: Vec<_> = steps.map(|step| format!("\n    {}", printed(step, 4))).collect();
    let _ = writeln!(text, "  \"steps\": [{}\n  ]\n}}", steps.join(","));
    Ok(text)
}

fn in_order(members: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut members: Vec<_> = members.iter().collect();
    members.sort_by_key(|(name, _)| ORDER.iter().position(|first| first == name).unwrap_or(ORDER.len()));
    members
}

/// JSON in one line where that holds it, else a line for each part; `indent` is that of the line it begins in.
fn printed(value: &Value, indent: usize) -> String {
    let (open, close, inner): (_, _, Vec<_>) = match value {
        Value::Object(members) => {
            let part = |(name, value): (&String, &Value)| {
                format!("{}: {}", Value::String(name.clone()), printed(value, indent + 2))
            };
            ('{', '}', in_order(members).into_iter().map(part).collect())
        }
        Value::Array(values) => ('[', ']', values.iter().map(|value| printed(value, indent + 2)).collect()),
        plain => return plain.to_string(),
    };
    let length: usize = inner.iter().map(|part| part.len() + 2).sum();
    if indent + length < WIDTH && !inner.iter().any(|part| part.contains('\n')) {
        return format!("{open}{}{close}", inner.join(", "));
    }
    let margin = " ".repeat(indent);
    format!("{open}\n{margin}  {}\n{margin}{close}", inner.join(&format!(",\n{margin}  ")))
}

/// The whole configuration; what each run chooses anew stands there as the word that scenarios have for it.
async fn config(scenario: &Scenario, back_end: BackEnd) -> Result<Value, String> {
    let mut world = World::new(scenario, back_end).await?;
    let config = world.config(&Map::new())?;
    let config = world
        .words()
        .into_iter()
        .fold(config.to_string(), |text, (name, value)| text.replace(&value, &format!("${{{name}}}")));
    world.stop().await;
    serde_json::from_str(&config).map_err(|error| format!("the configuration: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn shown(back_end: &str, part: &str) -> Result<String, String> {
        let back_end = BackEnd::named(back_end)?;
        show(&Table::load(&back_end)?, back_end, part).await
    }

    #[tokio::test]
    async fn what_runs_is_shown() {
        for back_end in BackEnd::ALL {
            let table = Table::load(back_end).unwrap();
            let names = names(&table, back_end);
            assert!(names.lines().count() > 100, "{}", back_end.name);
            for name in names.lines().filter(|name| name.starts_with("startChat")) {
                let text = shown(back_end.name, name).await.unwrap();
                for choice in ["\"$api\"", "\"$can\"", "\"$error\"", "\"$answer\"", "${ok}", "${sessionId}"] {
                    assert!(!text.contains(choice), "{choice} in {text}");
                }
                assert!(text.contains("://${host}"), "{text}");
            }
        }
    }

    /// What is shown is what is read: read as a scenario of the table it is the same once more.
    #[tokio::test]
    async fn what_is_shown_is_a_scenario() {
        let text = shown("gms-cometd", "endChat: rejected without a session").await.unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        let steps = r#"[{"command": "endChat", "rejects": {"kind": "no_session", "value": "There is no active chat session"}}]"#;
        assert_eq!(value["steps"], serde_json::from_str::<Value>(steps).unwrap());
        assert_eq!(value["config"]["cometD"]["cometURL"], "http://${host}/genesys/cometd");
        assert_eq!(value["never"], serde_json::json!(["pollingStarted", "pollingStopped"]));
    }

    #[tokio::test]
    async fn wrong_names_are_answered() {
        let wrong = shown("pigeon", "endChat").await.unwrap_err();
        assert!(wrong.contains("\"pigeon\"") && wrong.contains("gms-rest, gms-cometd"), "{wrong}");
        let wrong = shown("gms-rest", "no such scenario").await.unwrap_err();
        assert_eq!(wrong, "no scenario has \"no such scenario\" in its name");
        let wrong = shown("gms-cometd", "poll is private").await.unwrap_err();
        assert!(wrong.contains("none runs on gms-cometd") && wrong.contains("needs polling"), "{wrong}");
    }
}
