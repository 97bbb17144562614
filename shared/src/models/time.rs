//! Instants with the one precision and notation that the API has.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// An instant in UTC, to the millisecond, in the years 1970 to 9999.
///
/// Its text is ISO 8601 with milliseconds and `Z`, always 24 characters, so that it sorts as the instants do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, format = DateTime, example = "2024-03-15T10:30:00.000Z")]
pub struct Timestamp(jiff::Timestamp);

const EXPECTED: &str = "expected an ISO 8601 time with offset, in the years 1970 to 9999";

impl Timestamp {
    /// The instant that many milliseconds after 1970 began.
    ///
    /// # Errors
    /// When it lies outside of the years 1970 to 9999.
    pub fn from_millisecond(ms: i64) -> Result<Self, &'static str> {
        // 9999-12-30T22:00Z is the last instant that jiff represents in every time zone.
        let instant = jiff::Timestamp::from_millisecond(ms).map_err(|_| EXPECTED)?;
        if ms < 0 { Err(EXPECTED) } else { Ok(Self(instant)) }
    }

    /// Milliseconds since 1970 began.
    #[must_use]
    pub fn as_millisecond(self) -> i64 {
        self.0.as_millisecond()
    }

    /// As text in another notation (`strftime`), in UTC.
    #[must_use]
    pub fn formatted(self, format: &str) -> String {
        self.0.strftime(format).to_string()
    }

    /// The day it is, in UTC.
    #[must_use]
    pub fn date(self) -> jiff::civil::Date {
        self.0.to_zoned(jiff::tz::TimeZone::UTC).date()
    }

    /// Seconds since 1970 began, rounded down: what DynamoDB's TTL attribute holds.
    #[must_use]
    pub fn as_second(self) -> i64 {
        self.0.as_second()
    }

    /// The instant `duration` later, or the last one that can be represented.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration).unwrap_or(jiff::Timestamp::MAX))
    }

    /// The instant `duration` earlier, or the beginning of 1970.
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
