//! The classes of Python's events, and what listens to them by name.

use crate::{
    names::{line, pascal_of_camel},
    python::WIDTH,
};
use std::fmt::Write;
use webchat_core::event::{Entry, EventKind, Session};

/// The name of an event's class. `Error` is the base of the exceptions.
pub(crate) fn class(entry: &Entry) -> String {
    match entry.kind {
        EventKind::Error => "ErrorEvent".to_owned(),
        kind => pascal_of_camel(kind.name()),
    }
}

/// The class of what events with this payload have in common.
fn base(entry: &Entry) -> &'static str {
    match entry.carries.form {
        "Response" => "ResponseEvent",
        "Restored" => "RestoredEvent",
        "Started" => "StartedEvent",
        "Received" => "ReceivedEvent",
        "Notice" => "TypingEvent",
        "Change" => "ParticipantEvent",
        "Progress" => "OutboxEvent",
        _ => "Event",
    }
}

/// Words of Markdown as those of a docstring.
fn words(markdown: &str) -> String {
    line(markdown).replace('`', "``")
}

/// The module with a class for each event.
pub(crate) fn module() -> String {
    let mut module = HEAD.to_owned();
    let mut bases: Vec<_> = EventKind::entries().iter().map(base).collect();
    bases.sort_unstable();
    bases.dedup();
    let _ = writeln!(module, "from ._event import {}\n", bases.join(", "));
    let names = EventKind::entries().iter().map(|entry| format!("    \"{}\",\n", entry.kind.name()));
    let _ = write!(module, "EventName = Literal[\n{}]\n", names.collect::<String>());
    module += "\"\"\"The names of the events.\"\"\"\n";
    for entry in EventKind::entries() {
        let name = entry.kind.name();
        let _ = write!(
            module,
            "\n\nclass {}({}):\n    \"\"\"{}\n\n    {}\n    \"\"\"\n\n    __slots__ = ()\n    name: ClassVar[Literal[\"{name}\"]] = \
             \"{name}\"\n",
            class(entry),
            base(entry),
            words(entry.words),
            words(entry.when)
        );
        if let Some(session) = entry.session {
            let _ = writeln!(module, "    _session = \"{}\"", bound(session));
        }
    }
    let classes = EventKind::entries().iter().map(|entry| format!("    {},\n", class(entry)));
    let _ = write!(module, "\n\nCLASSES: tuple[type[Event], ...] = (\n{})\n", classes.collect::<String>());
    module += "\"\"\"All classes, in the order of the events' numbers, which begin with 1.\"\"\"\n";
    module
}

const HEAD: &str = "# Made from the tables: `make tables`.
\"\"\"The events of the specification, a class for each.\"\"\"

from __future__ import annotations

from typing import ClassVar, Literal

";

fn bound(session: Session) -> &'static str {
    match session {
        Session::Begins => "begins",
        Session::Within => "within",
        Session::Ends => "ends",
    }
}

/// The names of all classes, for what lists what is public.
pub(crate) fn listed() -> String {
    let mut names: Vec<_> = EventKind::entries().iter().map(class).collect();
    names.sort();
    let name = |name: &String| format!("    \"{name}\",\n");
    names.iter().map(name).collect()
}

/// The classes, to be imported by name; in stubs `as` themselves, which makes them public there.
pub(crate) fn imports(again: bool) -> String {
    let mut names: Vec<_> = EventKind::entries().iter().map(class).collect();
    names.sort();
    let imported =
        |name: &String| if again { format!("    {name} as {name},\n") } else { format!("    {name},\n") };
    format!("from ._events import (\n{})\n", names.iter().map(imported).collect::<String>())
}

/// For stubs: what a handler of each event is.
pub(crate) fn handlers() -> String {
    let handler = |entry: &Entry| {
        let class = class(entry);
        format!("_{class} = TypeVar(\"_{class}\", bound=Callable[[events.{class}], object])\n")
    };
    EventKind::entries().iter().map(handler).collect()
}

/// For stubs: `on` for each name.
pub(crate) fn listening() -> String {
    let one = |entry: &Entry| {
        let (name, handler) = (entry.kind.name(), class(entry));
        format!(
            "    @overload\n    def on(self, event: Literal[\"{name}\"], handler: _{handler}) -> _{handler}: ...\n    @overload\n    \
             def on(self, event: Literal[\"{name}\"], handler: None = None) -> Callable[[_{handler}], _{handler}]: ...\n"
        )
    };
    EventKind::entries().iter().map(one).collect()
}

/// For stubs: `wait_for` for each name.
pub(crate) fn waiting(asyncio: bool) -> String {
    let one = |entry: &Entry| {
        let (name, class) = (entry.kind.name(), format!("events.{}", class(entry)));
        let result = if asyncio { format!("Coroutine[Any, Any, {class}]") } else { class.clone() };
        let parameters = [
            "self".to_owned(),
            format!("event: Literal[\"{name}\"]"),
            "*".to_owned(),
            format!("check: Check[{class}] | None = None"),
            "timeout: float | None = None".to_owned(),
        ];
        let short = format!("    def wait_for({}) -> {result}: ...\n", parameters.join(", "));
        let method = if short.len() <= WIDTH + 1 {
            short
        } else {
            format!("    def wait_for(\n        {},\n    ) -> {result}: ...\n", parameters.join(", "))
        };
        format!("    @overload\n{method}")
    };
    EventKind::entries().iter().map(one).collect()
}
