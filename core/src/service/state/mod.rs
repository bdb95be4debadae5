//! What is known: data, and what can be said of them alone. What follows from them stands one storey higher, in a file for each concern;
//! nothing here knows of that.

mod batch;
mod chance;
mod commands;
mod congestion;
mod customer;
mod exchanges;
mod filters;
mod held;
mod last_words;
mod outage;
mod outbox;
mod pace;
mod queue;
mod roster;
mod seen;
mod session;
mod stored;
mod transcript;
mod unshown;

pub(crate) use batch::{Batch, Entry, Kind};
pub(crate) use chance::Chance;
pub(crate) use commands::Commands;
pub(crate) use congestion::Congestion;
pub(crate) use exchanges::{Exchange, Exchanges, Purpose};
pub(crate) use filters::{Filters, Judgement};
pub(crate) use held::Held;
pub(crate) use last_words::{Farewell, Manner, Over};
pub(crate) use outage::Outage;
pub(crate) use outbox::{Fate, Kept, Moment, Outbox, Outgoing, Owner, Sighting, State, Unsettled, VERSION};
pub(crate) use pace::{LONGEST_PAUSE, Slack};
pub(crate) use queue::{Parked, Queue};
pub(crate) use roster::Roster;
pub(crate) use session::{Ending, Live, Session, Typing};
pub(crate) use stored::{Loading, Marks};
pub(crate) use transcript::Record;
pub(crate) use unshown::PATIENCE;

pub use batch::BatchId;
pub use exchanges::ExchangeId;
pub use stored::StoreId;
