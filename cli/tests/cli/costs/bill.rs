//! Costs in dollars: of a million requests of a kind, and of a month with a mix of them.

use super::count::{A_SERVER_FULL, Counted, Counts, RUNNING, RUNNING_TO_ITS_END, WITH_A_HISTORY};
use super::prices;
use shared::telemetry::METRICS;
use testing::template::Template;

/// Assumed duration of a request in milliseconds: a constant part, and a part for each DynamoDB request.
pub const OWN_MS: f64 = 5.0;
pub const REQUEST_MS: f64 = 7.0;

/// Share of requests that are traced, after the first in each second (*AWS X-Ray Developer Guide*, "Configuring
/// sampling rules").
pub const TRACED: f64 = 0.05;

/// Size of a response's headers.
const HEADER_BYTES: f64 = 300.0;

const DAYS: f64 = 30.0;
const GB: f64 = 1e9;

/// Share of a log line's size that remains when it is stored.
const COMPRESSED: f64 = 0.15;

/// Assumed read units per second of the nightly audit, and the 13 minutes in which it starts parts.
pub const AUDIT_READS_A_SECOND: f64 = 2000.0;
pub const AUDIT_SECONDS: f64 = 780.0;

/// How many of 1,000 requests are of each kind: game servers that tick once a minute for 80 minutes, with 30 passengers
/// each, and some people on the website.
pub const MIX: [(&str, f64); 18] = [
    (RUNNING, 400.0),
    (WITH_A_HISTORY, 150.0),
    ("fetch-users-data", 190.0),
    (A_SERVER_FULL, 10.0),
    ("fetch-upcoming-flights", 60.0),
    ("fetch-products-data", 40.0),
    ("buy-product", 30.0),
    ("list-transactions", 20.0),
    ("list-passengers", 10.0),
    ("create-flight", 5.0),
    ("server-start", 5.0),
    (RUNNING_TO_ITS_END, 5.0),
    ("get-user-by-username", 25.0),
    ("get-self", 20.0),
    ("list-users", 10.0),
    ("list-user-badges", 10.0),
    ("search-users", 5.0),
    ("set-own-status", 5.0),
];

/// Dollars for a million requests of a kind, at the price of the first tier.
#[derive(Debug, Clone, Copy)]
pub struct PerMillion {
    pub dynamodb: f64,
    pub lambda: f64,
    pub gateway: f64,
    pub logs: f64,
    pub traces: f64,
}

impl PerMillion {
    pub fn total(&self) -> f64 {
        self.dynamodb + self.lambda + self.gateway + self.logs + self.traces
    }
}

fn gigabyte_seconds(counted: &Counted) -> f64 {
    (OWN_MS + REQUEST_MS * counted.requests) / 1000.0 * counted.memory / 1024.0
}

impl Counted {
    pub fn dollars(&self) -> PerMillion {
        let gigabytes = |bytes: f64| 1e6 * bytes / GB;
        PerMillion {
            dynamodb: prices::READS.of(self.reads) + prices::WRITES.of(self.writes),
            lambda: prices::INVOCATIONS.of(1.0) + prices::DURATION.of(gigabyte_seconds(self)),
            gateway: prices::GATEWAY.of(1.0) + prices::TRANSFER.of(gigabytes(self.answer_bytes + HEADER_BYTES)),
            logs: prices::LOGS.of(gigabytes(self.log_bytes)),
            traces: prices::TRACES.of(TRACED),
        }
    }
}

/// The bill of a month, line by line.
pub struct Bill {
    pub lines: Vec<(&'static str, f64)>,
}

/// The sizes of the system at a number of requests a day.
pub struct Scale {
    pub requests_a_day: f64,
    pub boardings_of_a_year: f64,
    pub stored_gigabytes: f64,
    /// Nights that a complete audit takes.
    pub audit_nights: f64,
}

impl Scale {
    pub fn of(counts: &Counts, requests_a_day: f64) -> Self {
        let share = MIX.iter().find(|(name, _)| *name == WITH_A_HISTORY).expect("people board").1 / 1000.0;
        let boardings_of_a_year = requests_a_day * share * 365.0;
        Self {
            requests_a_day,
            boardings_of_a_year,
            stored_gigabytes: boardings_of_a_year * counts.stored_bytes / GB,
            audit_nights: boardings_of_a_year * counts.audit_reads / (AUDIT_READS_A_SECOND * AUDIT_SECONDS),
        }
    }
}

/// Returns the average of a quantity over the mix.
fn of_one(counts: &Counts, what: impl Fn(&Counted) -> f64) -> f64 {
    MIX.iter().map(|(name, of_1000)| of_1000 / 1000.0 * what(counts.of(name))).sum()
}

impl Bill {
    pub fn of(counts: &Counts, template: &Template, scale: &Scale) -> Self {
        let millions = scale.requests_a_day * DAYS / 1e6;
        let log_gigabytes = millions * 1e6 * of_one(counts, |kind| kind.log_bytes) / GB;
        let out_gigabytes = millions * 1e6 * of_one(counts, |kind| kind.answer_bytes + HEADER_BYTES) / GB;
        let reads = millions * of_one(counts, |kind| kind.reads);
        let writes = millions * of_one(counts, |kind| kind.writes);
        let lines = vec![
            ("DynamoDB writes", prices::WRITES.of(writes)),
            ("DynamoDB reads", prices::READS.of(reads)),
            ("DynamoDB storage and recovery, with a year's data", {
                prices::STORAGE.of(scale.stored_gigabytes) + prices::RECOVERY.of(scale.stored_gigabytes)
            }),
            ("Lambda", {
                prices::INVOCATIONS.of(millions) + prices::DURATION.of(millions * of_one(counts, gigabyte_seconds))
            }),
            ("API Gateway", prices::GATEWAY.of(millions)),
            ("Data transfer out", prices::TRANSFER.of(out_gigabytes)),
            ("Logs, kept for 30 days", {
                prices::LOGS.of(log_gigabytes) + prices::LOG_STORAGE.of(log_gigabytes * COMPRESSED)
            }),
            ("Traces", prices::TRACES.of(traced(template, scale.requests_a_day) * DAYS / 1e6)),
            ("Jobs", jobs(counts, scale)),
            ("Alarms, metrics, dashboard, secrets", fixed(template)),
        ];
        Self { lines }
    }

    pub fn total(&self) -> f64 {
        self.lines.iter().map(|(_, dollars)| dollars).sum()
    }
}

/// Returns the number of traces in a day: the first request to each function in each second, and a share of the others.
fn traced(template: &Template, requests_a_day: f64) -> f64 {
    const SECONDS: f64 = 86_400.0;
    let of_function = |routes: Vec<String>| {
        let is_own = |name: &str| routes.iter().any(|event| name.split(',').next() == Some(event));
        let share: f64 = MIX.iter().filter(|(name, _)| is_own(name)).map(|(_, of_1000)| of_1000 / 1000.0).sum();
        let a_second = share * requests_a_day / SECONDS;
        (a_second.min(1.0) + TRACED * (a_second - 1.0).max(0.0)) * SECONDS
    };
    let functions = template.functions().into_iter();
    functions.map(|function| of_function(function.routes.iter().map(testing::template::Route::event).collect())).sum()
}

/// Returns the cost of the job that runs every minute, with all runs traced, and of the nightly jobs.
fn jobs(counts: &Counts, scale: &Scale) -> f64 {
    let minutes = DAYS * 24.0 * 60.0 / 1e6;
    let ending = counts.of("end-stale-flights").dollars();
    let ending = ending.dynamodb + ending.lambda + ending.logs + prices::TRACES.of(1.0) + prices::SCHEDULES.of(1.0);
    let nights = scale.audit_nights.min(1.0) * DAYS;
    let reads = nights * AUDIT_READS_A_SECOND * AUDIT_SECONDS / 1e6;
    let gigabyte_seconds = nights * AUDIT_SECONDS * counts.of("audit").memory / 1024.0 / 1e6;
    minutes * ending + prices::READS.of(reads) + prices::DURATION.of(gigabyte_seconds)
}

/// Returns the cost of the stack without any requests.
pub fn fixed(template: &Template) -> f64 {
    let metrics_of = |alarm: &serde_json::Value| {
        let queries = alarm["Properties"]["Metrics"].as_array();
        let metrics = queries.map(|all| all.iter().filter(|query| query["MetricStat"].is_object()).count());
        metrics.unwrap_or(1)
    };
    let watched: usize = template.resources("AWS::CloudWatch::Alarm").map(|(_, alarm)| metrics_of(alarm)).sum();
    let dashboards = template.resources("AWS::CloudWatch::Dashboard").count();
    prices::ALARMS.of(watched as f64)
        + prices::METRICS.of(METRICS.len() as f64)
        + prices::DASHBOARDS.of(dashboards as f64)
        + prices::SECRETS.of(2.0)
}
