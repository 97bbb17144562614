//! Values that are read back as they were stored. What was valid once stays readable, whatever new values must be.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

/// A type whose stored values may not be valid anymore.
pub trait Keep: Sized {
    /// What is stored.
    type Stored: DeserializeOwned;

    /// Returns a stored value as it is.
    fn keep(stored: Self::Stored) -> Self;
}

impl<T: Keep> Keep for Option<T> {
    type Stored = Option<T::Stored>;

    fn keep(stored: Self::Stored) -> Self {
        stored.map(T::keep)
    }
}

/// Deserializes a stored value as it is, without validating it.
///
/// # Errors
/// Returns an error only if the value is of another type than what is stored.
pub fn kept<'de, T: Keep, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::Stored::deserialize(deserializer).map(T::keep)
}
