//! What back ends can do, and how their messages come.

use crate::{
    backend::{gms::GmsForm, nexus_rest::NexusForm, web_messaging::WebForm},
    transport::{Arrival, Capabilities, Delivery, Places, SessionForm},
};

/// Everything that GMS over REST can do.
pub(crate) const GMS: Capabilities = Capabilities {
    polling: true,
    file_upload: true,
    file_download: true,
    file_limits: true,
    file_deletion: true,
    custom_notice: true,
    update_user_data: true,
    history: false,
    verify_session: true,
    server_outage: true,
    push_url: true,
    update_nickname: true,
    read_receipt: true,
    start_form: false,
    bot_events: true,
    infers_participants: false,
};

/// Everything that Nexus v3 can do with asynchronous chats.
pub(crate) const NEXUS: Capabilities = Capabilities {
    polling: true,
    file_upload: true,
    file_download: false,
    file_limits: false,
    file_deletion: false,
    custom_notice: false,
    update_user_data: true,
    history: true,
    verify_session: true,
    server_outage: false,
    push_url: false,
    update_nickname: false,
    read_receipt: false,
    start_form: true,
    bot_events: false,
    infers_participants: false,
};

/// How the messages of the back end with these abilities come.
pub(crate) fn delivery(capabilities: Capabilities) -> Delivery {
    let arrival = if capabilities.polling { Arrival::Polled } else { Arrival::Pushed };
    let places = if capabilities.start_form { Places::Opaque } else { Places::Counted };
    Delivery { arrival, places }
}

/// The form of its session data.
pub(crate) fn form(capabilities: Capabilities) -> &'static dyn SessionForm {
    match (capabilities.start_form, capabilities.infers_participants) {
        (true, true) => &WebForm,
        (true, false) => &NexusForm,
        (false, _) => &GmsForm,
    }
}
