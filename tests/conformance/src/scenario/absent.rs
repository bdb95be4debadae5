//! Leaves out of a scenario what it says of events that its back end does not have, and has them never come.

use serde_json::{Value, json};

/// Takes out what the steps of `scenario` say of the events called `names`, with the steps that say nothing else, and adds them to `never`.
pub(super) fn leave_out(scenario: &mut Value, names: &[&str]) {
    let Some(members) = scenario.as_object_mut() else { return };
    if let Some(steps) = members.get_mut("steps").and_then(Value::as_array_mut) {
        steps.retain_mut(|step| says_more(step, names));
    }
    let never = members.entry("never").or_insert_with(|| json!([]));
    if let Some(never) = never.as_array_mut() {
        never.extend(names.iter().map(|name| Value::from(*name)));
    }
}

/// Takes out what a step says of the events; whether anything is left.
fn says_more(step: &mut Value, names: &[&str]) -> bool {
    let is_one = |name: &Value| name.as_str().is_some_and(|name| names.contains(&name));
    let Some(members) = step.as_object_mut() else { return true };
    if members.get("event").is_some_and(is_one) {
        return false;
    }
    match members.get_mut("events") {
        Some(Value::Array(events)) if !events.is_empty() => {
            events.retain(|entry| !is_one(entry) && !entry.get("event").is_some_and(is_one));
            return !events.is_empty();
        }
        _ => {}
    }
    match members.get_mut("count") {
        Some(Value::Object(counts)) if !counts.is_empty() => {
            counts.retain(|name, _| !names.contains(&name.as_str()));
            !counts.is_empty()
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_them_goes_and_nothing_else() {
        let mut scenario = json!({
            "never": ["error"],
            "steps": [
                {"event": "pollingStarted"}, {"event": "ended"}, {"events": ["pollingStarted"]}, {"events": []},
                {"events": [{"event": "pollingStarted", "data": {}}, "ended", {"outcome": "end"}]},
                {"count": {"pollingStarted": 1, "ended": 1}}, {"count": {"pollingStarted": 1}}, {"log": {}, "count": 1},
            ],
        });
        leave_out(&mut scenario, &["pollingStarted"]);
        let wanted = json!({
            "never": ["error", "pollingStarted"],
            "steps": [
                {"event": "ended"}, {"events": []}, {"events": ["ended", {"outcome": "end"}]}, {"count": {"ended": 1}},
                {"log": {}, "count": 1},
            ],
        });
        assert_eq!(scenario, wanted);
    }
}
