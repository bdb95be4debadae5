//! The page of the configuration.

use crate::names::line;
use std::fmt::Write;
use webchat_core::{
    backend::{BACK_ENDS, EVERY_CHAT},
    config::{Absent, CONNECTION, Kind, OUTBOX, OptionDef, SESSION_STORE},
};

const HEAD: &str = "<!-- Made from the tables: `make tables`. -->
# Configuration

A configuration is a JSON object: that of `_genesys.widgets.webchat`, or one that has it under `webchat`, `widgets` or `_genesys`. Of `main` beside it
only `header.Authorization` is taken. Options below stand in that object; `a.b` is `b` in the object `a`. An option that is null counts as absent,
whole numbers may be written like `3000.0`, and options of the user interface are ignored. What is wrong is named by its path in one error, of kind
`invalid_configuration`; keys that no table has are named in the log.
";

pub(crate) fn page() -> String {
    let mut page = HEAD.to_owned();
    section(
        &mut page,
        "Back ends",
        "Each is chosen by what the configuration has. The first that fits has it:\n",
    );
    for back_end in BACK_ENDS {
        let _ = writeln!(page, "* `{}`: {}", back_end.name(), back_end.chosen_by());
    }
    let others: Vec<_> = EVERY_CHAT.iter().copied().filter(|table| !is_part(table)).collect();
    section(&mut page, "Every chat", "");
    options(&mut page, &others);
    section(&mut page, "Connections", "This library's own.\n");
    options(&mut page, &[CONNECTION]);
    section(
        &mut page,
        "Session store",
        "This library's own: where session data are kept when the program brings no store.\n",
    );
    options(&mut page, &[SESSION_STORE]);
    section(
        &mut page,
        "Outbox",
        "This library's own: what becomes of messages while the connection is lost, and when the process ends. With any of these the event `outbox` \
         tells how far each message is.\n",
    );
    options(&mut page, &[OUTBOX]);
    for back_end in BACK_ENDS {
        section(&mut page, &format!("`{}`", back_end.name()), &format!("Chosen {}.\n", back_end.chosen_by()));
        options(&mut page, back_end.options());
    }
    page
}

/// Whether a table has a section of its own.
fn is_part(table: &[OptionDef]) -> bool {
    [CONNECTION, OUTBOX, SESSION_STORE].contains(&table)
}

fn section(page: &mut String, title: &str, words: &str) {
    let _ = write!(page, "\n## {title}\n\n{words}");
    if !words.is_empty() {
        page.push('\n');
    }
}

fn options(page: &mut String, tables: &[&[OptionDef]]) {
    *page += "| Option | Takes | Without it | Meaning |\n|---|---|---|---|\n";
    for option in tables.iter().copied().flatten() {
        let takes = match option.kind {
            Kind::Text if option.absent == Absent::Needed => "a string that is not empty".to_owned(),
            kind => kind.expected(),
        };
        let (absent, words) = (absent(option.absent), line(option.words));
        let words = if option.kind == Kind::Ignored { format!("No effect. {words}") } else { words };
        let _ = writeln!(page, "| `{}` | {takes} | {absent} | {words} |", option.path);
    }
}

fn absent(absent: Absent) -> String {
    match absent {
        Absent::Needed => "an error".to_owned(),
        Absent::Nothing => String::new(),
        Absent::Flag(flag) => format!("`{flag}`"),
        Absent::Whole(number) => format!("`{number}`"),
        Absent::Number(number) => format!("`{number}`"),
        Absent::Text(text) => format!("`\"{text}\"`"),
        Absent::Words(words) => words.to_owned(),
    }
}
