//! Attached data of the chat, and what the customer has read.

use super::Service;
use crate::{
    command::{RequestId, Resolution},
    transport::Operation,
};

impl Service {
    pub(super) fn update_user_data(&mut self, id: RequestId, data: crate::model::JsonObject) {
        if self.session.active().is_none() {
            self.config.user_data.extend(data);
            let merged = self.config.user_data.clone();
            self.resolve(id, Resolution::UserData(merged));
        } else {
            self.config.user_data.extend(data.clone());
            self.ask(id, Operation::UpdateUserData(data));
        }
    }

    pub(super) fn read_receipt(&mut self, id: RequestId, index: Option<u64>) {
        let newest = self.session.live().map_or(0, |live| live.position.saturating_sub(1));
        self.ask(id, Operation::ReadReceipt { position: index.unwrap_or(newest) });
    }
}
