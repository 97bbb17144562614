//! What requests and jobs consume, measured on the demo community.

use crate::events::{self, event};
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use std::time::Duration;
use testing::template::Template;
use testing::{Answer, DEMO_KEY, Log, TestApp};
use tracing_subscriber::filter::LevelFilter;

/// What one request, or one run of a job, consumes.
#[derive(Debug, Clone)]
pub struct Counted {
    /// The event, and what is special about the request, if anything.
    pub name: String,
    /// The function's memory, in MB.
    pub memory: f64,
    /// DynamoDB requests.
    pub requests: f64,
    /// Read units.
    pub reads: f64,
    /// Write units.
    pub writes: f64,
    /// Bytes logged by the function and by API Gateway.
    pub log_bytes: f64,
    /// Bytes of the response's body.
    pub answer_bytes: f64,
}

/// All measurements.
pub struct Counts {
    /// Those of each event, and those of special scenes.
    pub counted: Vec<Counted>,
    /// The names of the jobs among them.
    pub jobs: Vec<String>,
    /// What a boarding adds to the tables, with its share of the flight and the flyer, in bytes.
    pub stored_bytes: f64,
    /// What a boarding adds to a complete audit, likewise, in read units.
    pub audit_reads: f64,
}

impl Counts {
    pub async fn measure() -> Self {
        let template = Template::read();
        let mut counted = Vec::new();
        for name in events::requests() {
            counted.push(of_event(&template, name).await);
        }
        let functions = template.functions().into_iter();
        let jobs = functions.filter(|function| !function.schedules.is_empty()).map(|function| function.crate_name);
        let jobs: Vec<_> = jobs.collect();
        for job in &jobs {
            counted.push(of_job(&template, job).await);
        }
        counted.push(of_a_running_flight(&template, "tick", RUNNING).await);
        counted.push(of_a_running_flight(&template, "server-end", RUNNING_TO_ITS_END).await);
        let crowd = crowd().await;
        counted.push(with_a_history(&template, &crowd).await);
        counted.push(of_a_server_full(&template, &crowd).await);
        let demo = crate::with_demo().await;
        Self {
            counted,
            jobs,
            stored_bytes: (stored_bytes(&crowd).await - stored_bytes(&demo).await) / BOARDINGS,
            audit_reads: (audit_reads(&crowd).await - audit_reads(&demo).await) / BOARDINGS,
        }
    }

    pub fn of(&self, name: &str) -> &Counted {
        let found = self.counted.iter().find(|counted| counted.name == name);
        found.unwrap_or_else(|| panic!("{name} was not counted"))
    }
}

impl Counted {
    /// Its event.
    pub fn event(&self) -> &str {
        self.name.split(',').next().expect("a name begins with the event")
    }
}

/// A tick and the end of a running flight, which also change its entry in an index.
pub const RUNNING: &str = "tick, of a running flight";
pub const RUNNING_TO_ITS_END: &str = "server-end, of a running flight";

/// The boarding of a flyer whose newest history page is half full.
pub const WITH_A_HISTORY: &str = "board-passenger, with 50 earlier flights";

/// What a game server fetches when it starts with 20 players.
pub const A_SERVER_FULL: &str = "fetch-users-data, for 20 flyers with 10 flights each";

/// The flyer who boarded all of the crowd's flights.
const REGULAR: &str = "3000";

/// Number of boardings that [`crowd`] adds to the demo.
const BOARDINGS: f64 = 50.0 + 20.0 * 10.0;

fn others() -> impl Iterator<Item = String> {
    (2000..2020).map(|id: u32| id.to_string())
}

/// The demo with 20 more flyers who boarded 10 flights each, and one who boarded 50.
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

async fn of_event(template: &Template, name: &str) -> Counted {
    let (app, event) = (crate::with_demo().await, event(name));
    let counted = of_request(template, &app, &event, |answer| {
        assert!(answer.is_as_documented() || event["routeKey"] == "$default", "{name}: {}", answer.shown());
    });
    Counted { name: name.to_owned(), ..counted.await }
}

/// Measures a request about a flight that started a minute ago.
async fn of_a_running_flight(template: &Template, name: &str, described: &str) -> Counted {
    let app = crate::with_demo().await;
    let mut start = event("server-start");
    let event = event(name);
    start["rawPath"] = format!("/flight/{}/serverStart", event["pathParameters"]["id"].as_str().expect("an id")).into();
    let _started = app.call_of(&start).send().await.expect(200);
    // At the time of the start, a tick would change nothing and cost less.
    app.clock.advance(Duration::from_mins(1));
    let counted = of_request(template, &app, &event, |answer| assert_eq!(answer.status.as_u16(), 200));
    Counted { name: described.to_owned(), ..counted.await }
}

/// Measures a request to an instance that knows the API key.
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

/// Returns the length of a log line with IDs of Lambda and X-Ray, and a duration of the usual length.
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

/// Returns API Gateway's log line about an event's request.
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

/// Measures a run on the demo: no flight to end, two members to archive, and little to audit.
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
    let mut event = event("board-passenger");
    let mut body: Value = serde_json::from_str(event["body"].as_str().expect("a body")).expect("JSON");
    body["userId"] = json!(REGULAR);
    event["body"] = body.to_string().into();
    let counted = of_request(template, crowd, &event, |answer| assert_eq!(answer.status.as_u16(), 201));
    Counted { name: WITH_A_HISTORY.to_owned(), ..counted.await }
}

async fn of_a_server_full(template: &Template, crowd: &TestApp) -> Counted {
    let mut event = event("fetch-users-data");
    event["body"] = json!({ "userIds": others().collect::<Vec<_>>() }).to_string().into();
    let mut uncompressed = event.clone();
    uncompressed["headers"].as_object_mut().expect("headers").remove("accept-encoding");
    let answer = crowd.call_of(&uncompressed).send().await.expect(200).json();
    let flights = |user: &Value| user["flights"].as_array().map_or(0, Vec::len);
    assert_eq!(answer["data"].as_array().expect("users").iter().map(flights).sum::<usize>(), 200);
    let counted = of_request(template, crowd, &event, |answer| assert_eq!(answer.status.as_u16(), 200));
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

/// Returns the bytes in all tables for which DynamoDB charges: names, values, and 100 bytes per item. Passengers count
/// twice, because an index contains them completely (*DynamoDB Developer Guide*, "DynamoDB item sizes and formats").
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
