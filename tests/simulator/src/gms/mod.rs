//! The GMS v2 wire (REST): paths, credentials and response objects, put before the chat server.
//! On-premises chat URLs and Multicloud (GES) ones share everything but the path and the gateway.

mod credentials;
mod faults;
mod files;
mod gateway;
mod handler;
mod operations;
mod params;
mod reply;
mod target;

pub use credentials::Credentials;
pub(crate) use credentials::Desk;
pub(crate) use gateway::{Access, BasicAuth};
pub(crate) use handler::handle;
pub use reply::ApiError;

/// Path under which on-premises chat URLs lie; the service name follows.
pub(crate) const ON_PREMISES: &str = "/genesys/2/chat";
/// Path of the Multicloud chat URL.
pub(crate) const MULTICLOUD: &str = "/gms-chat/2/chat";
