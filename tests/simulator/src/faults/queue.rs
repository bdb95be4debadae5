//! Which fault befalls which request.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{Fault, FaultKind, Place};
use crate::api::Api;
use crate::changes::Changes;
use crate::operation::Operation;

#[derive(Debug)]
struct Queued {
    fault: Fault,
    seen: u32,
    used: u32,
}

#[derive(Debug)]
struct Inner {
    queue: Vec<Queued>,
    rates: Vec<(f64, Fault)>,
    random: StdRng,
}

/// The faults in store; clones share them.
#[derive(Debug, Clone)]
pub struct Faults {
    inner: Arc<Mutex<Inner>>,
    changes: Changes,
}

/// What befalls one request.
#[derive(Debug, Default)]
pub(crate) struct Picked {
    pub(crate) before: Duration,
    pub(crate) after: Duration,
    pub(crate) fault: Option<Fault>,
    pub(crate) name: Option<&'static str>,
}

impl Picked {
    fn add(&mut self, fault: Fault) {
        self.name = Some(fault.kind.name());
        match fault.kind {
            FaultKind::Latency(time) => self.before += time,
            FaultKind::SlowReply(time) => self.after += time,
            _ => self.fault = Some(fault),
        }
    }

    /// Whether the operation is to be carried out.
    pub(crate) fn takes_effect(&self) -> bool {
        self.fault.as_ref().is_none_or(|fault| fault.effect)
    }
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        let random = StdRng::seed_from_u64(seed.wrapping_add(2));
        let inner = Inner { queue: Vec::new(), rates: Vec::new(), random };
        Self { inner: Arc::new(Mutex::new(inner)), changes: Changes::default() }
    }

    /// Where is told that faults have come or gone.
    pub(crate) fn changes(&self) -> Changes {
        self.changes.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a fault behind those already waiting.
    pub fn push(&self, fault: Fault) {
        self.lock().queue.push(Queued { fault, seen: 0, used: 0 });
        self.changes.tell();
    }

    /// The queued faults that have not been used up, oldest first.
    pub fn pending(&self) -> Vec<Fault> {
        self.lock().queue.iter().map(|queued| queued.fault.clone()).collect()
    }

    /// Sets the probability (0 to 1) of each of these faults at every request that matches them and has no
    /// queued fault. Tried in order, drawn from the seed: latencies add up, of the others the first one wins.
    /// Replaces the rates set before. A probability outside 0..=1 is taken as the nearest end.
    pub fn set_rates(&self, rates: impl IntoIterator<Item = (f64, Fault)>) {
        let inside = |rate: f64| if rate.is_nan() { 0.0 } else { rate.clamp(0.0, 1.0) };
        self.lock().rates = rates.into_iter().map(|(rate, fault)| (inside(rate), fault)).collect();
        self.changes.tell();
    }

    /// The rates in force.
    pub fn rates(&self) -> Vec<(f64, Fault)> {
        self.lock().rates.clone()
    }

    /// Forgets all queued faults and all rates.
    pub fn clear(&self) {
        let mut inner = self.lock();
        inner.queue.clear();
        inner.rates.clear();
        drop(inner);
        self.changes.tell();
    }

    /// What befalls a request that has arrived at this place. Faults that need messages to show come later, by
    /// [`Faults::pick_for_messages`].
    pub(crate) fn pick(&self, api: Api, place: Place, operation: Operation, chat: Option<&str>) -> Picked {
        self.pick_where(api, operation, chat, |kind| kind.messages_needed() == 0 && kind.fits(place))
    }

    /// What befalls a reply with this many messages.
    pub(crate) fn pick_for_messages(
        &self,
        api: Api,
        operation: Operation,
        chat: Option<&str>,
        messages: usize,
    ) -> Option<Fault> {
        let fits = |kind: &FaultKind| (1..=messages).contains(&kind.messages_needed());
        self.pick_where(api, operation, chat, fits).fault
    }

    fn pick_where(
        &self,
        api: Api,
        operation: Operation,
        chat: Option<&str>,
        fits: impl Fn(&FaultKind) -> bool,
    ) -> Picked {
        let inner = &mut *self.lock();
        let mut picked = Picked::default();
        let applies = |fault: &Fault| fits(&fault.kind) && fault.matches(api, operation, chat);
        let mut chosen = false;
        for queued in inner.queue.iter_mut().filter(|queued| applies(&queued.fault)) {
            queued.seen += 1;
            if !chosen && queued.seen >= queued.fault.nth && queued.used < queued.fault.times {
                chosen = true;
                queued.used += 1;
                picked.add(queued.fault.clone());
            }
        }
        inner.queue.retain(|queued| queued.used < queued.fault.times);
        if chosen {
            self.changes.tell();
            return picked;
        }
        for (rate, fault) in inner.rates.iter().filter(|(_, fault)| applies(fault)) {
            if inner.random.random_bool(*rate) && picked.fault.is_none() {
                picked.add(fault.clone());
            }
        }
        picked
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bayeux::Carrier;

    fn name(faults: &Faults, operation: Operation) -> &'static str {
        faults.pick(Api::GmsRest, Place::Http, operation, Some("c")).name.unwrap_or("-")
    }

    #[test]
    fn one_each_in_order() {
        let faults = Faults::new(1);
        faults.push(Fault::drop_before());
        faults.push(Fault::status(500).on(Operation::Send));
        assert_eq!(name(&faults, Operation::Send), "drop");
        assert_eq!(name(&faults, Operation::Refresh), "-");
        assert_eq!(name(&faults, Operation::Send), "status");
        assert_eq!(name(&faults, Operation::Send), "-");
        assert!(faults.pending().is_empty());
    }

    #[test]
    fn nth_and_times() {
        let faults = Faults::new(1);
        faults.push(Fault::status_code_1(2).on(Operation::Refresh).nth(2));
        let seen: Vec<_> = (0..5).map(|_| name(&faults, Operation::Refresh)).collect();
        assert_eq!(seen, ["-", "statusCode1", "statusCode1", "-", "-"]);
    }

    #[test]
    fn only_its_chat() {
        let faults = Faults::new(1);
        faults.push(Fault::drop_after().in_chat("other"));
        assert_eq!(name(&faults, Operation::Send), "-");
        assert!(faults.pick(Api::GmsRest, Place::Http, Operation::Send, Some("other")).takes_effect());
        assert!(faults.pending().is_empty());
    }

    #[test]
    fn only_their_api() {
        let faults = Faults::new(1);
        faults.push(Fault::error_code("INVALID_SESSION"));
        faults.push(Fault::status_code_1(1));
        let name = |api| faults.pick(api, Place::Http, Operation::Send, None).name;
        assert_eq!(name(Api::GmsRest), Some("statusCode1"));
        assert_eq!(name(Api::GmsRest), None);
        assert_eq!(name(Api::NexusRest), Some("errorCode"));
    }

    #[test]
    fn only_where_they_can_show() {
        let faults = Faults::new(1);
        faults.push(Fault::status(503));
        faults.push(Fault::refuse(402));
        let name = |place| faults.pick(Api::GmsCometd, place, Operation::Connect, None).name;
        assert_eq!(name(Place::Meta(Carrier::WebSocket)), Some("refuse"));
        assert_eq!(name(Place::Meta(Carrier::WebSocket)), None);
        assert_eq!(name(Place::Meta(Carrier::LongPolling)), Some("status"));
        faults.push(Fault::drop_before());
        let deliver = || faults.pick(Api::GmsCometd, Place::Delivery, Operation::Deliver, None).name;
        assert_eq!(deliver(), None, "deliveries are befallen by name only");
        faults.push(Fault::drop_before().on(Operation::Deliver));
        assert_eq!(deliver(), Some("drop"));
    }

    #[test]
    fn message_faults_wait_for_messages() {
        let faults = Faults::new(1);
        faults.push(Fault::reordered_messages());
        assert_eq!(name(&faults, Operation::Refresh), "-");
        assert_eq!(faults.pick_for_messages(Api::GmsRest, Operation::Refresh, None, 1), None);
        assert!(faults.pick_for_messages(Api::GmsRest, Operation::Refresh, None, 2).is_some());
        assert!(faults.pending().is_empty());
    }

    #[test]
    fn rates_follow_the_seed() {
        let draw = |seed| {
            let faults = Faults::new(seed);
            faults.set_rates([
                (0.5, Fault::latency(Duration::from_millis(1))),
                (0.3, Fault::drop_before()),
                (7.0, Fault::non_json().on(Operation::Send)),
            ]);
            (0..100).map(|_| name(&faults, Operation::Refresh)).collect::<Vec<_>>()
        };
        let first = draw(7);
        assert_eq!(first, draw(7));
        assert_ne!(first, draw(8));
        let share = |wanted| first.iter().filter(|name| **name == wanted).count();
        assert!((15..45).contains(&share("drop")), "{}", share("drop"));
        assert!((20..60).contains(&share("latency")), "{}", share("latency"));
        assert_eq!(share("nonJson"), 0);
    }
}
