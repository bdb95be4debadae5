//! The page of the events.

use crate::{
    back_ends,
    names::{line, snake},
    python_events,
};
use std::fmt::Write;
use webchat_core::event::{Entry, EventKind, Session};

const HEAD: &str = "<!-- Made from the tables: `make tables`. -->
# Events

Each event is published once to every listener, in order, as `{time, publisher, event, data}`: `time` in milliseconds since 1970 UTC, `publisher`
`WebChatService`, `event` the name and `data` what the event carries, `{}` where that is nothing. Listeners name an event with or without
`WebChatService.` before it.

In C the data are read by the functions `webchat_payload_...` of what `webchat_event_payload` returns, in C++ by the
functions of the event's struct, and by those of `webchat::Event`, in Python by the attributes of the event's class, and as `Event.data`.
";

pub(crate) fn page() -> String {
    let mut page = HEAD.to_owned();
    for entry in EventKind::entries() {
        let _ = write!(page, "\n## {}\n\n{}\n\n{}\n", entry.kind.name(), line(entry.words), entry.when);
        carries(&mut page, entry);
        if entry.session == Some(Session::Within) {
            page += "\nOnly while there is a session.\n";
        }
        availability(&mut page, entry);
        names(&mut page, entry);
    }
    page
}

fn carries(page: &mut String, entry: &Entry) {
    if entry.carries.words.is_empty() {
        *page += "\nCarries nothing.\n";
        return;
    }
    let _ = write!(page, "\nCarries: {}\n", entry.carries.words);
    if entry.carries.fields.is_empty() {
        return;
    }
    *page += "\n| Field | Is | Always there | Meaning |\n|---|---|---|---|\n";
    for field in entry.carries.fields {
        let always = if field.optional { "no" } else { "yes" };
        let _ = writeln!(page, "| `{}` | {} | {always} | {} |", field.name, field.kind, field.words);
    }
}

fn availability(page: &mut String, entry: &Entry) {
    for ability in entry.needs {
        let list = back_ends::with(ability.has);
        let _ = write!(page, "\nBack ends that have it: {list}.\n");
    }
}

fn names(page: &mut String, entry: &Entry) {
    let (name, variant, code) = (entry.kind.name(), entry.kind, entry.kind as u32);
    let (snake, class) = (snake(name), python_events::class(entry));
    let c = snake.to_uppercase();
    let _ = write!(
        page,
        "\nRust `Event::{variant:?}` · C `WEBCHAT_EVENT_{c}` ({code}) · C++ `{class}`, `EventKind::{snake}` · Python `{class}` · by name `{name}`\n"
    );
}
