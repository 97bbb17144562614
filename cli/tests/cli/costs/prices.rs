//! The prices of AWS in us-east-1, in US dollars, as the document shows them.

/// Date of the prices.
pub const DATE: &str = "November 2026";

/// A price with tiers by the amount used in a month: the upper end of each tier, and the dollars per unit in it.
pub struct Price {
    of: &'static str,
    unit: &'static str,
    tiers: &'static [(f64, f64)],
}

const fn price(of: &'static str, unit: &'static str, tiers: &'static [(f64, f64)]) -> Price {
    Price { of, unit, tiers }
}

const ANY: f64 = f64::INFINITY;

pub const READS: Price = price("DynamoDB, on-demand reads", "million read units", &[(ANY, 0.125)]);
pub const WRITES: Price = price("DynamoDB, on-demand writes", "million write units", &[(ANY, 0.625)]);
pub const STORAGE: Price = price("DynamoDB, storage", "GB-month", &[(ANY, 0.25)]);
pub const RECOVERY: Price = price("DynamoDB, point-in-time recovery", "GB-month", &[(ANY, 0.20)]);
pub const INVOCATIONS: Price = price("Lambda, requests", "million", &[(ANY, 0.20)]);
/// The tiers begin beyond what is computed here, at 7.5 thousand million.
pub const DURATION: Price = price("Lambda on arm64, duration", "million GB-seconds", &[(ANY, 13.3334)]);
pub const GATEWAY: Price = price("API Gateway, HTTP API", "million requests", &[(300.0, 1.00), (ANY, 0.90)]);
pub const TRANSFER: Price = price(
    "Data transfer out to the internet",
    "GB",
    &[(10_240.0, 0.09), (51_200.0, 0.085), (153_600.0, 0.07), (ANY, 0.05)],
);
pub const LOGS: Price = price(
    "CloudWatch Logs, ingestion from Lambda and API Gateway",
    "GB",
    &[(10_240.0, 0.50), (30_720.0, 0.25), (51_200.0, 0.10), (ANY, 0.05)],
);
pub const LOG_STORAGE: Price = price("CloudWatch Logs, storage (compressed)", "GB-month", &[(ANY, 0.03)]);
pub const TRACES: Price = price("X-Ray", "million traces", &[(ANY, 5.00)]);
pub const METRICS: Price = price("CloudWatch, metric", "month", &[(ANY, 0.30)]);
pub const ALARMS: Price = price("CloudWatch, alarm, per metric", "month", &[(ANY, 0.10)]);
pub const DASHBOARDS: Price = price("CloudWatch, dashboard", "month", &[(ANY, 3.00)]);
pub const SECRETS: Price = price("Secrets Manager, secret", "month", &[(ANY, 0.40)]);
pub const SCHEDULES: Price = price("EventBridge Scheduler", "million runs", &[(ANY, 1.00)]);

const ALL: [&Price; 16] = [
    &READS,
    &WRITES,
    &STORAGE,
    &RECOVERY,
    &INVOCATIONS,
    &DURATION,
    &GATEWAY,
    &TRANSFER,
    &LOGS,
    &LOG_STORAGE,
    &TRACES,
    &METRICS,
    &ALARMS,
    &DASHBOARDS,
    &SECRETS,
    &SCHEDULES,
];

impl Price {
    /// Returns the cost of an amount used in one month.
    pub fn of(&self, amount: f64) -> f64 {
        let mut dollars = 0.0;
        let mut from = 0.0;
        for (to, each) in self.tiers {
            dollars += (amount.min(*to) - from).max(0.0) * each;
            from = *to;
        }
        dollars
    }

    fn row(&self) -> String {
        let mut from = 0.0;
        let tiers = self.tiers.iter().map(|(to, each)| {
            let above = if from > 0.0 { format!(" above {from}") } else { String::new() };
            from = *to;
            format!("{each}{above}")
        });
        format!("| {} | {} | {} |", self.of, self.unit, tiers.collect::<Vec<_>>().join(", "))
    }
}

/// Returns the table of prices.
pub fn table() -> String {
    super::table(&format!("| us-east-1, {DATE} | unit | $ |"), 2, ALL.map(Price::row))
}

#[test]
fn prices_fall_with_the_amount_above_each_step_only() {
    assert!((GATEWAY.of(100.0) - 100.0).abs() < 1e-9);
    assert!((GATEWAY.of(400.0) - 390.0).abs() < 1e-9);
    assert!((LOGS.of(40_960.0) - (5_120.0 + 5_120.0 + 1_024.0)).abs() < 1e-9);
}
