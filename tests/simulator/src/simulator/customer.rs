//! Customers in this process, who speak no wire.

use std::collections::BTreeMap;

use super::Simulator;
use crate::api::Api;
use crate::chat::{Act, NewChat};
use crate::error::Error;

/// What a customer in this process gives to open a chat.
#[derive(Debug, Clone, Default)]
pub struct Customer {
    /// Shown name.
    pub nickname: String,
    /// Subject of the chat.
    pub subject: Option<String>,
    /// E-mail address.
    pub email_address: Option<String>,
    /// Attached data.
    pub user_data: BTreeMap<String, String>,
}

impl Simulator {
    /// Opens a chat for a customer in this process and returns its id. Others act in it as if the customer spoke `api`; the customer need
    /// not make requests to stay.
    pub fn open(&self, api: Api, customer: Customer) -> String {
        let Customer { nickname, subject, email_address, user_data } = customer;
        self.shared.change(|state, now| {
            let chat = state.chats.open(NewChat { api, nickname, subject, email_address, user_data }, now);
            chat.attended = true;
            let id = chat.id.clone();
            state.settle(&id, now);
            id
        })
    }

    /// Lets the customer of a chat act; returns the index of the event. To leave is to end the chat.
    pub fn customer_does(&self, chat_id: &str, act: Act) -> Result<u64, Error> {
        self.shared.change(|state, now| {
            let moment = state.chats.moment(now);
            let index = state.chats.get_mut(chat_id)?.0.customer_does(act, moment)?;
            state.settle(chat_id, now);
            Ok(index)
        })
    }
}
