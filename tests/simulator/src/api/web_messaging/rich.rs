//! Structured content: as an agent gives it, and as the wire has it.

use serde_json::{Map, Value, json};

/// Kinds that are events, not content.
const EVENTS: [&str; 5] = ["Typing", "Presence", "CoBrowse", "Video", "Reactions"];

/// The content of a message with these attributes, if it has any: `content` as the wire has it, or the rich content by which GMS
/// carries quick replies, cards and lists.
pub(super) fn content(attributes: &Value) -> Option<Vec<Value>> {
    if let Some(Value::Array(content)) = attributes.get("content") {
        return Some(content.clone());
    }
    let given = attributes.pointer("/structured-content/genesys-chat/content")?;
    let parsed = given.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let given = parsed.as_ref().unwrap_or(given);
    let items = given.get("content").and_then(Value::as_array)?;
    let all = |make: fn(&Value) -> Value| items.iter().map(make).collect();
    Some(match given.get("contentType").and_then(Value::as_str) {
        Some("generic") => cards(items),
        Some("list-vertical" | "single-selection-list") => vec![list(items)],
        _ => all(quick_reply),
    })
}

fn word(item: &Value, name: &str) -> Value {
    item.get(name).cloned().unwrap_or_default()
}

fn quick_reply(item: &Value) -> Value {
    let text = word(item, "text");
    json!({ "contentType": "QuickReply", "quickReply": { "text": text, "payload": text, "action": "Message" } })
}

fn list(items: &[Value]) -> Value {
    let item = |item: &Value| json!({ "id": word(item, "id").to_string(), "title": word(item, "text") });
    let items: Vec<Value> = items.iter().map(item).collect();
    let section = json!({ "title": "", "multipleSelection": false, "items": items });
    let picker = json!({ "id": "list", "sections": [section], "replyMessage": { "subtitle": "Chosen" } });
    json!({ "contentType": "ListPicker", "listPicker": picker })
}

fn cards(items: &[Value]) -> Vec<Value> {
    let cards: Vec<Value> = items.iter().map(card).collect();
    match <[Value; 1]>::try_from(cards) {
        Ok([card]) => vec![json!({ "contentType": "Card", "card": card })],
        Err(cards) => vec![json!({ "contentType": "Carousel", "carousel": { "cards": cards } })],
    }
}

fn card(item: &Value) -> Value {
    let action = |part: &Value| match part.get("url") {
        Some(url) => json!({ "type": "Link", "text": word(part, "text"), "url": url }),
        None => json!({ "type": "Postback", "text": word(part, "text"), "payload": word(part, "text") }),
    };
    let actions: Vec<Value> =
        item.get("components").and_then(Value::as_array).into_iter().flatten().map(action).collect();
    let mut card = Map::new();
    card.insert("title".to_owned(), word(item, "title"));
    card.extend(item.get("image").map(|image| ("image".to_owned(), image.clone())));
    card.insert("actions".to_owned(), actions.into());
    card.into()
}

/// A message of any kind of content or event, known or not: its type, the member that holds it, and the value of that. Attributes that
/// are a list are several items of content.
pub(super) fn custom(what: &str, attributes: Option<Value>) -> (&'static str, &'static str, Value) {
    let mut first = what.chars();
    let companion: String = first.next().into_iter().flat_map(char::to_lowercase).chain(first).collect();
    if EVENTS.contains(&what) {
        let mut event = Map::new();
        event.insert("eventType".to_owned(), what.into());
        event.insert(companion, attributes.unwrap_or_default());
        return ("Event", "events", json!([event]));
    }
    let item = |attributes: Value| {
        let mut item = Map::new();
        item.insert("contentType".to_owned(), what.into());
        item.insert(companion.clone(), attributes);
        Value::from(item)
    };
    let items = match attributes.unwrap_or_default() {
        Value::Array(all) => all.into_iter().map(item).collect(),
        one => vec![item(one)],
    };
    ("Structured", "content", items.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_console_sends() {
        let rich = |content: Value| json!({"structured-content": {"genesys-chat": {"content": content}}});
        let replies =
            rich(json!({"contentType": "quick-replies", "content": [{"text": "Yes"}, {"text": "No"}]}));
        let shown = content(&replies).unwrap();
        assert_eq!(shown.len(), 2);
        assert_eq!(shown[1]["quickReply"], json!({"text": "No", "payload": "No", "action": "Message"}));
        let one =
            json!({"title": "T", "components": [{"text": "Open", "url": "https://x"}, {"text": "Buy"}]});
        let card = content(&rich(json!({"contentType": "generic", "content": [one]}))).unwrap();
        assert_eq!(card[0]["card"]["actions"][0]["type"], "Link");
        assert_eq!(card[0]["card"]["actions"][1]["payload"], "Buy");
        let both =
            content(&rich(json!({"contentType": "generic", "content": [one, one]}).to_string().into()));
        assert_eq!(both.unwrap()[0]["carousel"]["cards"].as_array().unwrap().len(), 2);
        assert_eq!(content(&json!({"a": 1})), None);
    }

    #[test]
    fn any_kind() {
        assert_eq!(
            custom("DatePicker", Some(json!({"id": "1"}))),
            ("Structured", "content", json!([{"contentType": "DatePicker", "datePicker": {"id": "1"}}]))
        );
        let (kind, name, value) = custom("Presence", Some(json!({"type": "SignIn"})));
        assert_eq!((kind, name), ("Event", "events"));
        assert_eq!(value[0]["presence"]["type"], "SignIn");
    }
}
