//! Attached data of the chat, and what the customer has read.

use super::{Service, state::Purpose};
use crate::{
    ErrorKind,
    command::{RequestId, Resolution},
    transport::Operation,
};

impl Service {
    pub(super) fn update_user_data(&mut self, id: RequestId, data: crate::model::JsonObject) {
        if self.session.active().is_none() {
            self.config.user_data.extend(data);
            let merged = self.config.user_data.clone();
            self.resolve(id, Resolution::UserData(merged));
        } else if self.capabilities.update_user_data {
            self.config.user_data.extend(data.clone());
            self.request(Purpose::Plain(id), Operation::UpdateUserData(data));
        } else {
            let text = "This transport doesn't support updating userData during an active chat session.";
            self.reject(id, ErrorKind::Unsupported, text);
        }
    }

    pub(super) fn read_receipt(&mut self, id: RequestId, index: Option<u64>) {
        let newest = self.session.live().map_or(0, |live| live.position.saturating_sub(1));
        let supported = self.capabilities.read_receipt;
        self.ask(id, supported, "readReceipt", Operation::ReadReceipt { position: index.unwrap_or(newest) });
    }
}
