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
        let (path, reason) = match error {
            JsonError::Malformed(message) => return Self(message),
            JsonError::Field { path, reason } => (path, reason),
        };
        let named = |rest: &str| rest.split('"').next().unwrap_or_default().to_owned();
        Self(match reason.split_once('"') {
            Some(("missing field ", rest)) => format!("\"{}\" is required", named(rest)),
            _ if path.is_empty() => reason,
            _ => format!("\"{path}\" {reason}"),
        })
    }
}
