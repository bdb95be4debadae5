//! The page of the kinds of errors: what each means, what to do, and its names.

use crate::names::{line, pascal};
use std::fmt::Write;
use webchat_core::ErrorKind;

const HEAD: &str = "<!-- Made from the tables: `make tables`. -->
# Errors

Every error has a kind, the same in every language: in C the status that a function returns or an outcome has, elsewhere the class of an exception, in
Rust `Error::kind()`. Beside it stand

* a text: the specification's where it has one, with what exactly is wrong behind it. It is safe to log: no message, name or key is in it;
* the server's response as JSON, where the specification says \"(AJAX Response Object)\". It can hold private text;
* whether trying the same again can help: never, after the time that the server named, or after a pause that grows;
* of a message, what became of it: `not_sent`, it did not arrive; `unknown`, nothing tells.

In C, `webchat_failure_reason` has the text of the thread's last call that failed, `webchat_outcome_reason` that of a command.
";

/// What whoever gets an error can do about it.
const TO_DO: &[(ErrorKind, &str)] = &[
    (ErrorKind::InvalidArgument, "Mend the program: the text names the option."),
    (
        ErrorKind::InvalidConfiguration,
        "Mend the configuration: the text names the key by its path. `webchat config check FILE` says what each key means. \
         Where the chat was to be configured later, `configure` did not come within five seconds.",
    ),
    (ErrorKind::NoSession, "Start a chat first. When one has just ended, that is what the command found."),
    (ErrorKind::SessionActive, "Go on with the chat that there is, or end it first."),
    (
        ErrorKind::Busy,
        "Wait for what is under way, then try again. With \"far too many events\": take the events. Where another program starts a chat \
         with the same session store: it goes first.",
    ),
    (
        ErrorKind::AccessDenied,
        "Leave the command to the service, or name it as the commander, as the page of commands says.",
    ),
    (ErrorKind::Unsupported, "Ask for the ability before (`capabilities`), and offer what the back end has."),
    (
        ErrorKind::NotFound,
        "Do without: there is no older message, no stored session, no such file. An HTTP status 404 or 410 without a session means that \
         the address is wrong.",
    ),
    (
        ErrorKind::Rejected,
        "Look into the response: the server says why. Trying the same again does not help.",
    ),
    (
        ErrorKind::Unauthorized,
        "Look at `apikey`, `x-api-key`, `Authorization`, the client certificate, or the proxy's user name and password: HTTP status 401, 403 or 407.",
    ),
    (ErrorKind::RateLimited, "Wait as long as the error says, then try again; and give fewer commands."),
    (
        ErrorKind::Unavailable,
        "Try again after a pause that grows. The address was right and somebody answered, but not the chat server. Of a message: it did not arrive.",
    ),
    (
        ErrorKind::Disconnected,
        "Try again after a pause that grows; look at address, proxy, name and certificate, which the text names. The chat itself goes on: \
         wait for `reconnected`.",
    ),
    (
        ErrorKind::Timeout,
        "As with `disconnected`; where you gave the command a deadline of your own, that was it. Except for messages, the command may still take effect.",
    ),
    (
        ErrorKind::OutcomeUnknown,
        "Ask the person, or look at the transcript: it may have arrived, and sending it again may double it. A message has this outcome when the \
         transcript has told nothing for a minute, or when the session, the chat or your deadline ended before.",
    ),
    (
        ErrorKind::Protocol,
        "Look at the address: as a rule it is not the chat's, or a portal or gateway answered in its place. A recording of the wire shows the answer.",
    ),
    (ErrorKind::Cancelled, "Nothing: you cancelled it. It may have taken effect if it had left."),
    (
        ErrorKind::Closed,
        "Nothing: the chat was closed before the outcome was known. Wait for outcomes before closing, or end the chat first.",
    ),
    (
        ErrorKind::Io,
        "Look at the file and its permissions: the text names it, and the error has the system's number.",
    ),
    (
        ErrorKind::WrongThread,
        "Do not wait in a callback: give the command with a completion (Python: `chat.nowait`), or wait on another thread.",
    ),
    (
        ErrorKind::Internal,
        "Report it, with the log and a recording. Close the chat, and restore it in another.",
    ),
    (
        ErrorKind::NotSent,
        "Offer to send it again when `reconnected` comes. It has not left, so that doubles nothing.",
    ),
    (
        ErrorKind::OutOfResources,
        "Raise the limit that the text names (`ulimit -n`, `ulimit -u`, memory), or have fewer chats.",
    ),
];

const OF_C: &str = "
## In C and C++ alone

| Status | Meaning | What to do |
|---|---|---|
| `WEBCHAT_ERR_INVALID_HANDLE` (64) | The handle is null, destroyed, of another kind, or never was one. | Mend the program. |
| `WEBCHAT_END_OF_EVENTS` (65) | No error: the service is closed, and all its events have been taken. | Stop asking for events. |
| `WEBCHAT_ERR_FORKED` (66) | The process was forked from one that had begun to use the library. | Fork before, or call exec. |
";

pub(crate) fn page() -> String {
    let mut page = HEAD.to_owned();
    for kind in ErrorKind::ALL {
        let (name, words) = (kind.name(), line(kind.words()));
        let _ = write!(page, "\n## {name}\n\n{words}\n");
        if let Some((_, to_do)) = TO_DO.iter().find(|(of, _)| of == kind) {
            let _ = write!(page, "\n**What to do.** {to_do}\n");
        }
        let (class, c, code) = (pascal(name), name.to_uppercase(), kind.code());
        let _ = write!(
            page,
            "\nRust `ErrorKind::{kind:?}` · C `WEBCHAT_ERR_{c}` ({code}) · C++ `webchat::{class}Error` · Python `webchat.{class}Error`\n"
        );
    }
    page + OF_C
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_what_to_do_once() {
        let known: Vec<_> = TO_DO.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(known, ErrorKind::ALL);
        assert!(TO_DO.iter().all(|(_, to_do)| !to_do.is_empty()));
    }
}
