//! Fields of bodies that may be absent.

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Distinguishes a field that is present, even if it is `null`, from one that is absent: serde calls this function only
/// for the former. A type that has no null value then rejects it.
///
/// # Errors
/// Returns the errors of the type's own deserializer.
pub fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Reads `null` and a blank text as `None`: neither gives a value.
///
/// # Errors
/// Returns the errors of the type's own deserializer.
pub fn filled<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::String(text) if text.trim().is_empty() => Ok(None),
        value => T::deserialize(value).map(Some).map_err(D::Error::custom),
    }
}

/// Reads a field that is absent as `None`, and `null` or a blank text as `Some(None)`: it removes the value.
///
/// # Errors
/// Returns the errors of the type's own deserializer.
#[allow(clippy::option_option, reason = "the outer one tells whether the field is given")]
pub fn filled_or_removed<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    filled(deserializer).map(Some)
}

/// Reads what cannot be shown, whatever it is, as `None`: for fields that are decoration.
///
/// # Errors
/// Returns an error only if the JSON is malformed.
pub fn shown<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Value::deserialize(deserializer).map(|value| T::deserialize(value).ok())
}
