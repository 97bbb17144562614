//! Integers within limits.

use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type};

/// Maximum balance of a flyer, in miles: the largest integer that every JSON client reads exactly (RFC 8259, section
/// 6).
pub const MAX_MILES: u64 = (1 << 53) - 1;

/// Balance of a flyer, in miles.
pub type Balance = Integer<0, MAX_MILES>;

/// An integer from `MIN` to `MAX`, both inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Integer<const MIN: u64, const MAX: u64>(u64);

impl<const MIN: u64, const MAX: u64> Integer<MIN, MAX> {
    /// Returns the value.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl<const MIN: u64, const MAX: u64> TryFrom<u64> for Integer<MIN, MAX> {
    type Error = String;

    fn try_from(value: u64) -> Result<Self, Self::Error> {
        if (MIN..=MAX).contains(&value) {
            Ok(Self(value))
        } else {
            Err(format!("must be an integer from {MIN} to {MAX}"))
        }
    }
}

impl<'de, const MIN: u64, const MAX: u64> Deserialize<'de> for Integer<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = Whole { expected: &format!("an integer from {MIN} to {MAX}") };
        let value = deserializer.deserialize_i64(expected)?;
        // No negative integer is in the range, as `u64::MAX` is not.
        u64::try_from(value).unwrap_or(u64::MAX).try_into().map_err(de::Error::custom)
    }
}

/// Deserializes an integer. One of up to 2^53 may have a fraction of zeros or an exponent: `500.0` and `5e2` are 500.
///
/// # Errors
/// Returns an error if the value is not a whole number that fits into 64 bits.
pub fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    deserializer.deserialize_i64(Whole { expected: "an integer" })
}

/// Reads a whole number in any notation.
pub(crate) struct Whole<'a> {
    /// Completes the error message "must be …".
    pub expected: &'a str,
}

impl de::Visitor<'_> for Whole<'_> {
    type Value = i64;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<i64, E> {
        Ok(value)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<i64, E> {
        i64::try_from(value).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(value), &self))
    }

    #[allow(clippy::cast_possible_truncation, reason = "it is a whole number of at most 2^53")]
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<i64, E> {
        /// Up to here, every whole number is a floating-point number.
        const MAX_EXACT: f64 = 9_007_199_254_740_992.0;
        let is_exact = value.fract() == 0.0 && value.abs() <= MAX_EXACT;
        if is_exact { Ok(value as i64) } else { Err(E::invalid_value(de::Unexpected::Float(value), &self)) }
    }
}

impl<const MIN: u64, const MAX: u64> utoipa::ToSchema for Integer<MIN, MAX> {
    fn name() -> std::borrow::Cow<'static, str> {
        format!("IntegerFrom{MIN}To{MAX}").into()
    }
}

impl<const MIN: u64, const MAX: u64> utoipa::PartialSchema for Integer<MIN, MAX> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .minimum(Some(MIN))
            .maximum(Some(MAX))
            .into()
    }
}
