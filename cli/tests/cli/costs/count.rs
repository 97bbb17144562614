//! What requests and jobs take, counted on the demo community.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use std::time::Duration;
use testing::template::{Template, events};
use testing::{Answer, DEMO_KEY, Log, TestApp, demo_event};
use tracing_subscriber::filter::LevelFilter;

/// What one request, or one run of a job, takes.
#[derive(Debug, Clone)]
pub struct Counted {
    /// The event, or what is special about the request.
    pub name: String,
    /// The function's memory, in MB.
    pub memory: f64,
    /// DynamoDB requests.
    pub requests: f64,
    /// Read units.
    pub reads: f64,
    /// Write units.
    pub writes: f64,
    /// What is logged, by the function and by API Gateway.
    pub log_bytes: f64,
    /// What is answered.
    pub answer_bytes: f64,
}

/// What the measurements found.
pub struct Counts {
    /// Of each event, and of the requests that grow with what is stored.
    pub counted: Vec<Counted>,
    /// What a boarding adds to the tables, with its share of the flight and the flyer, in bytes.
    pub stored_bytes: f64,
    /// What a boarding adds to a whole audit, likewise, in read units.
    pub audit_reads: f64,
}

impl Counts {
    pub async fn measure() -> Self {
        let template = Template::read();
        let mut counted = Vec::new();
        for event in events() {
            counted.push(if demo_event(&event)["rawPath"].is_string() {
                of_route(&template, &event).await
            } else {
                of_job(&template, &event).await
            });
        }
        let crowd = crowd().await;
        counted.push(with_a_history(&template, &crowd).await);
        counted.push(of_a_server_full(&template, &crowd).await);
        let demo = crate::with_demo().await;
        Self {
            counted,
            stored_bytes: (stored_bytes(&crowd).await - stored_bytes(&demo).await) / BOARDINGS,
            audit_reads: (audit_reads(&crowd).await - audit_reads(&demo).await) / BOARDINGS,
        }
    }

    pub fn of(&self, name: &str) -> &Counted {
        let found = self.counted.iter().find(|counted| counted.name == name);
        found.unwrap_or_else(|| panic!("{name} was not counted"))
    }
}

/// A boarding by somebody whose newest page of the history is half full.
pub const WITH_A_HISTORY: &str = "board-passenger, with 50 earlier flights";

/// What a game server asks when it is told of everybody.
pub const A_SERVER_FULL: &str = "fetch-users-data, for 20 flyers with 10 flights each";

/// The flyer who boarded all of the crowd's flights.
const REGULAR: &str = "3000";

/// What [`crowd`] adds to the demo.
const BOARDINGS: f64 = 50.0 + 20.0 * 10.0;

fn others() -> impl Iterator<Item = String> {
    (2000..2020).map(|id: u32| id.to_string())
}

/// The demo, with 20 flyers who boarded 10 flights each, and one who boarded 50.
async fn crowd() -> TestApp {
    let app = crate::with_demo().await;
    for number in 0..50 {
        let flight = app.flight(DEMO_KEY, "skyteam").await;
        app.board(DEMO_KEY, &flight, REGULAR, 500).await;
        if number < 10 {
            for flyer in others() {
                app.board(DEMO_KEY, &flight, &flyer, 500).await;
            }
        }
    }
    app
}

/// What an event needs to be done before.
async fn prepare(app: &TestApp, event: &str) {
    let before = match event {
        "refund-transaction" => "buy-product",
        "tick" | "server-end" => "server-start",
        _ => return,
    };
    let _done = app.call_of(&demo_event(before)).send().await.expect(200);
    // A tick in the same instant would change nothing, and cost less.
    app.clock.advance(Duration::from_mins(1));
}

async fn of_route(template: &Template, event: &str) -> Counted {
    let app = crate::with_demo().await;
    prepare(&app, event).await;
    let request = demo_event(event);
    let counted = of_request(template, &app, &request, |answer| {
        assert!(answer.status.is_success() || event == "no-such-route", "{event}: {}", answer.shown());
    });
    Counted { name: event.to_owned(), ..counted.await }
}

/// A request by an airline that the function knows already.
async fn of_request(template: &Template, app: &TestApp, event: &Value, check: impl FnOnce(&Answer)) -> Counted {
    let _warm = app.get("/airline").key(DEMO_KEY).send().await.expect(200);
    let log = Log::at(LevelFilter::INFO);
    let answer = app.call_of(event).send().await;
    check(&answer);
    let line = log.take_requests().pop().expect("a request is logged");
    let log_bytes = logged(line.clone()) + access_line(template, event).len() as f64;
    let route = event["routeKey"].as_str().expect("an event is of a route");
    Counted { memory: memory_of_route(template, route), ..from_line(&line, log_bytes, answer.bytes.len() as f64) }
}

fn from_line(line: &Value, log_bytes: f64, answer_bytes: f64) -> Counted {
    let number = |name: &str| line[name].as_f64().expect("a number");
    assert_eq!(line["dynamodb_retries"], 0, "{line}");
    Counted {
        name: String::new(),
        memory: 0.0,
        requests: number("dynamodb_requests"),
        reads: number("dynamodb_read_units"),
        writes: number("dynamodb_write_units"),
        log_bytes,
        answer_bytes,
    }
}

/// The length of a line with the ids that Lambda and X-Ray give, and a duration of a usual length.
fn logged(mut line: Value) -> f64 {
    if line["request_id"].is_string() {
        line["request_id"] = json!("8476a536-e9f4-11e8-9739-2dfe598c3fcd");
        line["trace_id"] = json!("1-5759e988-bd862e3fe1be46a994272793");
        line["duration_ms"] = json!(12.345_678);
    }
    if let Some(embedded) = line["_aws"]["CloudWatchMetrics"][0].as_object_mut() {
        embedded["Namespace"] = json!("skysquad");
    }
    line.to_string().len() as f64 + 1.0
}

/// API Gateway's line about the request of an event.
fn access_line(template: &Template, event: &Value) -> String {
    let api = &template.resource("Api")["Properties"]["AccessLogSettings"];
    let context = &event["requestContext"];
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let mut line = text(&api["Format"]);
    for (variable, value) in [
        ("requestTime", text(&context["time"])),
        ("requestId", text(&context["requestId"])),
        ("routeKey", text(&context["routeKey"])),
        ("status", "200".to_owned()),
        ("protocol", text(&context["http"]["protocol"])),
        ("identity.sourceIp", text(&context["http"]["sourceIp"])),
        ("identity.userAgent", text(&context["http"]["userAgent"])),
        ("responseLength", "1234".to_owned()),
        ("responseLatency", "23".to_owned()),
        ("integrationLatency", "21".to_owned()),
        ("integration.integrationStatus", "200".to_owned()),
        ("integration.requestId", "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned()),
        ("integrationErrorMessage", "-".to_owned()),
        ("error.message", "-".to_owned()),
    ] {
        line = line.replace(&format!("\"$context.{variable}\""), &format!("\"{value}\""));
    }
    assert!(!line.contains('$') || context["routeKey"] == "$default", "{line}");
    line
}

fn memory_of_route(template: &Template, route: &str) -> f64 {
    let mut functions = template.functions().into_iter();
    let function = functions.find(|function| function.routes.iter().any(|own| own.key == route));
    function.expect("every route goes to a function").properties["MemorySize"].as_f64().expect("memory")
}

/// A run that finds what the demo has: nothing to end, two members to archive, little to audit.
async fn of_job(template: &Template, job: &str) -> Counted {
    let app = crate::with_demo().await;
    let log = Log::at(LevelFilter::INFO);
    match job {
        "archive-users" => drop(archive_users::handle(&app.app, Duration::from_mins(5), true).await.expect("it runs")),
        "end-stale-flights" => {
            let run = end_stale_flights::handle(&app.app, Duration::from_secs(10)).await.expect("it runs");
            assert_eq!(run.ended, 0);
        }
        "audit" => drop(audit::handle(&app.app, Duration::from_mins(15)).await.expect("it runs")),
        _ => panic!("{job} is no job"),
    }
    let text = log.take();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let log_bytes = lines.iter().cloned().map(logged).sum();
    let line = lines.last().expect("a run is logged");
    let memory = template.function_of(job).properties["MemorySize"].as_f64().expect("memory");
    Counted { name: job.to_owned(), memory, ..from_line(line, log_bytes, 0.0) }
}

async fn with_a_history(template: &Template, crowd: &TestApp) -> Counted {
    let mut event = demo_event("board-passenger");
    let mut body: Value = serde_json::from_str(event["body"].as_str().expect("a body")).expect("JSON");
    body["userId"] = json!(REGULAR);
    event["body"] = body.to_string().into();
    let counted = of_request(template, crowd, &event, |answer| assert_eq!(answer.status.as_u16(), 201));
    Counted { name: WITH_A_HISTORY.to_owned(), ..counted.await }
}

async fn of_a_server_full(template: &Template, crowd: &TestApp) -> Counted {
    let mut event = demo_event("fetch-users-data");
    event["body"] = json!({ "userIds": others().collect::<Vec<_>>() }).to_string().into();
    let counted = of_request(template, crowd, &event, |answer| {
        let flights = |user: &Value| user["flights"].as_array().map_or(0, Vec::len);
        let data = answer.json()["data"].as_array().expect("users").iter().map(flights).sum::<usize>();
        assert_eq!(data, 200);
    });
    Counted { name: A_SERVER_FULL.to_owned(), ..counted.await }
}

async fn audit_reads(app: &TestApp) -> f64 {
    let log = Log::at(LevelFilter::INFO);
    let run = audit::handle(&app.app, Duration::from_mins(15)).await.expect("the audit runs");
    assert!(run.is_complete && run.audited.breaches == 0, "{run:?}");
    let text = log.take();
    let line: Value = serde_json::from_str(text.lines().last().expect("a line")).expect("JSON");
    line["dynamodb_read_units"].as_f64().expect("a number")
}

/// What all tables hold, as DynamoDB charges for it: names, values, and 100 bytes for each item; passengers again, for
/// they are in an index whole (*DynamoDB Developer Guide*, "DynamoDB item sizes and formats").
async fn stored_bytes(app: &TestApp) -> f64 {
    let client = aws_sdk_dynamodb::Client::from_conf(engine::config(app.endpoint()).build());
    let mut bytes = 0;
    for table in [&app.tables().users, &app.tables().flights, &app.tables().ledgers] {
        let mut pages = client.scan().table_name(table).into_paginator().items().send();
        while let Some(item) = pages.next().await {
            let item = item.expect("the table can be read");
            let own = 100 + item.iter().map(|(name, value)| name.len() + size(value)).sum::<usize>();
            bytes += if item.contains_key("joinedAt") { 2 * own } else { own };
        }
    }
    bytes as f64
}

fn size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
        AttributeValue::L(values) => 3 + values.iter().map(|value| 1 + size(value)).sum::<usize>(),
        AttributeValue::M(fields) => 3 + fields.iter().map(|(name, value)| 1 + name.len() + size(value)).sum::<usize>(),
        _ => 1,
    }
}
