//! Events of EventBridge Scheduler (*EventBridge Scheduler User Guide*, "Setting up a target").

use super::request::hexadecimal;
use serde::Serialize;
use serde_json::Value;
use testing::template::Template;

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Scheduled {
    version: &'static str,
    id: String,
    detail_type: &'static str,
    source: &'static str,
    account: &'static str,
    time: String,
    region: &'static str,
    resources: [String; 1],
    detail: &'static str,
}

/// The event of each scheduled job, named after its crate.
pub fn all(template: &Template) -> impl Iterator<Item = (String, Scheduled)> {
    template.resources("AWS::Serverless::Function").flat_map(|(resource, function)| {
        let properties = &function["Properties"];
        let code = properties["CodeUri"].as_str().expect("a function has code");
        let crate_name = code.trim_start_matches("functions/");
        let events = properties["Events"].as_object().expect("a function has events");
        let schedules = events.iter().filter(|(_, event)| event["Type"] == "ScheduleV2");
        schedules.map(move |(name, event)| (crate_name.to_owned(), scheduled(resource, name, event)))
    })
}

fn scheduled(resource: &str, name: &str, event: &Value) -> Scheduled {
    let schedule = format!("{resource}{name}");
    let id = hexadecimal(&schedule, 32);
    let suffix = hexadecimal(&format!("suffix of {schedule}"), 13).to_uppercase();
    Scheduled {
        version: "0",
        id: [&id[..8], &id[8..12], &format!("4{}", &id[13..16]), &format!("8{}", &id[17..20]), &id[20..]].join("-"),
        detail_type: "Scheduled Event",
        source: "aws.scheduler",
        account: "123456789012",
        time: time(event["Properties"]["ScheduleExpression"].as_str().expect("a schedule has an expression")),
        region: "us-east-1",
        resources: [format!("arn:aws:scheduler:us-east-1:123456789012:schedule/default/skysquad-{schedule}-{suffix}")],
        detail: "{}",
    }
}

/// A time at which a schedule runs: `cron(0 3 * * ? *)` at 3:00, `rate(…)` at any time.
fn time(expression: &str) -> String {
    let fields = expression.strip_prefix("cron(").map(|fields| fields.split(' ').collect::<Vec<_>>());
    match fields.as_deref() {
        Some([minute, hour, ..]) => format!("2024-03-15T{hour:0>2}:{minute:0>2}:00Z"),
        _ => "2024-03-15T10:30:00Z".to_owned(),
    }
}
