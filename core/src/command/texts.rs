//! The specification's texts of rejections, and ours where it has none.

pub(crate) const NO_SESSION: &str = "There is no active chat session";
pub(crate) const NO_ACTIVE_SESSION: &str = "No active chat session";

pub(crate) const CONFIGURED: &str = "configure: the service is configured already";
pub(crate) const ALREADY_ACTIVE: &str = "There is already an active chat session";
pub(crate) const START_LOCKED: &str = "a chat is being started by another service with the same store";
pub(crate) const MALFORMED_DATA: &str = "malformed data object provided in userData property";
pub(crate) const NO_VERIFYING: &str = "This transport doesn't support the verifySession command";

pub(crate) const RESTORING: &str = "Already restoring. Ignoring request.";
pub(crate) const RESTORE_ACTIVE: &str = "Chat session is already active, ignoring restore command.";
pub(crate) const RESTORE_PRIVATE: &str = "Access Denied to private command. Only WebChatService is allowed to invoke this command in Non-Async mode.";
pub(crate) const STARTING: &str = "A chat is being started. Ignoring request.";
pub(crate) const NOTHING_STORED: &str = "No chat session found to restore.";

pub(crate) const CUT_OFF: &str = "the message was not sent, because the connection is lost";
pub(crate) const NO_TEXT: &str = "No message text provided";
/// `{limit}` stands for the number.
pub(crate) const TOO_LONG: &str = "Message length exceeds configured threshold of ({limit}) characters";
pub(crate) const TOO_MANY_UNATTENDED: &str = "10000 messages are on their way and have not arrived yet";
pub(crate) const NO_NOTICE: &str = "This transport doesn't support sendCustomNotice command.";
pub(crate) const NO_PUSHING: &str = "This transport doesn't support pushUrl command.";
pub(crate) const NO_RECEIPT: &str = "This transport doesn't support readReceipt command.";
pub(crate) const NO_NICKNAME: &str = "This transport doesn't support updateNickname command.";
/// For filters that cannot be used.
pub(crate) const FILTERS: &str = "Missing or invalid filters provided. Please provide a regular expression or an array of regular expressions.";

pub(crate) const NO_USER_DATA: &str =
    "This transport doesn't support updating userData during an active chat session.";
pub(crate) const NO_HISTORY: &str = "Fetching history messages applies only to Asynchronous chat";
pub(crate) const NO_MORE: &str = "No more messages to fetch";

pub(crate) const NO_POLL: &str = "This transport doesn't support polling.";
pub(crate) const NO_POLLING: &str = "This transport doesn't support polling";
pub(crate) const PRIVATE: &str =
    "Access Denied to private command. Only WebChatService is allowed to invoke this command.";
pub(crate) const UNFINISHED: &str = "previous poll has not finished.";
pub(crate) const NO_EXCEPTIONS: &str = "This transport doesn't support resetPollExceptions command.";

pub(crate) const NO_UPLOADS: &str = "This transport doesn't support file uploads";
pub(crate) const NO_DOWNLOADS: &str = "This transport doesn't support file download.";
pub(crate) const NO_LIMITS: &str = "This transport doesn't support getFileLimits command.";
pub(crate) const NO_DELETION: &str = "This transport doesn't support deleteFile command.";

pub(crate) const INPUT: &str = "Invalid value provided for the 'input' property. An HTML element reference to a textarea or text input is required.";
/// `{type}` stands for the JavaScript name of the type.
pub(crate) const PREPROCESSOR: &str = "No preprocessor function provided. Type provided was '{type}'.";
