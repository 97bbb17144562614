//! The tests of functions that serve routes.

use super::runtime::{TRACE_ID, request_id};
use super::{Ended, Environment, Function, SHORT, SHORT_TIMEOUT, SilentDynamoDb, expect_same_lines, parsed};
use crate::template::{Route, Template};
use crate::{Answer, DEMO_KEY, Fault, Log, Routes, TestApp, demo_event, demo_session};
use http::StatusCode;
use serde_json::Value;
use std::time::Duration;
use tracing_subscriber::filter::LevelFilter;
use utoipa_axum::router::OpenApiRouter;

/// What a client can make of an ID in a path (`{}`), decoded as API Gateway passes it on.
const SPOILT_IDS: [&str; 24] = [
    "{}#2",
    "{}?limit=1",
    "{}/",
    "{}/2",
    "/{}",
    "{}\t",
    "{}\n",
    "{}\r\n",
    " {}",
    "{} ",
    "{}\\",
    "\\{}",
    "{};v=1",
    "{}%",
    "{}%2",
    "{}%00",
    "{}+",
    "{}\u{1}",
    "{}ü",
    "{}\"",
    "<{}>",
    ".",
    "..",
    "",
];

/// A function that serves routes: the compiled binary and the same routes in process.
#[derive(Debug, Clone, Copy)]
pub struct RouteFunction {
    /// Path of the binary.
    pub binary: &'static str,
    /// Name of the function's crate.
    pub crate_name: &'static str,
    /// The routes that the binary serves.
    pub routes: Routes,
}

/// Expands to the tests of a function that serves routes. Takes the path of its binary, the name of its crate and its
/// routes, like [`RouteFunction`](crate::lambda::RouteFunction).
#[macro_export]
macro_rules! route_function_tests {
    ($binary:expr, $crate_name:expr, $routes:expr) => {
        const FUNCTION: $crate::lambda::RouteFunction =
            $crate::lambda::RouteFunction { binary: $binary, crate_name: $crate_name, routes: $routes };

        #[tokio::test]
        async fn answers_and_logs_the_event_of_each_route_as_in_process() {
            FUNCTION.expect_same_answers().await;
        }

        #[tokio::test]
        async fn answers_each_route_before_its_deadline_when_dynamodb_does_not_respond() {
            FUNCTION.expect_answers_before_deadline().await;
        }

        #[tokio::test]
        async fn answers_any_path_that_api_gateway_decoded() {
            FUNCTION.expect_answers_to_decoded_paths().await;
        }

        #[tokio::test]
        async fn does_not_start_without_its_variables() {
            $crate::lambda::expect_to_need_its_variables($binary).await;
        }

        #[tokio::test]
        async fn does_not_start_with_a_bad_variable() {
            $crate::lambda::expect_to_reject_bad_variables($binary).await;
        }
    };
}

impl RouteFunction {
    /// Starts the function's binary.
    ///
    /// # Panics
    /// Panics if it does not start.
    pub async fn start(&self, environment: &Environment) -> Function {
        Function::start(self.binary, environment).await.expect("the function starts")
    }

    /// Checks for each route of the function that the binary answers its event as the routes do in process, and logs
    /// the same. Both answer it on a new demo community, so the events may be in any order. On a DynamoDB that cannot
    /// restore the community, all events share one. The response must be a success, or 404 for the event of paths
    /// without a route.
    ///
    /// # Panics
    /// Panics if a response or a log line differs, or if the log contains a secret.
    pub async fn expect_same_answers(&self) {
        let (app, in_process) = (demo().await, self.in_process().await);
        in_process.clock.set_to_system_time();
        let checkpoints = [&app, &in_process].map(|app| (app, app.checkpoint()));
        let mut function = self.start(&Environment::of(&app)).await;
        let (mut logged, mut secrets) = (Vec::new(), vec![DEMO_KEY.to_owned(), demo_session()]);
        let routes = self.template_routes();
        for (route, number) in routes.iter().zip(1..) {
            for (app, checkpoint) in &checkpoints {
                if let Some(checkpoint) = checkpoint {
                    app.rewind(checkpoint);
                }
            }
            let event = demo_event(&route.event());
            let log = Log::at(LevelFilter::INFO);
            let expected = in_process.call_of(&event).send().await;
            let lines = parsed(&log.take());
            drop(log);
            let requests = in_process.wire.take_operations().len();

            let answer = function.request(&event).await;

            expect_same_answer(&route.key, &answer, &expected);
            let is_expected = if route.key == "$default" { answer.status == 404 } else { answer.is_as_documented() };
            assert!(is_expected, "{}: {}", route.key, answer.shown());
            let line = lines.iter().find(|line| line["message"] == "request").expect("the request is logged");
            assert_eq!(line["dynamodb_requests"], requests, "{line}");
            logged.push(Logged { request_id: request_id(number), route, status: answer.status, lines });
            let body = event["body"].as_str().unwrap_or_default();
            collect_secrets(&serde_json::from_str(body).unwrap_or_default(), &mut secrets);
            collect_secrets(&serde_json::from_slice(&answer.bytes).unwrap_or_default(), &mut secrets);
        }
        let ended = function.end().await;
        expect_same_log(&ended, &logged);
        for secret in secrets {
            assert!(!ended.stdout.contains(&secret), "the log contains {secret}");
        }
    }

    /// Checks for each route of the function that the binary answers its event in time when DynamoDB does not respond,
    /// with the same response as in process.
    ///
    /// # Panics
    /// Panics if it does not.
    pub async fn expect_answers_before_deadline(&self) {
        let app = TestApp::start(self.routes).await;
        let silent = SilentDynamoDb::start().await;
        let mut function = self.start(&silent.environment(&app)).await;
        app.wire.disturb_all(Fault::Delay(Duration::from_mins(1)));
        let in_process = app.another_instance(SHORT);
        for route in self.template_routes() {
            let event = demo_event(&route.event());
            let (expected, answer) =
                tokio::join!(in_process.call_of(&event).send(), function.request_within(&event, SHORT_TIMEOUT));
            expect_same_answer(&route.key, &answer, &expected);
            let needs_dynamodb = !app.wire.take_operations().is_empty();
            assert!(!needs_dynamodb || !answer.status.is_success(), "{}: {}", route.key, answer.shown());
        }
    }

    /// Checks that the binary answers as the routes do in process if an ID in a path has characters that a URL escapes.
    /// API Gateway passes on paths that it has decoded. Each parameter of each route is spoilt in each of the ways of
    /// [`SPOILT_IDS`], and by escaping it twice. None may be taken for the ID itself, which would change something.
    ///
    /// # Panics
    /// Panics if a response differs, is a server error, or is the success of a change.
    pub async fn expect_answers_to_decoded_paths(&self) {
        let (app, in_process) = (demo().await, self.in_process().await);
        let mut function = self.start(&Environment::of(&app)).await;
        for route in self.template_routes().iter().filter(|route| route.key.contains('{')) {
            let event = demo_event(&route.event());
            let ids = event["pathParameters"].as_object().expect("the route has parameters");
            for (parameter, id) in ids {
                let id = id.as_str().expect("parameters are strings");
                // What is left of an ID that was escaped twice.
                let twice = format!("%{:02X}{}", id.as_bytes()[0], &id[1..]);
                for spoilt in SPOILT_IDS.iter().map(|form| form.replace("{}", id)).chain([twice]) {
                    let name = format!("{} with {spoilt:?} as {parameter}", route.key);
                    let mut event = event.clone();
                    event["pathParameters"][parameter] = spoilt.into();
                    event["rawPath"] = path_of(route, &event, escaped).into();
                    let expected = in_process.call_of(&event).send().await;

                    event["rawPath"] = path_of(route, &event, str::to_owned).into();
                    let answer = function.request(&event).await;

                    expect_same_answer(&name, &answer, &expected);
                    let is_harmless = answer.status.is_client_error() || answer.status.is_redirection();
                    assert!(is_harmless || route.key.starts_with("GET "), "{name}: {}", answer.shown());
                    assert!(!answer.status.is_server_error(), "{name}: {}", answer.shown());
                }
            }
        }
    }

    /// Starts the routes in process, with a demo community.
    async fn in_process(&self) -> TestApp {
        let mut app = demo().await;
        app.router = shared::http::router((self.routes)(), app.app.clone());
        app
    }

    fn template_routes(&self) -> Vec<Route> {
        Template::read().function_of(self.crate_name).routes
    }
}

/// Starts a demo community for a binary, without routes of its own.
async fn demo() -> TestApp {
    TestApp::with_demo(OpenApiRouter::new).await
}

/// What the binary's log must say about a request.
struct Logged<'a> {
    request_id: String,
    route: &'a Route,
    status: StatusCode,
    /// What was logged in process.
    lines: Vec<Value>,
}

/// Checks that a response of the binary has the status, headers and body of the response in process, apart from times
/// and random values.
fn expect_same_answer(name: &str, answer: &Answer, in_process: &Answer) {
    let shown = |answer: &Answer| {
        let headers = answer.headers.iter().map(|(name, value)| format!("{name}: {}\n", without_random(value)));
        let mut headers: Vec<_> = headers.collect();
        headers.sort_unstable();
        headers.concat() + &answer.redacted()
    };
    let (answer, in_process) = (shown(answer), shown(in_process));
    assert!(answer == in_process, "{name}: the binary answers\n{answer}\nand in process\n{in_process}");
}

/// Returns the text of a header without the secrets of a log-in, which are random.
fn without_random(value: &http::HeaderValue) -> String {
    let text = format!("{value:?}");
    let is_random = |word: &&str| word.len() >= 22;
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && !"-_".contains(c));
    words.filter(is_random).fold(text.clone(), |text, word| text.replace(word, "[random]"))
}

/// Checks that the binary logged what the routes logged in process, and each request as one line with the IDs of its
/// invocation.
fn expect_same_log(ended: &Ended, logged: &[Logged<'_>]) {
    let in_process: Vec<_> = logged.iter().flat_map(|logged| logged.lines.clone()).collect();
    expect_same_lines(&ended.lines(), &in_process);
    let lines = ended.log("request");
    assert_eq!(lines.len(), logged.len(), "{}", ended.stdout);
    for (line, Logged { request_id, route, status, .. }) in lines.iter().zip(logged) {
        let path = route.key.split_once(' ').map_or("-", |(_, path)| path);
        assert_eq!(line["route"], path, "{line}");
        assert_eq!(line["status"], status.as_u16(), "{line}");
        assert_eq!(line["request_id"], *request_id, "{line}");
        assert_eq!(line["trace_id"], TRACE_ID, "{line}");
        assert_eq!(line["dynamodb_retries"], 0, "{line}");
    }
    assert_eq!(ended.stderr, "");
}

/// Returns the path of a route with the parameters of an event.
fn path_of(route: &Route, event: &Value, parameter: impl Fn(&str) -> String) -> String {
    let (_, path) = route.key.split_once(' ').expect("a route with a path has a method");
    let segments =
        path.split('/').map(|segment| match segment.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => parameter(event["pathParameters"][name].as_str().expect("parameters are strings")),
            None => segment.to_owned(),
        });
    segments.collect::<Vec<_>>().join("/")
}

/// Escapes all bytes but letters and digits.
fn escaped(text: &str) -> String {
    let byte = |byte: u8| if byte.is_ascii_alphanumeric() { char::from(byte).into() } else { format!("%{byte:02X}") };
    text.bytes().map(byte).collect()
}

/// Adds the API keys, e-mail addresses and phone numbers in a body.
fn collect_secrets(body: &Value, secrets: &mut Vec<String>) {
    match body {
        Value::Object(fields) => {
            for (name, value) in fields {
                if ["apiKey", "email", "phone"].contains(&name.as_str()) && !value.is_null() {
                    secrets.push(value.as_str().map_or_else(|| value.to_string(), str::to_owned));
                }
                collect_secrets(value, secrets);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect_secrets(value, secrets)),
        _ => {}
    }
}
