//! Instants, in the one precision and the two notations of the API.

use crate::number::Whole;
use serde::{Deserialize, Deserializer, Serialize, de};
use std::time::Duration;

/// Instant in ISO 8601 UTC notation with milliseconds, such as `2024-03-15T10:30:00.000Z`, in the years 1970 to 9999.
/// Requests may use any UTC offset; fractions finer than a millisecond are truncated.
///
/// The text is always 24 characters long, so texts sort in the order of the instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, format = DateTime, example = "2024-03-15T10:30:00.000Z")]
pub struct Timestamp(jiff::Timestamp);

const EXPECTED: &str = "must be an ISO 8601 time with offset, in the years 1970 to 9999";

impl Timestamp {
    /// Returns the instant `ms` milliseconds after the beginning of 1970.
    ///
    /// # Errors
    /// Returns an error if the instant lies outside the years 1970 to 9999.
    pub fn from_millisecond(ms: i64) -> Result<Self, &'static str> {
        // 9999-12-30T22:00Z is the last instant that jiff can represent in every time zone.
        let instant = jiff::Timestamp::from_millisecond(ms).map_err(|_| EXPECTED)?;
        if ms < 0 { Err(EXPECTED) } else { Ok(Self(instant)) }
    }

    /// Returns the milliseconds since the beginning of 1970.
    #[must_use]
    pub fn as_millisecond(self) -> i64 {
        self.0.as_millisecond()
    }

    /// Formats the instant in UTC, in a `strftime` notation.
    #[must_use]
    pub fn formatted(self, format: &str) -> String {
        self.0.strftime(format).to_string()
    }

    /// Returns the calendar day in UTC.
    #[must_use]
    pub fn date(self) -> jiff::civil::Date {
        self.0.to_zoned(jiff::tz::TimeZone::UTC).date()
    }

    /// Returns the seconds since the beginning of 1970, rounded down, as DynamoDB's TTL attribute holds them.
    #[must_use]
    pub fn as_second(self) -> i64 {
        self.0.as_second()
    }

    /// Returns the instant `duration` later, or the last one that can be represented.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration).unwrap_or(jiff::Timestamp::MAX))
    }

    /// Returns the instant `duration` earlier, or the beginning of 1970.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        let earlier = self.0.saturating_sub(duration).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        Self(earlier.max(jiff::Timestamp::UNIX_EPOCH))
    }
}

impl std::str::FromStr for Timestamp {
    type Err = &'static str;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        let instant: jiff::Timestamp = value.parse().map_err(|_| EXPECTED)?;
        Self::from_millisecond(instant.as_millisecond())
    }
}

impl TryFrom<String> for Timestamp {
    type Error = &'static str;

    fn try_from(value: String) -> Result<Self, Self::Error> {
        value.parse()
    }
}

impl From<Timestamp> for String {
    fn from(value: Timestamp) -> Self {
        value.to_string()
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

/// Instant as a number of milliseconds since 1970-01-01T00:00:00Z, in the years 1970 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(into = "i64")]
#[schema(value_type = i64, example = 1_710_498_600_000_i64)]
pub struct Millis(Timestamp);

impl From<Timestamp> for Millis {
    fn from(instant: Timestamp) -> Self {
        Self(instant)
    }
}

impl From<Millis> for Timestamp {
    fn from(millis: Millis) -> Self {
        millis.0
    }
}

impl From<Millis> for i64 {
    fn from(millis: Millis) -> Self {
        millis.0.as_millisecond()
    }
}

impl TryFrom<i64> for Millis {
    type Error = &'static str;

    fn try_from(ms: i64) -> Result<Self, Self::Error> {
        Timestamp::from_millisecond(ms).map(Self).map_err(|_| "must be milliseconds since 1970, up to the year 9999")
    }
}

impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ms = deserializer.deserialize_i64(Whole { expected: "a number" })?;
        Self::try_from(ms).map_err(de::Error::custom)
    }
}
