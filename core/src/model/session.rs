//! What identifies a chat session towards the server (webchatservice.md, 7): private texts, whose meaning its back end alone
//! knows, but for the session's id, its key, and who the customer is.

use super::ParticipantId;
use crate::private::Private;
use serde::{Serialize, Serializer, ser::SerializeMap};

/// The names that a back end's session data have.
#[derive(Debug, PartialEq, Eq)]
pub struct SessionNames {
    /// Of the server's id of the session. The same as the key's where the key is all that names it.
    pub id: &'static str,
    /// Of the key that every request of the session carries.
    pub key: &'static str,
    /// Of the other texts.
    pub others: &'static [&'static str],
    /// Of those among the others that are the back end's own affair: they are stored, and nobody is shown them.
    pub hidden: &'static [&'static str],
    /// Which of the others is the customer's own participant, where one is.
    pub participant: Option<&'static str>,
    /// Whether texts that are empty are shown, as they all are without a session.
    pub shows_empty: bool,
}

/// The active session's data, as `getSessionData` returns them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionData {
    names: &'static SessionNames,
    id: Private,
    key: Private,
    others: Box<[Private]>,
}

impl SessionData {
    /// Data with these texts, `others` in the order of their names.
    pub fn new<const N: usize>(
        names: &'static SessionNames,
        id: Private,
        key: Private,
        others: [Private; N],
    ) -> Self {
        Self { names, id, key, others: others.into() }
    }

    /// Whether they are of the back end that has these names.
    pub fn have(&self, names: &SessionNames) -> bool {
        self.names == names
    }

    /// The server's id of the session.
    pub fn id(&self) -> &Private {
        &self.id
    }

    /// The key that every request of the session carries.
    pub fn key(&self) -> &Private {
        &self.key
    }

    /// The text called `name`; empty when there is none.
    pub fn text(&self, name: &str) -> Private {
        self.texts().find(|(known, _)| *known == name).map(|(_, text)| text.clone()).unwrap_or_default()
    }

    /// The customer's own participant, where the data say it.
    pub fn own_participant(&self) -> Option<ParticipantId> {
        let id = self.text(self.names.participant?);
        (!id.is_empty()).then(|| ParticipantId::from(id.as_str()))
    }

    /// Takes over what `update` has, and says whether anything changed. An empty value leaves the known one.
    pub(crate) fn apply(&mut self, update: Self) -> bool {
        let before = self.clone();
        if self.names == update.names {
            replace(&mut self.id, update.id);
            replace(&mut self.key, update.key);
            self.others.iter_mut().zip(update.others).for_each(|(known, new)| replace(known, new));
        } else {
            *self = update;
        }
        *self != before
    }

    fn texts(&self) -> impl Iterator<Item = (&'static str, &Private)> {
        let others = self.names.others.iter().copied().zip(&self.others);
        let id = (self.names.id != self.names.key).then_some((self.names.id, &self.id));
        id.into_iter().chain([(self.names.key, &self.key)]).chain(others)
    }
}

impl Serialize for SessionData {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let shown = self.texts().filter(|(name, _)| !self.names.hidden.contains(name));
        for (name, text) in shown.filter(|(_, text)| self.names.shows_empty || !text.is_empty()) {
            map.serialize_entry(name, text)?;
        }
        map.end()
    }
}

fn replace(known: &mut Private, new: Private) {
    if !new.is_empty() {
        *known = new;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    static NAMES: SessionNames = SessionNames {
        id: "id",
        key: "key",
        others: &["alias", "me"],
        hidden: &[],
        participant: Some("me"),
        shows_empty: false,
    };
    static OTHERS: SessionNames = SessionNames { shows_empty: true, participant: None, ..NAMES };

    fn data(id: &str, alias: &str, me: &str) -> SessionData {
        SessionData::new(&NAMES, id.into(), "k".into(), [alias.into(), me.into()])
    }

    #[test]
    fn empty_values_leave_the_known_ones() {
        let mut known = data("1", "a", "");
        assert!(!known.apply(data("", "", "")));
        assert!(known.apply(data("", "b", "7")));
        assert_eq!(known, data("1", "b", "7"));
    }

    #[test]
    fn what_another_back_end_has_takes_their_place() {
        let other = SessionData::new(&OTHERS, "2".into(), Private::default(), ["".into(), "".into()]);
        let mut known = data("1", "a", "7");
        assert!(known.apply(other.clone()));
        assert_eq!(known, other);
        assert!(known.have(&OTHERS) && !known.have(&NAMES));
    }

    #[test]
    fn a_key_that_is_the_id_is_shown_once_and_what_is_hidden_is_not() {
        static HIDING: SessionNames = SessionNames { id: "key", hidden: &["alias"], ..NAMES };
        let data = SessionData::new(&HIDING, "k".into(), "k".into(), ["a".into(), "7".into()]);
        assert_eq!(json!(data), json!({"key": "k", "me": "7"}));
        assert_eq!(data.text("alias"), "a");
    }

    #[test]
    fn empty_texts_are_shown_where_the_back_end_shows_them() {
        let (shown, left_out) =
            (SessionData::new(&OTHERS, "2".into(), "k".into(), ["".into(), "7".into()]), data("2", "", "7"));
        assert_eq!(json!(shown), json!({"id": "2", "key": "k", "alias": "", "me": "7"}));
        assert_eq!(json!(left_out), json!({"id": "2", "key": "k", "me": "7"}));
        assert_eq!((shown.own_participant(), left_out.own_participant()), (None, Some("7".into())));
        assert_eq!((left_out.text("me"), left_out.text("nothing")), ("7".into(), Private::default()));
    }
}
