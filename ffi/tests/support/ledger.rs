//! The ledger: what the header declares, in its order, each with the version that had it first. What a release has stays as it is.

#![allow(dead_code, reason = "the tool that writes it needs not all of it")]

use regex::Regex;
use std::collections::BTreeMap;

/// Where it is, from the crate's directory.
pub(crate) const PATH: &str = "ledger.txt";

const HEAD: &str =
    "# What include/webchat.h declares, and since which version. `make header` adds to it; see ABI.md.\n";

/// The version that new entries get, as the header's comments name it: without the last number, since a patch adds nothing.
pub(crate) fn version() -> String {
    concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR")).to_owned()
}

/// A header's declarations as C has them, without names of parameters; of a structure one for each field.
pub(crate) fn declared(header: &str) -> Vec<String> {
    let comments = Regex::new(r"(?s)/\*.*?\*/").unwrap();
    let declaration = Regex::new(concat!(
        r"(?sm)^#define (?P<number>WEBCHAT_\w+ \d+(?:U|ULL)?)\n",
        r"|^typedef struct (?P<structure>\w+) \{(?P<fields>.*?)\}",
        r"|^(?:typedef|WEBCHAT_API)\s[^;{}#]*;"
    ))
    .unwrap();
    let mut all = Vec::new();
    for found in declaration.captures_iter(&comments.replace_all(header, "")) {
        if let Some(number) = found.name("number") {
            let own = !number.as_str().starts_with("WEBCHAT_VERSION");
            all.extend(own.then(|| format!("#define {}", number.as_str())));
        } else if let Some(fields) = found.name("fields") {
            let fields = fields.as_str().split(';').filter(|it| !it.trim().is_empty());
            all.extend(fields.map(|it| format!("{} {{ {}; }}", &found["structure"], spaced(it))));
        } else {
            all.push(nameless(&spaced(found[0].trim_start_matches("WEBCHAT_API"))));
        }
    }
    all
}

/// A function or its type without the names of its parameters.
fn nameless(declaration: &str) -> String {
    let Some(begin) = declaration.rfind('(').filter(|_| declaration.ends_with(");")) else {
        return declaration.to_owned();
    };
    let (before, parameters) = declaration.split_at(begin + 1);
    let kind =
        |it: &str| it.trim().trim_end_matches(|it: char| it.is_alphanumeric() || it == '_').trim().to_owned();
    let kinds =
        parameters.trim_end_matches(");").split(',').map(|it| Some(kind(it)).filter(|it| !it.is_empty()));
    let kinds: Vec<String> = kinds.map(|it| it.unwrap_or_else(|| "void".to_owned())).collect();
    format!("{before}{});", kinds.join(", "))
}

fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The entries: version and declaration.
pub(crate) fn entries(ledger: &str) -> Vec<(&str, &str)> {
    ledger.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(' ')).collect()
}

/// The ledger for a header: what it had, and what is new. An error names the entries that the header does not have as they are.
pub(crate) fn continued(ledger: &str, header: &str, version: &str) -> Result<String, String> {
    let (old, new) = (entries(ledger), declared(header));
    let lost: Vec<_> = old.iter().filter(|(_, it)| !new.iter().any(|other| other == it)).collect();
    if !lost.is_empty() {
        return Err(format!("not in the header as the ledger has it: {lost:?}"));
    }
    let before: Vec<String> = old.iter().map(|(_, it)| (*it).to_owned()).collect();
    let after = structures(&new);
    for (name, fields) in structures(&before) {
        let may_grow = !parts(&new).contains(&name);
        if !after[name].starts_with(&fields) || after[name] != fields && !may_grow {
            return Err(format!("{name} has grown before its end, or is a part of others"));
        }
    }
    let since: BTreeMap<&str, &str> = old.iter().map(|(since, it)| (*it, *since)).collect();
    let line = |it: &String| format!("{} {it}\n", since.get(it.as_str()).unwrap_or(&version));
    Ok(HEAD.to_owned() + &new.iter().map(line).collect::<String>())
}

/// The fields of each structure, in their order.
pub(crate) fn structures(declarations: &[String]) -> BTreeMap<&str, Vec<&str>> {
    let mut all: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for declaration in declarations {
        if let Some((name, field)) = declaration.split_once(" { ") {
            all.entry(name).or_default().push(field.trim_end_matches(" }"));
        }
    }
    all
}

/// The structures that are parts of others: those cannot grow.
pub(crate) fn parts(declarations: &[String]) -> Vec<&str> {
    let all = structures(declarations);
    let is_part = |name: &&str| {
        all.values().flatten().any(|it| it.starts_with(&format!("{name} ")) && !it.contains('*'))
    };
    all.keys().copied().filter(is_part).collect()
}
