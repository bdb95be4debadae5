//! What the codes of errors mean (gms-v2.md, 5.2). Texts of the server are never shown: they can repeat what was sent.

/// What `code` means; `advice`, where it is a number, says how much is allowed.
pub(super) fn meaning(code: i64, advice: Option<&str>) -> Option<String> {
    let plain = |text: &str| Some(text.to_owned());
    let at_most = |text: &str, unit: &str| {
        let limit = advice.and_then(|advice| advice.trim().parse::<u64>().ok());
        Some(limit.map_or_else(|| text.to_owned(), |limit| format!("{text}, at most {limit}{unit}")))
    };
    match code {
        102 => plain("the first name is missing"),
        103 => plain("the last name is missing"),
        161 => plain("a name is missing"),
        201 => at_most("too many files", ""),
        202 => at_most("the file, or all files together, are too large", " bytes"),
        203 => plain("files of this type are not allowed"),
        204 => plain("the message is too long"),
        240 => plain("a new chat cannot be started now"),
        306 | 503 => plain("the service is not available"),
        364 => plain("the e-mail address is not valid"),
        401 => plain("not authorised"),
        404 => plain("the session is not known"),
        500 => plain("an unexpected error"),
        8201 => plain("no such user in the session"),
        8209 => plain("the user was logged out"),
        8210 => plain("the secure key is wrong"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_words_and_limits() {
        assert_eq!(meaning(201, Some("3")).as_deref(), Some("too many files, at most 3"));
        assert_eq!(meaning(201, Some("three <script>")).as_deref(), Some("too many files"));
        assert_eq!(meaning(240, Some("9")).as_deref(), Some("a new chat cannot be started now"));
        assert_eq!(meaning(7, None), None);
    }
}
