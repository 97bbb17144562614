//! Fields in the notations of the original systems.

use super::RowError;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use models::{Keep, Text, Timestamp, filled, parse_json};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Parses a line.
///
/// # Errors
/// Returns an error that names the field that is not valid.
pub(super) fn row<'de, T: Deserialize<'de>>(line: &'de [u8]) -> Result<T, RowError> {
    // serde would also accept an array for a struct. The message must not contain what the line is instead.
    if line.trim_ascii_start().first() == Some(&b'{') {
        return Ok(parse_json(line)?);
    }
    Err(RowError::new("expected a JSON object".to_owned()))
}

/// Reads a text as the closest valid one, or as it is where there is none but the original system had it: an account
/// arrives whatever its texts hold. Reads a number as its digits.
pub(super) fn mended<'de, const MIN: usize, const MAX: usize, const HAS_LINES: bool, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Text<MIN, MAX, HAS_LINES>, D::Error> {
    let text: String = text_or_number(deserializer)?;
    Text::mended(&text).or_else(|problem| {
        let is_kept = (MIN..=MAX).contains(&text.chars().count()) && (MIN == 0 || !text.trim().is_empty());
        if is_kept { Ok(Text::keep(text)) } else { Err(D::Error::custom(problem)) }
    })
}

/// Like [`mended`], but reads a blank text, which is frequent in the original systems, as `None`.
pub(super) fn mended_if_filled<'de, const MIN: usize, const MAX: usize, const HAS_LINES: bool, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Text<MIN, MAX, HAS_LINES>>, D::Error> {
    let value: Option<Value> = filled(deserializer)?;
    value.map(mended).transpose().map_err(D::Error::custom)
}

/// Reads what is not valid as `None`: a link, an address or an identity that cannot be kept is left out.
pub(super) fn if_valid<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(T::deserialize(Value::deserialize(deserializer)?).ok())
}

/// Reads a number as the string of its digits. Ids are strings here, but some of the original systems' ids are numbers.
pub(super) fn text_or_number<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let value = match Value::deserialize(deserializer)? {
        Value::Number(number) => Value::String(number.to_string()),
        value => value,
    };
    T::deserialize(value).map_err(D::Error::custom)
}

/// A time in a row: ISO 8601 with `T` or a space between date and time and any number of fractional digits, in UTC if
/// it has no offset; or milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "Value")]
pub(super) struct RowTime(pub Timestamp);

const EXPECTED_TIME: &str = "must be a time such as 2024-03-15T10:30:00.000Z, in the years 1970 to 9999";

impl TryFrom<Value> for RowTime {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        let ms = match value {
            Value::Number(ms) => ms.as_i64(),
            Value::String(text) => instant(&text).map(jiff::Timestamp::as_millisecond),
            _ => None,
        };
        Timestamp::from_millisecond(ms.ok_or(EXPECTED_TIME)?).map(Self).map_err(|_| EXPECTED_TIME)
    }
}

fn instant(text: &str) -> Option<jiff::Timestamp> {
    let text = truncated(text.trim());
    if let Ok(instant) = text.parse() {
        return Some(instant);
    }
    // The time may have no offset. One with a malformed offset is rejected: `DateTime` would ignore the offset.
    let (_, time) = text.split_once([' ', 'T', 't'])?;
    if time.contains(|c: char| !c.is_ascii_digit() && c != ':' && c != '.') {
        return None;
    }
    let local: DateTime = text.parse().ok()?;
    TimeZone::UTC.to_timestamp(local).ok()
}

/// Returns a time with at most nine fractional digits. The parser reads nanoseconds and no more.
fn truncated(text: &str) -> String {
    let Some((whole, rest)) = text.split_once('.') else { return text.to_owned() };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    format!("{whole}.{}{}", &rest[..digits.min(9)], &rest[digits..])
}
