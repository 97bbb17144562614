//! Logs and metrics: one JSON object a line, from which CloudWatch reads both.
//!
//! A field of a log line that is named as one of [`METRICS`] is a metric: its line then says so in CloudWatch's embedded
//! metric format, so that a request's line carries its metrics along and nothing is logged twice. Metrics have no
//! dimensions: each combination of dimensions would be one more metric to pay for, and by route, caller or status the lines
//! themselves are asked.

use serde_json::{Map, Value, json};
use std::fmt;
use tracing::{Event, Subscriber};
use tracing_serde::fields::AsMap;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

/// The crates of this workspace, whose log lines are written from `LOG_LEVEL` on: listed by the build script.
const OURS: &[&str] = &include!(concat!(env!("OUT_DIR"), "/crates.rs"));

/// Every metric, with its unit (*CloudWatch API Reference*, `MetricDatum`).
pub const METRICS: [(&str, &str); 9] = [
    ("duration_ms", "Milliseconds"),
    ("errors", "Count"),
    ("purchases", "Count"),
    ("miles_earned", "Count"),
    ("miles_spent", "Count"),
    ("members_archived", "Count"),
    ("safety_stops", "Count"),
    ("flights_ended", "Count"),
    ("audit_mismatches", "Count"),
];

/// Which log lines are written: `LOG_LEVEL` for our own (default `info`), warnings of everybody else's. What else others
/// would say is never written, whatever the level: the AWS SDK shows whole requests, and with them what they hold.
#[must_use]
pub fn levels() -> Targets {
    let own = std::env::var("LOG_LEVEL").ok().and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    levels_from(own)
}

/// The same with the level given.
#[must_use]
pub fn levels_from(own: LevelFilter) -> Targets {
    Targets::new().with_default(LevelFilter::WARN.min(own)).with_targets(OURS.iter().map(|name| (*name, own)))
}

/// Sends the log of a Lambda function to standard output, its metrics to the namespace that `METRICS_NAMESPACE` names
/// (default `Skysquad`).
pub fn init() {
    let namespace = std::env::var("METRICS_NAMESPACE").ok().filter(|namespace| !namespace.is_empty());
    let lines = Lines { namespace: namespace.unwrap_or_else(|| "Skysquad".to_owned()) };
    let layer = tracing_subscriber::fmt::layer().event_format(lines);
    tracing_subscriber::registry().with(levels()).with(layer).init();
}

/// A JSON object a line: what was logged, with the time, the level and where in the code; and where that includes metrics,
/// `_aws`, which tells CloudWatch (*CloudWatch User Guide*, "Embedded metric format specification").
#[derive(Debug, Clone)]
pub struct Lines {
    /// Where CloudWatch puts the metrics.
    pub namespace: String,
}

impl Lines {
    fn line(&self, event: &Event<'_>) -> serde_json::Result<Map<String, Value>> {
        let now = jiff::Timestamp::now();
        let metadata = event.metadata();
        let mut line = Map::from_iter([
            ("timestamp".to_owned(), json!(format!("{now:.6}"))),
            ("level".to_owned(), json!(metadata.level().as_str())),
            ("target".to_owned(), json!(metadata.target())),
        ]);
        if let Value::Object(fields) = serde_json::to_value(event.field_map())? {
            line.extend(fields);
        }
        let is_there = |(name, _): &(&str, &str)| line.get(*name).is_some_and(Value::is_number);
        let metrics: Vec<_> = METRICS.into_iter().filter(is_there).collect();
        if !metrics.is_empty() {
            let metrics: Vec<_> = metrics.iter().map(|(name, unit)| json!({ "Name": name, "Unit": unit })).collect();
            let directive = json!({ "Namespace": self.namespace, "Dimensions": [[]], "Metrics": metrics });
            let embedded = json!({ "Timestamp": now.as_millisecond(), "CloudWatchMetrics": [directive] });
            line.insert("_aws".to_owned(), embedded);
        }
        Ok(line)
    }
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let line = self.line(event).map_err(|_| fmt::Error)?;
        writeln!(writer, "{}", Value::Object(line))
    }
}
