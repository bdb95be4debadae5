//! Settings in the words of the command line.

use serde::de::DeserializeOwned;

use crate::error::Error;

/// Reads `NAME=VALUE` as a patch that has one member. The items of a list are separated by commas.
pub(crate) fn patch<P: DeserializeOwned>(words: &str, lists: &[&str]) -> Result<P, Error> {
    let form = || Error::Setting(format!("{words:?} is not of the form name=value"));
    let (name, text) = words.split_once('=').ok_or_else(form)?;
    let (name, text) = (name.trim(), text.trim());
    let value = match serde_json::from_str(text) {
        _ if lists.contains(&name) => text.split(',').map(str::trim).collect(),
        Ok(value @ (serde_json::Value::Number(_) | serde_json::Value::Bool(_))) => value,
        _ => text.into(),
    };
    let members = serde_json::Map::from_iter([(name.to_owned(), value)]);
    serde_json::from_value(members.into()).map_err(|error| Error::Setting(format!("{words:?}: {error}")))
}

/// Changes a setting if there is a value for it.
pub(crate) fn set<T>(setting: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *setting = value;
    }
}
