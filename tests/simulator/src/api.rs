//! The chat APIs by which customers reach the chat server.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// A chat API that customers speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Api {
    /// GMS v2 REST (gms-v2.md), on-premises and Multicloud (GES) alike.
    Gms,
    /// GMS v2 over `CometD` (gms-v2.md, 8).
    Cometd,
    /// The Multicloud chat API v3, `pureengage-v3-rest` (nexus-v3.md).
    Nexus,
}

impl Api {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Gms, Self::Cometd, Self::Nexus];

    /// The name on the command line and in the control API: `gms`, `cometd` or `nexus`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gms => "gms",
            Self::Cometd => "cometd",
            Self::Nexus => "nexus",
        }
    }

    /// Whether it is GMS v2, over REST or over `CometD`: one protocol, two carriers.
    pub const fn is_gms_v2(self) -> bool {
        matches!(self, Self::Gms | Self::Cometd)
    }
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gms => "GMS v2",
            Self::Cometd => "CometD",
            Self::Nexus => "Nexus v3",
        })
    }
}

impl FromStr for Api {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let named = Self::ALL.into_iter().find(|api| api.name() == name.trim());
        named.ok_or_else(|| format!("{name:?} is no chat API; they are gms, cometd and nexus"))
    }
}
