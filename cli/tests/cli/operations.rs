//! The parts of `template.yaml` for operators: limits, alarms, the dashboard and logs.

use serde_json::{Value, json};
use shared::http::cors;
use shared::telemetry::METRICS;
use std::collections::BTreeSet;
use testing::template::Template;

/// Returns the text of a `Fn::Sub` with placeholders for the substituted values, and these values.
fn substituted(text: &str) -> (String, BTreeSet<String>) {
    let mut parts = text.split("${");
    let mut whole = parts.next().expect("a text has a beginning").to_owned();
    let mut names = BTreeSet::new();
    for part in parts {
        let (name, rest) = part.split_once('}').expect("a name ends");
        names.insert(name.split('.').next().expect("a name has a beginning").to_owned());
        whole.push_str("x-1");
        whole.push_str(rest);
    }
    (whole, names)
}

fn properties<'a>(template: &'a Template, name: &str) -> &'a Value {
    &template.resource(name)["Properties"]
}

/// Returns the metrics of an alarm: its own, or those of its queries.
fn metrics_of(alarm: &Value) -> Vec<&Value> {
    let queried = alarm["Metrics"].as_array().into_iter().flatten();
    let queried = queried.map(|query| query["Fn::If"].get(1).unwrap_or(query));
    let queried = queried.map(|query| &query["MetricStat"]["Metric"]).filter(|metric| metric.is_object());
    queried.chain(alarm["MetricName"].is_string().then_some(alarm)).collect()
}

#[test]
fn api_gateway_answers_other_origins_as_the_functions_do() {
    let template = Template::read();
    let cors = &properties(&template, "Api")["CorsConfiguration"];
    assert_eq!(
        cors,
        &json!({
            "AllowOrigins": { "Ref": "AllowedOrigins" },
            "AllowCredentials": true,
            "AllowMethods": cors::METHODS.map(|method| method.to_string()),
            "AllowHeaders": cors::HEADERS.map(|name| name.to_string()),
            "ExposeHeaders": cors::EXPOSED.map(|name| name.to_string()),
            "MaxAge": cors::MAX_AGE.as_secs(),
        })
    );
}

#[test]
fn the_access_log_is_json_and_has_no_path() {
    let template = Template::read();
    let format = properties(&template, "Api")["AccessLogSettings"]["Format"].as_str().expect("a format");
    let line: Value = serde_json::from_str(format).expect("it is JSON");
    assert!(!format.contains('\n') && line["routeKey"] == "$context.routeKey" && !format.contains("ath"), "{format}");
}

#[test]
fn limits_are_on_routes_that_are_there() {
    let template = Template::read();
    let routes: BTreeSet<_> =
        template.functions().into_iter().flat_map(|function| function.routes).map(|route| route.key).collect();
    let api = properties(&template, "Api");
    for (route, limit) in api["RouteSettings"].as_object().expect("limits") {
        assert!(routes.contains(route), "{route}");
        let limit = limit["Fn::If"].get(1).unwrap_or(limit);
        let [rate, burst] = ["ThrottlingRateLimit", "ThrottlingBurstLimit"].map(|name| limit[name].as_u64());
        assert!(Some(1) <= rate && rate <= burst, "{route}");
    }
    // Routes that are not for everybody have lower limits than the others.
    let limited =
        |route: &str| api["RouteSettings"][route]["ThrottlingRateLimit"].as_u64().is_some_and(|rate| rate <= 20);
    for route in routes.iter().filter(|route| route.contains("/airlines") || *route == "PATCH /users") {
        assert!(limited(route), "{route}");
    }
}

#[test]
fn every_alarm_goes_to_the_topic_and_is_about_something_that_is_there() {
    let template = Template::read();
    let resources: BTreeSet<_> = template.names().collect();
    let own: BTreeSet<_> = METRICS.map(|(name, _)| name).into();
    for (name, alarm) in template.resources("AWS::CloudWatch::Alarm") {
        let alarm = &alarm["Properties"];
        for actions in ["AlarmActions", "OKActions"] {
            assert_eq!(alarm[actions], json!([{ "Ref": "Alarms" }]), "{name}");
        }
        let metrics = metrics_of(alarm);
        assert!(!metrics.is_empty(), "{name}");
        for metric in metrics {
            if metric["Namespace"] == json!({ "Ref": "AWS::StackName" }) {
                assert!(own.contains(metric["MetricName"].as_str().expect("a name")), "{name}");
            }
            for dimension in metric["Dimensions"].as_array().into_iter().flatten() {
                let value = &dimension["Value"];
                let resource = value["Ref"].as_str().or(value["Fn::GetAtt"][0].as_str());
                assert!(resource.is_none_or(|resource| resources.contains(resource)), "{name}: {value}");
            }
        }
    }
}

/// Crashes of each function, throttling of each table, failures of each job, findings of the audit, and the safety
/// stop.
#[test]
fn there_is_an_alarm_for_all_that_can_go_wrong() {
    let template = Template::read();
    let mut watched = BTreeSet::new();
    for (_, alarm) in template.resources("AWS::CloudWatch::Alarm") {
        for metric in metrics_of(&alarm["Properties"]) {
            let of = &metric["Dimensions"][0]["Value"];
            let of = of["Ref"].as_str().or(of["Fn::GetAtt"][0].as_str()).unwrap_or("stack");
            watched.insert(format!("{} {of}", metric["MetricName"].as_str().expect("a name")));
        }
    }
    let mut expected: BTreeSet<_> = [
        "5xx Api",
        "Count Api",
        "Latency Api",
        "Invocations EndStaleFlightsFunction",
        "ApproximateNumberOfMessagesVisible DeadLetters",
        "audit_mismatches stack",
        "safety_stops stack",
    ]
    .map(str::to_owned)
    .into();
    for (name, _) in template.resources("AWS::Serverless::Function") {
        expected.extend(["Errors", "Throttles"].map(|metric| format!("{metric} {name}")));
    }
    for (name, _) in template.resources("AWS::DynamoDB::Table") {
        expected.extend(["ReadThrottleEvents", "WriteThrottleEvents"].map(|metric| format!("{metric} {name}")));
    }
    assert_eq!(watched, expected);
}

#[test]
fn the_dashboard_is_json_about_what_is_there() {
    let template = Template::read();
    let body = properties(&template, "Dashboard")["DashboardBody"]["Fn::Sub"].as_str().expect("a body");
    let (body, names) = substituted(body);
    let resources: BTreeSet<_> = template.names().map(str::to_owned).collect();
    let unknown: Vec<_> =
        names.iter().filter(|name| !name.starts_with("AWS::") && !resources.contains(*name)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");

    let body: Value = serde_json::from_str(&body).expect("the dashboard is JSON");
    let widgets = body["widgets"].as_array().expect("it has widgets");
    let mut own = BTreeSet::new();
    for widget in widgets {
        let [x, width] = ["x", "width"].map(|name| widget[name].as_u64().expect("a number"));
        assert!(x + width <= 24, "{widget}");
        let mut last = (Value::Null, Value::Null);
        for metric in widget["properties"]["metrics"].as_array().into_iter().flatten() {
            // A dot repeats the value of the line above.
            let [namespace, name] = [0, 1].map(|at| metric[at].clone());
            last = (if namespace == "." { last.0 } else { namespace }, if name == "." { last.1 } else { name });
            if last.0 == "x-1" {
                own.insert(last.1.as_str().expect("a name").to_owned());
            }
        }
    }
    assert_eq!(own, METRICS.map(|(name, _)| name.to_owned()).into());
}

#[test]
fn logs_are_kept_for_as_long_as_is_said() {
    let template = Template::read();
    for (name, group) in template.resources("AWS::Logs::LogGroup") {
        assert_eq!(group["Properties"]["RetentionInDays"], json!({ "Ref": "LogRetentionDays" }), "{name}");
    }
    for function in template.functions() {
        assert_eq!(function.properties["Tracing"], "Active", "{}", function.crate_name);
    }
}
