//! What the host keeps of an asynchronous chat (webchatservice.md, 7 (getSessionData)).

use super::{Effect, Service};
use crate::{
    model::{Index, SessionData},
    store::HostCall,
};
use serde_json::{Value, json};

impl Service {
    /// Hands the host what it is to keep of an asynchronous chat (webchatservice.md, 7 (getSessionData)).
    pub(super) fn keep_for_host(&mut self) {
        let (asynchronous, form) = (self.is_asynchronous(), self.form);
        let Some(live) = self.session.live_mut().filter(|_| asynchronous) else { return };
        let kept = form.kept(&live.data, live.kept_place.as_ref());
        if live.kept.0 != kept {
            live.kept.0 = kept.clone();
            self.effects.push_back(Effect::TellKeeper(HostCall::Store(kept)));
        }
    }

    /// Tells the host of a message that is to be published next, if it is the newest.
    pub(super) fn keep_place_for_host(&mut self, index: &Index) {
        let (Some(live), Some(place)) = (self.session.live_mut(), index.place()) else { return };
        if live.kept_place.as_ref().is_none_or(|kept| kept < place) {
            live.kept_place = Some(place.clone());
            self.keep_for_host();
        }
    }

    /// Tells the host that what it keeps is of no use any more ("deleteSessionData").
    pub(super) fn forget_at_host(&mut self, data: &SessionData, response: &Value) {
        if self.is_asynchronous() {
            let lost = json!({"sessionData": data, "response": response});
            self.effects.push_back(Effect::TellKeeper(HostCall::Forget(lost)));
        }
    }
}
