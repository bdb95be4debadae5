//! A page of the history, the newest entry first.

use super::Entry;
use crate::{
    bounds::check,
    json::{self, Number, take},
};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

/// A page.
#[derive(Debug)]
pub(crate) struct Page {
    /// The newest first.
    pub(crate) entries: Vec<Entry>,
    /// It is the last: what is older is not there.
    pub(crate) is_last: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    #[serde(borrow, default)]
    entities: Vec<&'a RawValue>,
    page_number: Option<Number>,
    page_count: Option<Number>,
}

/// Reads page `number`; nothing, if it is none. One with nothing in it is the last, unless the server says that there are more.
pub(crate) fn page(body: &[u8], number: u64) -> Option<Page> {
    check(body).ok()?;
    let (entries, told, count) = match serde_json::from_slice::<Wire<'_>>(body) {
        Ok(wire) => (
            wire.entities.iter().filter_map(|entry| Entry::read(entry.get())).collect::<Vec<_>>(),
            wire.page_number,
            wire.page_count,
        ),
        Err(_) => salvaged(body)?,
    };
    let number = told.and_then(Number::place).unwrap_or(number);
    let is_last = match count.and_then(Number::place) {
        Some(count) => number >= count,
        None => entries.is_empty(),
    };
    Some(Page { entries, is_last })
}

/// What is usable of a page that is not quite the protocol's.
fn salvaged(body: &[u8]) -> Option<(Vec<Entry>, Option<Number>, Option<Number>)> {
    let Value::Object(mut page) = json::value(body)? else { return None };
    let entities: Vec<Value> = take(&mut page, "entities")?;
    let entries = entities.iter().filter_map(|entry| Entry::read(&entry.to_string())).collect();
    Some((entries, take(&mut page, "pageNumber"), take(&mut page, "pageCount")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(body: &Value, number: u64) -> Option<(Vec<String>, bool)> {
        let page = page(body.to_string().as_bytes(), number)?;
        let ids = page.entries.iter().map(|entry| entry.id.as_deref().unwrap_or_default().to_owned());
        Some((ids.collect(), page.is_last))
    }

    #[test]
    fn pages_say_whether_there_are_more() {
        let entities = json!([{"id": "b"}, {"id": "a", "channel": {"time": null}}, 7]);
        let of = |number: Value, count: Value| json!({"entities": entities, "pageNumber": number, "pageCount": count, "total": 9});
        let both = || vec!["b".to_owned(), "a".to_owned()];
        assert_eq!(read(&of(json!(1), json!(2)), 1), Some((both(), false)));
        assert_eq!(read(&of(json!(2.0), json!("2")), 2), Some((both(), true)));
        assert_eq!(read(&of(json!(null), json!(3)), 3), Some((both(), true)));
        assert_eq!(read(&json!({"entities": entities}), 1), Some((both(), false)));
        assert_eq!(
            read(&json!({"entities": [], "pageCount": 5}), 2),
            Some((vec![], false)),
            "empty in the middle"
        );
        assert_eq!(read(&json!({"entities": []}), 2), Some((vec![], true)));
    }

    #[test]
    fn what_is_no_page() {
        for none in [json!([]), json!("x"), json!({"entities": 5}), json!(null)] {
            assert_eq!(read(&none, 1), None, "{none}");
        }
        assert!(page(b"<html>", 1).is_none());
    }
}
