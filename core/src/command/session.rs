//! Commands that begin, end, configure and find a chat.

use super::given::{Given, invalid};
use crate::{
    Error,
    config::Config,
    model::JsonObject,
    private::{Private, debug_only},
};
use serde_json::Value;

macro_rules! session_commands {
    ([$next:ident $($after:ident)*] $($before:tt)*) => { $next! { [$($after)*] $($before)*
        /// Configures a chat that was made without a configuration; once. Resolves when the chat is ready. A configuration that cannot be
        /// used is named in the rejection, by its key.
        Configure(config: Box<Config> | Box<Config> as session::configuration {
            /// A configuration, as a chat is made with.
            "*" | "config": Config, Needed;
        }) as "configure", configure => Nothing as (),
        needs [],
        rejects [InvalidArgument texts::CONFIGURED];

        /// Starts a chat session with what the customer entered. Resolves after the event `started`.
        StartChat(options: StartChat as session::start_chat {
            /// The name that the agent sees.
            "nickname": Text, Or("");
            /// First name.
            "firstname": Text, Or("");
            /// Last name.
            "lastname": Text, Or("");
            /// E-mail address.
            "email": Text, Or("");
            /// Subject.
            "subject": Text, Or("");
            /// Attached data. They win over the configured ones.
            "userData": ObjectOrText, Nothing;
            /// The same fields once more, `userData` among them, as Nexus has them. There they win; over GMS they count when none of the
            /// fields beside it has a value.
            "form": Object, Nothing;
            /// Further fields of the registration form. Nexus sends them along, GMS knows none.
            "*" | "other": Rest, Nothing;
        }) as "startChat", start_chat => Answer as Value,
        needs [],
        rejects [
            SessionActive texts::ALREADY_ACTIVE, Busy texts::START_LOCKED, InvalidArgument texts::MALFORMED_DATA
        ];

        /// Ends the chat session once the messages on their way have their outcome, or twice `ajaxTimeout` has passed. Resolves after the
        /// event `ended`.
        EndChat as "endChat", end_chat => Answer as Value,
        needs [session else texts::NO_SESSION],
        rejects [];

        /// Takes up a chat again; only where chats are asynchronous, others are restored when a chat is configured. Resolves once its newest
        /// messages have been published, after the event `restored` (`started`, when the server has made a new session instead);
        /// `fetchHistory` has the older ones. What is kept is restored by itself when a chat is configured: this is for a session that comes
        /// to be known later.
        Restore {
            /// The session: Nexus's token, or an object with `token`, or of GMS with `secureKey`, `sessionID`, `alias` and `userId`. Without
            /// it, the one that the session keeper or the store keeps.
            session_data: Option<Private> = "sessionData" as Session,
            /// Who restores. For `WebChatService` the stored session is restored also where chats are not asynchronous.
            commander: Commander = "commander" as By,
        } as "restore", restore => Answer as Value,
        needs [],
        rejects [
            Busy texts::RESTORING, SessionActive texts::RESTORE_ACTIVE, AccessDenied texts::RESTORE_PRIVATE, Busy texts::STARTING,
            NoSession texts::NOTHING_STORED
        ];

        /// Tells whether a session exists, judged from what is known here.
        VerifySession as "verifySession", verify_session => SessionActive as bool,
        needs [ability(verify_session) else texts::NO_VERIFYING],
        rejects [];

        /// Takes another nickname.
        UpdateNickname {
            /// The new nickname.
            nickname: Private | Private = "nickname" as TextNeeded<Private>,
        } as "updateNickname", update_nickname => Answer as Value,
        needs [ability(update_nickname) else texts::NO_NICKNAME, session else texts::NO_SESSION],
        rejects [];
    } };
}
pub(crate) use session_commands;

/// Options of `startChat`.
#[derive(Clone, Default)]
pub struct StartChat {
    /// Shown name.
    pub nickname: Private,
    /// First name.
    pub firstname: Private,
    /// Last name.
    pub lastname: Private,
    /// E-mail address.
    pub email: Private,
    /// Subject.
    pub subject: Private,
    /// Other fields of the registration form. Nexus v3 sends them, GMS does not know them.
    pub other: JsonObject,
    /// Attached data: an object, text that holds one as JSON, or null. They win over the configured ones.
    pub user_data: Value,
    /// The same fields once more, as v3 has them (`form`). Where the transport has its fields there they win; else they count when none
    /// of the fields above has a value (webchatservice.md, 14 (row 4)).
    pub form: Option<Box<StartChat>>,
}

debug_only!(StartChat { nickname });

impl StartChat {
    /// The fields that count, with `form` dissolved, and the attached data in the order in which the later win.
    pub(crate) fn resolve(mut self, form_wins: bool) -> (Self, Vec<Value>) {
        let Some(mut form) = self.form.take() else {
            let user_data = std::mem::take(&mut self.user_data);
            return (self, vec![user_data]);
        };
        let user_data = vec![std::mem::take(&mut form.user_data), std::mem::take(&mut self.user_data)];
        let form_counts = form_wins && !(form.has_no_field() && form.other.is_empty());
        (if form_counts || self.has_no_field() { *form } else { self }, user_data)
    }

    fn has_no_field(&self) -> bool {
        let fields = [&self.nickname, &self.firstname, &self.lastname, &self.email, &self.subject];
        fields.iter().all(|field| field.is_empty())
    }
}

pub(super) fn configuration(given: Given<'_>) -> Result<Box<Config>, Error> {
    Config::from_json(&Value::Object(given.options.clone())).map(Box::new)
}

/// The options, and those under `form`.
pub(super) fn start_chat(given: Given<'_>) -> Result<StartChat, Error> {
    let form = match given.options.get("form") {
        None | Some(Value::Null) => None,
        Some(Value::Object(form)) => Some(Box::new(start_fields(Given { options: form, ..given })?)),
        Some(_) => return Err(invalid("startChat: option 'form' has to be an object")),
    };
    Ok(StartChat { form, ..start_fields(given)? })
}

fn start_fields(given: Given<'_>) -> Result<StartChat, Error> {
    const OWN: [&str; 10] = [
        "nickname",
        "firstname",
        "lastname",
        "email",
        "subject",
        "userData",
        "form",
        "async",
        "headers",
        "dataURL",
    ];
    let field = |key: &str| given.text(key).map(|text| Private::from(text.unwrap_or_default()));
    let other = given.options.iter().filter(|(key, _)| !OWN.contains(&key.as_str()));
    Ok(StartChat {
        nickname: field("nickname")?,
        firstname: field("firstname")?,
        lastname: field("lastname")?,
        email: field("email")?,
        subject: field("subject")?,
        other: other.map(|(key, value)| (key.clone(), value.clone())).collect(),
        user_data: given.options.get("userData").cloned().unwrap_or_default(),
        form: None,
    })
}
