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
            Err(format!("expected an integer from {MIN} to {MAX}"))
        }
    }
}

impl<'de, const MIN: u64, const MAX: u64> Deserialize<'de> for Integer<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<const MIN: u64, const MAX: u64>;

        impl<const MIN: u64, const MAX: u64> de::Visitor<'_> for Visitor<MIN, MAX> {
            type Value = Integer<MIN, MAX>;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                write!(f, "an integer from {MIN} to {MAX}")
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
                Integer::try_from(value).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(value), &self))
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
                u64::try_from(value)
                    .ok()
                    .and_then(|value| Integer::try_from(value).ok())
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Signed(value), &self))
            }
        }

        deserializer.deserialize_u64(Visitor)
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
