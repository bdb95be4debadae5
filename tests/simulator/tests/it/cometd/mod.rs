//! GMS v2 over `CometD` (gms-v2.md, 8), over both carriers.

pub(crate) mod bayeux;
mod carriers;
mod connects;
mod control;
mod faults;
mod files;
mod operations;
mod outages;
mod protocol;
mod reference;
mod sessions;
mod switches;
