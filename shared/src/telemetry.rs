//! Logs.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The crates whose log lines are our own.
const OURS: [&str; 8] =
    ["shared", "skysquad", "miles", "flights", "airlines", "users", "end_stale_flights", "archive_users"];

/// Which log lines are written: `LOG_LEVEL` for our own (default `info`), warnings of everybody else's.
#[must_use]
pub fn levels() -> Targets {
    let own = std::env::var("LOG_LEVEL").ok().and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    Targets::new().with_default(LevelFilter::WARN).with_targets(OURS.map(|name| (name, own)))
}

/// Sends the log of a Lambda function to standard output, a JSON object a line, as CloudWatch reads it.
pub fn init() {
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(false);
    tracing_subscriber::registry().with(levels()).with(lines).init();
}
