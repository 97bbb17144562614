//! Answers of real processes, whose time and random numbers no test fixes, without what differs from run to run.

use crate::Answer;
use engine::demo::{FLOWN, PRODUCT, UPCOMING};
use shared::models::{FlightId, ProductId, Timestamp};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Times this close to the present are the present.
const NOW: Duration = Duration::from_mins(1);

impl Answer {
    /// The answer as [`shown`](Self::shown), with the present time as `[now]` and each random id as `[id]`, each new API
    /// key as `[key]`.
    #[must_use]
    pub fn steady(&self) -> String {
        self.shown().lines().map(steady_line).collect::<Vec<_>>().join("\n")
    }
}

/// A line of indented JSON holds at most one field.
fn steady_line(line: &str) -> String {
    let Some((before, quoted)) = line.split_once("\": \"") else {
        return line.to_owned();
    };
    let (value, after) = quoted.rsplit_once('"').expect("the value of a field ends on its line");
    let name = before.trim_start().trim_start_matches('"');
    let replacement = match name {
        "apiKey" => "[key]",
        "keyId" => "[id]",
        "id" if value.parse::<FlightId>().is_ok() && ![FLOWN, UPCOMING].contains(&value) => "[id]",
        "productId" if value.parse::<ProductId>().is_ok() && value != PRODUCT => "[id]",
        _ if value.parse().is_ok_and(is_now) => "[now]",
        _ => return line.to_owned(),
    };
    format!("{before}\": \"{replacement}\"{after}")
}

fn is_now(time: Timestamp) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
    let time = Duration::from_millis(time.as_millisecond().try_into().expect("times are after 1970"));
    time.abs_diff(now) < NOW
}
