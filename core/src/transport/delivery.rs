//! How a back end's messages come, and what their places tell.

/// How a back end delivers messages. It decides what the service has to ask for, and when; abilities say what programs can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Who begins.
    pub arrival: Arrival,
    /// What the place of an entry tells.
    pub places: Places,
}

/// Who begins when there is a new message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// The service asks, by the clock.
    Polled,
    /// The server sends it over a link, which is kept up as long as there is a session. The service asks for what may have been lost.
    Pushed,
}

/// What the place of an entry tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Places {
    /// Entries are counted: a number that is left out is an entry that has not come.
    Counted,
    /// Which entry is the newer, and no more: only the link tells that one is missing.
    Opaque,
}
