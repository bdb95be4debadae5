//! An error as answers tell it; faults have it told too.

use serde::{Deserialize, Serialize};

/// An entry of `errors` (gms-v2.md, 5.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError {
    /// The code.
    pub code: u32,
    /// Code-specific: a limit, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl ApiError {
    /// An error with a text.
    pub fn new(code: u32, text: impl Into<String>) -> Self {
        Self { code, advice: None, text: Some(text.into()) }
    }

    /// Adds the code-specific advice.
    #[must_use]
    pub fn advice(self, advice: impl Into<String>) -> Self {
        Self { advice: Some(advice.into()), ..self }
    }
}
