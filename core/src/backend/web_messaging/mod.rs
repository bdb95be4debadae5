//! Genesys Cloud Web Messaging: a socket that pushes, and history and files by HTTP.

mod options;
mod session;
#[cfg(test)]
mod tests;
mod wire;

pub use options::{AutoStart, Limits, Options};
pub use session::{WebForm, WebSession, key};
