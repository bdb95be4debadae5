//! What the table of events has of each, as plain data: for stubs, constants and pages of other languages.

use super::EventKind;
use crate::command::Ability;

/// An event, as the table has it.
#[derive(Debug)]
pub struct Entry {
    /// Which one it is.
    pub kind: EventKind,
    /// What it tells. Lines of Markdown.
    pub words: &'static str,
    /// When it is published. Markdown.
    pub when: &'static str,
    /// What a back end has to be able to do, or it is never published.
    pub needs: &'static [Ability],
    /// What it has to do with a session; nothing where it is published with one and without.
    pub session: Option<Session>,
    /// What it carries.
    pub carries: Carries,
}

/// What an event has to do with a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Session {
    /// A session begins with it.
    Begins,
    /// It is published while there is a session only: after the end none comes until another session begins.
    Within,
    /// The session ends with it.
    Ends,
}

/// The form of what an event carries.
#[derive(Clone, Copy, Debug, Default)]
pub struct Carries {
    /// What kind of payload it is, by the name of [`Payload`](super::Payload)'s variant.
    pub form: &'static str,
    /// What it is as a whole. Markdown; empty where it is nothing.
    pub words: &'static str,
    /// Its fields in JSON, where they are the same for all back ends.
    pub fields: &'static [Field],
}

/// A field of what an event carries.
#[derive(Debug)]
pub struct Field {
    /// Its name in JSON.
    pub name: &'static str,
    /// What it is in JSON.
    pub kind: &'static str,
    /// Whether it can be absent.
    pub optional: bool,
    /// What it means. Markdown.
    pub words: &'static str,
}
