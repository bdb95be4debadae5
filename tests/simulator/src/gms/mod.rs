//! The GMS v2 wire (REST): paths, credentials and response objects, put before the chat server. `CometD` carries
//! the same operations.
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
pub(crate) use faults::reply as fault_reply;
pub(crate) use gateway::{Access, BasicAuth};
pub(crate) use handler::{handle, serve};
pub(crate) use operations::{Answer, Known, carry_out, news};
pub use reply::ApiError;
pub(crate) use reply::Reply;
pub(crate) use target::Target;

/// Path under which on-premises chat URLs lie; the service name follows.
pub(crate) const ON_PREMISES: &str = "/genesys/2/chat";
/// Path of the Multicloud chat URL.
pub(crate) const MULTICLOUD: &str = "/gms-chat/2/chat";
