//! Runs the compiled binary of a function as Lambda does, and compares it with the same code in process.
//!
//! [`route_function_tests!`](crate::route_function_tests) and [`job_function_tests!`](crate::job_function_tests) expand
//! to the tests that every function must pass. They read the function's routes from `template.yaml` and their events
//! from `events/`, so a new route is tested without changing a test.

mod jobs;
mod routes;
mod runtime;
mod startup;

pub use jobs::{JobOutcome, JobPair, expect_failure_before_deadline, expect_failure_without_tables, outcome};
pub use routes::RouteFunction;
pub use runtime::{Ended, Function, Outcome};
pub use startup::{expect_to_need_its_variables, expect_to_reject_bad_variables};

use crate::{Session, TestApp};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::net::TcpListener;

/// Maximum size of a response that Lambda accepts from a function: 6 MB, plus 100 bytes that it tolerates.
pub const MAX_ANSWER_BYTES: usize = 6 * 1024 * 1024 + 100;

/// Time limit of an invocation: the `Timeout` in template.yaml.
pub const TIMEOUT: Duration = Duration::from_secs(10);

/// Time that a function has for its work where DynamoDB does not respond.
const SHORT: Duration = Duration::from_millis(50);

/// Time limit of an invocation that leaves [`SHORT`] for the work: functions keep half a second for their response.
const SHORT_TIMEOUT: Duration = Duration::from_millis(550);

/// The environment variables of a function.
#[derive(Debug, Clone)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Returns the variables that template.yaml and Lambda set, with the tables of the given app.
    #[must_use]
    pub fn of(app: &TestApp) -> Self {
        let tables = app.tables();
        let session_keys = Session::public_key();
        let variables = [
            ("USERS_TABLE", tables.users.as_str()),
            ("FLIGHTS_TABLE", &tables.flights),
            ("LEDGERS_TABLE", &tables.ledgers),
            ("SESSION_PUBLIC_KEYS", &session_keys),
            ("SESSION_KEY_ID", "a-key"),
            ("AWS_ENDPOINT_URL_DYNAMODB", app.endpoint()),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_LAMBDA_FUNCTION_NAME", "function-under-test"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ];
        let variables = variables.into_iter().chain(crate::LOGIN_VARIABLES);
        Self(variables.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// Sets a variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Removes a variable.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.remove(name);
        self
    }
}
/// A DynamoDB that accepts connections and never responds.
struct SilentDynamoDb {
    listener: TcpListener,
}

impl SilentDynamoDb {
    async fn start() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.expect("a port is free") }
    }

    /// Returns the environment variables of a function that uses this DynamoDB.
    fn environment(&self, app: &TestApp) -> Environment {
        let address = self.listener.local_addr().expect("it is bound");
        Environment::of(app).with("AWS_ENDPOINT_URL_DYNAMODB", &format!("http://{address}"))
    }
}

/// Parses log lines.
fn parsed(log: &str) -> Vec<Value> {
    log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// Returns a log line without the fields that differ between Lambda and a run in process.
fn comparable(line: &Value) -> Value {
    let mut line = line.clone();
    let fields = line.as_object_mut().expect("a log line is an object");
    for name in ["timestamp", "duration_ms", "request_id", "trace_id"] {
        fields.remove(name);
    }
    if let Some(metrics) = fields.get_mut("_aws") {
        metrics["Timestamp"].take();
        metrics["CloudWatchMetrics"][0]["Namespace"].take();
    }
    line
}

/// Checks that a function logged the same lines as the same code in process, apart from those of the Lambda runtime.
fn expect_same_lines(lines: &[Value], in_process: &[Value]) {
    let is_ours = |line: &&Value| !line["target"].as_str().is_some_and(|name| name.starts_with("lambda_runtime"));
    let lines: Vec<_> = lines.iter().filter(is_ours).collect();
    for (line, in_process) in lines.iter().zip(in_process) {
        assert_eq!(comparable(line), comparable(in_process), "the binary's log (left) differs from the log in process");
    }
    assert_eq!(lines.len(), in_process.len(), "the binary's log is\n{lines:#?}\nand in process\n{in_process:#?}");
}
