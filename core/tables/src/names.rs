//! Names in the manners of the languages, and lines that fit.

/// `parentMessageID` as `parent_message_id`.
pub(crate) fn snake(camel: &str) -> String {
    let mut text = String::new();
    let mut before_is_small = false;
    for letter in camel.chars() {
        if letter.is_uppercase() && before_is_small {
            text.push('_');
        }
        before_is_small = letter.is_lowercase();
        text.extend(letter.to_lowercase());
    }
    text
}

/// `not_sent` as `NotSent`.
pub(crate) fn pascal(snake: &str) -> String {
    let words = snake.split('_').map(|word| match word.split_at_checked(1) {
        Some((first, rest)) => first.to_uppercase() + rest,
        None => String::new(),
    });
    words.collect()
}

/// `agentConnected` as `AgentConnected`.
pub(crate) fn pascal_of_camel(camel: &str) -> String {
    match camel.split_at_checked(1) {
        Some((first, rest)) => first.to_uppercase() + rest,
        None => String::new(),
    }
}

/// The words of an entry in one line.
pub(crate) fn line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text in lines of at most `width`, each with `prefix` before it.
pub(crate) fn wrap(text: &str, prefix: &str, width: usize) -> String {
    let mut lines = vec![prefix.trim_end().to_owned()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(last) if last.len() + 1 + word.len() <= width => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(format!("{prefix}{word}")),
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_the_manner_of_the_language() {
        assert_eq!(snake("parentMessageID"), "parent_message_id");
        assert_eq!(snake("sendMessage"), "send_message");
        assert_eq!(pascal_of_camel("agentConnected"), "AgentConnected");
        assert_eq!(pascal("out_of_resources"), "OutOfResources");
    }

    #[test]
    fn lines_fit() {
        assert_eq!(wrap("aa bb cc", "/// ", 9), "/// aa bb\n/// cc\n");
    }
}
