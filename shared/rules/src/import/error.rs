//! Errors of lines of an import.

use models::JsonError;

/// Why a line is rejected. Names the field that is not valid, and never contains a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RowError(String);

impl RowError {
    /// Creates the error for a line that is rejected for the given reason.
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

impl From<JsonError> for RowError {
    fn from(error: JsonError) -> Self {
        Self(error.to_string())
    }
}
