//! What back ends can do, by name.

macro_rules! capabilities {
    ($($(#[doc = $words:literal])* $field:ident = $name:literal;)*) => {
        /// What a back end can do. Commands that need more are rejected with the specification's texts.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        #[allow(clippy::struct_excessive_bools, reason = "each is one independent ability, queried by name")]
        pub struct Capabilities {
            $($(#[doc = $words])* pub $field: bool,)*
            /// The options of `startChat` stand under `form`; else beside it (specification, startChat).
            pub start_form: bool,
            /// Bots join and leave with events of their own; else they are messages only.
            pub bot_events: bool,
            /// The server does not tell who joins: that somebody is there is inferred from what they say.
            pub infers_participants: bool,
        }

        impl Capabilities {
            /// The names of all abilities.
            pub const NAMES: &'static [&'static str] = &[$($name,)*];

            /// What each of them means, in the same order: lines of Markdown.
            pub const WORDS: &'static [&'static str] = &[$(concat!($($words, "\n"),*),)*];

            /// Whether the back end has the ability called `name`; nothing when there is none of that name.
            pub fn get(&self, name: &str) -> Option<bool> {
                match name { $($name => Some(self.$field),)* _ => None }
            }

            /// The names of the abilities that the back end has.
            pub fn names(&self) -> impl Iterator<Item = &'static str> {
                [$(($name, self.$field),)*].into_iter().filter(|(_, has)| *has).map(|(name, _)| name)
            }
        }
    };
}

capabilities! {
    /// Messages are fetched by polling; else the server pushes them.
    polling = "polling";
    /// Files can be sent.
    file_upload = "fileUpload";
    /// Files can be fetched by their id.
    file_download = "fileDownload";
    /// The server tells what may be uploaded.
    file_limits = "fileLimits";
    /// Uploaded files can be deleted.
    file_deletion = "fileDeletion";
    /// Custom notices can be sent.
    custom_notice = "customNotice";
    /// User data can be changed during a chat.
    update_user_data = "updateUserData";
    /// Older messages can be fetched page by page (asynchronous chats).
    history = "history";
    /// A stored session can be recognised without asking the server.
    verify_session = "verifySession";
    /// The server reports temporary outages of the chat server behind it.
    server_outage = "serverOutage";
    /// A web address can be pushed to the agent.
    push_url = "pushUrl";
    /// The customer can take another nickname.
    update_nickname = "updateNickname";
    /// The customer can report what was read.
    read_receipt = "readReceipt";
}
