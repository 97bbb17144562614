//! Makes responses comparable between runs by replacing the times and random values in them.

use crate::Answer;
use engine::demo::{FLOWN, PRODUCTS, UPCOMING};
use shared::models::{BadgeId, FlightId, ProductId, Timestamp};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Times that differ from the present by less than this are replaced.
const NOW: Duration = Duration::from_mins(1);

impl Answer {
    /// Returns the response as [`shown`](Self::shown) does, with the present time as `[now]`, today's date as
    /// `[today]`, random IDs as `[id]` and new API keys as `[key]`.
    #[must_use]
    pub fn redacted(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        for line in self.shown().lines() {
            // A time of day is replaced only if the date on the line before it is today's.
            let is_today = lines.last().is_some_and(|line| line.contains("[today]"));
            lines.push(redacted_line(line, is_today));
        }
        lines.join("\n")
    }
}

/// Redacts a line of indented JSON, which has at most one field.
fn redacted_line(line: &str, is_today: bool) -> String {
    let Some((before, rest)) = line.split_once("\": ") else {
        return line.to_owned();
    };
    let (value, comma) = rest.strip_suffix(',').map_or((rest, ""), |value| (value, ","));
    let (name, value) = (before.trim_start().trim_start_matches('"'), value.trim_matches('"'));
    let replacement = match name {
        "apiKey" => "[key]",
        "keyId" => "[id]",
        "id" if value.parse::<FlightId>().is_ok() && ![FLOWN, UPCOMING].contains(&value) => "[id]",
        // Only generated IDs have this length.
        "id" if value.len() == 20 && value.parse::<BadgeId>().is_ok() => "[id]",
        "productId" if value.parse::<ProductId>().is_ok() && !PRODUCTS.contains(&value) => "[id]",
        "date" if is_of_today(value) => "[today]",
        "time" if is_today => "[now]",
        _ if value.parse().is_ok_and(is_now) => "[now]",
        _ if value.parse().is_ok_and(|ms| Timestamp::from_millisecond(ms).is_ok_and(is_now)) => "[now]",
        _ => return line.to_owned(),
    };
    format!("{before}\": \"{replacement}\"{comma}")
}

fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970")
}

fn is_now(time: Timestamp) -> bool {
    u64::try_from(time.as_millisecond()).is_ok_and(|ms| Duration::from_millis(ms).abs_diff(since_1970()) < NOW)
}

/// Returns whether a date in US format is today's, or was until a minute ago.
fn is_of_today(day: &str) -> bool {
    [Duration::ZERO, NOW].iter().any(|ago| {
        let ms = since_1970().saturating_sub(*ago).as_millis().try_into().expect("it is before the year 10000");
        Timestamp::from_millisecond(ms).is_ok_and(|time| time.formatted("%-m/%-d/%Y") == day)
    })
}
