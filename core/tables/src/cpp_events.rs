//! C++'s structs of events, and its enumerations of names.

use crate::{
    cpp::WIDTH,
    names::{line, snake, wrap},
    python_events::class,
};
use std::fmt::Write;
use webchat_core::event::{Entry, EventKind, Session};

/// The class of what events with this payload have in common.
fn base(entry: &Entry) -> &'static str {
    match entry.carries.form {
        "Response" => "ResponseEvent",
        "Restored" => "RestoredEvent",
        "Started" => "StartedEvent",
        "Received" => "ReceivedEvent",
        "Notice" => "TypingEvent",
        "Change" => "ParticipantEvent",
        _ => "TypedEvent",
    }
}

fn bound(session: Option<Session>) -> &'static str {
    match session {
        None => "none",
        Some(Session::Begins) => "begins",
        Some(Session::Within) => "within",
        Some(Session::Ends) => "ends",
    }
}

fn documented(words: &str) -> String {
    wrap(&line(words), "/// ", WIDTH)
}

/// The header with a struct for each event.
pub(crate) fn header() -> String {
    let mut header = HEAD.to_owned();
    for entry in EventKind::entries() {
        let (class, kind) = (class(entry), snake(entry.kind.name()));
        let _ = writeln!(
            header,
            "{}///\n{}struct {class} final : detail::TypedAs<{class}, EventKind::{kind}, {}, detail::Bound::{}> {{\n    \
             using TypedAs::TypedAs;\n}};\n",
            documented(entry.words),
            documented(entry.when),
            base(entry),
            bound(entry.session),
        );
    }
    let classes = EventKind::entries().iter().map(|entry| format!(",\n    {}", class(entry)));
    let _ = write!(
        header,
        "{ANY}using AnyEvent = std::variant<\n    UnknownEvent{}>;\n",
        classes.collect::<String>()
    );
    let cases = EventKind::entries().iter().map(|entry| {
        let (class, kind) = (class(entry), snake(entry.kind.name()));
        format!("    case EventKind::{kind}: return {class}(std::move(event));\n")
    });
    header + TYPED + &cases.collect::<String>() + TAIL
}

const HEAD: &str = "/// A struct for each event of the specification. Made from the tables: `make tables`.
#ifndef WEBCHAT_EVENTS_HPP
#define WEBCHAT_EVENTS_HPP

#include <utility>
#include <variant>
#include <webchat/typed.hpp>

namespace webchat {

";

const ANY: &str = "/// Any event, for std::visit: the struct that it is, or UnknownEvent where the library is newer than this header. A later version has more
/// alternatives, behind these: a visitor with a case for `const auto&` goes on compiling.
";

const TYPED: &str = "
/// An event as the struct that it is. It takes the event over and reads nothing else of it.
inline AnyEvent typed(Event event) {
    switch (event.kind()) {
";

const TAIL: &str = "    case EventKind::none: break;
    }
    return UnknownEvent(std::move(event));
}

} // namespace webchat

#endif
";

/// The enumerators of names that are known.
pub(crate) fn enumerators(known: &[(&str, &str)]) -> String {
    let one =
        |(name, words): &(&str, &str)| format!("    /// \"{name}\": {}\n    {},\n", line(words), snake(name));
    known.iter().map(one).collect()
}

/// The names in the order of the enumerators.
pub(crate) fn names(known: &[(&str, &str)]) -> String {
    let one = |(name, _): &(&str, &str)| format!("    \"{name}\",\n");
    known.iter().map(one).collect()
}
