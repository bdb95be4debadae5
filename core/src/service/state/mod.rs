//! What is known: data, and what can be said of them alone. What follows from them stands one storey higher, in a file for each concern;
//! nothing here knows of that.

mod batch;
mod commands;
mod congestion;
mod customer;
mod exchanges;
mod farewell;
mod filters;
mod held;
mod outage;
mod outbox;
mod pace;
mod queue;
mod record;
mod roster;
mod seen;
mod session;
mod stored;
mod unshown;

pub(crate) use batch::{Batch, Entry, Kind};
pub(crate) use commands::Commands;
pub(crate) use congestion::Congestion;
pub(crate) use exchanges::{Exchanges, Purpose};
pub(crate) use farewell::{Farewell, Manner, Over};
pub(crate) use filters::Filters;
pub(crate) use held::Held;
pub(crate) use outage::Outage;
pub(crate) use outbox::{Fate, Outgoing, Owner, Sighting, State};
pub(crate) use pace::LONGEST_PAUSE;
pub(crate) use queue::{Parked, Queue};
pub(crate) use record::Record;
pub(crate) use roster::Roster;
pub(crate) use session::{Ending, Live, Session, Typing};
pub(crate) use stored::{Loading, Marks};

pub use batch::BatchId;
pub use exchanges::ExchangeId;
