//! The agent of the demonstration, kept as a rule file so that it shows how to write one.

use super::{Script, file};

const RULES: &str = include_str!("demo.toml");

pub(super) fn script() -> Script {
    file::parse_toml(RULES, None).unwrap_or_else(|_| Script::echo())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_file_is_valid() {
        let script = file::parse_toml(RULES, None).unwrap();
        assert_eq!(script.rules.len(), 7);
        assert_eq!(script.agent.as_deref(), Some("Sam"));
    }
}
