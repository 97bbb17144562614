//! The tests of scheduled jobs.

use super::{Ended, Environment, Function, SHORT_TIMEOUT, SilentDynamoDb, expect_same_lines, parsed};
use crate::{Log, TestApp, demo_event};
use serde::Serialize;
use serde_json::{Value, json};
use shared::App;
use shared::store::{Store, Tables};
use std::fmt::Display;
use std::time::Duration;
use tracing_subscriber::filter::LevelFilter;

/// Time limit of a job: the longest that Lambda supports.
const JOB_TIMEOUT: Duration = Duration::from_mins(15);

/// A job's result as JSON, or the message of its error.
pub type JobOutcome = Result<Value, String>;

/// Returns what a job's handle returned, in the form in which a function responds.
///
/// # Errors
/// The message of the handle's error.
pub fn outcome<T: Serialize, E: Display>(ended: Result<T, E>) -> JobOutcome {
    ended.map(|result| serde_json::to_value(result).expect("a result is JSON")).map_err(|error| error.to_string())
}

/// Expands to the tests of a scheduled job. Takes the path of its binary, the name of its event and its handle, an
/// async function from `&App` and `Duration` to [`JobOutcome`](crate::lambda::JobOutcome).
#[macro_export]
macro_rules! job_function_tests {
    ($binary:expr, $event:expr, $handle:expr) => {
        #[tokio::test]
        async fn fails_before_its_deadline_when_dynamodb_does_not_respond() {
            $crate::lambda::expect_failure_before_deadline($binary, $event).await;
        }

        #[tokio::test]
        async fn fails_without_its_tables_as_in_process() {
            $crate::lambda::expect_failure_without_tables($binary, $event, $handle).await;
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

/// Checks that a job reports an error before its deadline if DynamoDB does not respond.
///
/// # Panics
/// Panics if it does not.
pub async fn expect_failure_before_deadline(binary: &str, event: &str) {
    let silent = SilentDynamoDb::start().await;
    let environment = silent.environment(&TestApp::without_routes().await);
    let mut function = Function::start(binary, &environment).await.expect("the function starts");
    let failed = function.invoke_within(&demo_event(event), SHORT_TIMEOUT).await;
    assert_eq!(failed.expect_err("the job fails")["errorMessage"], "DynamoDB was busy until the deadline");
}

/// Checks that a job whose tables do not exist fails as in process, and logs the cause.
///
/// # Panics
/// Panics if it does not.
pub async fn expect_failure_without_tables(
    binary: &str,
    event: &str,
    handle: impl AsyncFn(&App, Duration) -> JobOutcome,
) {
    const MISSING: &str = "no-such-table";
    let app = TestApp::without_routes().await;
    let tables = Tables { users: MISSING.to_owned(), flights: MISSING.to_owned(), ledgers: MISSING.to_owned() };
    let config = engine::config(app.endpoint()).http_client(app.wire.clone());
    let in_process = app.configured(|app| app.context.store = Store::with_config(config, tables));
    let environment = ["USERS_TABLE", "FLIGHTS_TABLE", "LEDGERS_TABLE"]
        .iter()
        .fold(Environment::of(&app), |environment, name| environment.with(name, MISSING));
    let mut pair = JobPair::start(binary, &environment, event, &in_process, handle).await;

    assert_eq!(pair.run().await, Err("DynamoDB failed".to_owned()));

    let log = pair.end().await.log("a job failed");
    assert_eq!(log.len(), 1, "{log:?}");
    assert_eq!(log[0]["job"], event);
    let cause = log[0]["error"].as_str().expect("the cause is logged");
    assert!(cause.starts_with("DynamoDB failed: ResourceNotFoundException"), "{cause}");
}

/// A job that runs as a compiled binary and in process, each on tables of its own with the same contents.
pub struct JobPair<'a, H> {
    function: Function,
    event: Value,
    in_process: &'a TestApp,
    handle: H,
    /// What was logged in process.
    lines: Vec<Value>,
}

impl<'a, H: AsyncFn(&App, Duration) -> JobOutcome> JobPair<'a, H> {
    /// Starts the binary with the given environment. In process, the job runs on the given app, whose clock is set to
    /// the system's time.
    ///
    /// # Panics
    /// Panics if the binary does not start.
    pub async fn start(
        binary: &str,
        environment: &Environment,
        event: &str,
        in_process: &'a TestApp,
        handle: H,
    ) -> Self {
        in_process.clock.set_to_system_time();
        let function = Function::start(binary, environment).await.expect("the function starts");
        Self { function, event: demo_event(event), in_process, handle, lines: Vec::new() }
    }

    /// Runs the job in process and as a binary, and returns the outcome.
    ///
    /// # Errors
    /// The message of the job's error.
    ///
    /// # Panics
    /// Panics if the outcomes differ, or if the log contradicts the number of requests to DynamoDB.
    pub async fn run(&mut self) -> JobOutcome {
        self.in_process.wire.reset();
        let log = Log::at(LevelFilter::INFO);
        let expected = (self.handle)(&self.in_process.app, JOB_TIMEOUT).await;
        let lines = parsed(&log.take());
        drop(log);
        let requests = self.in_process.wire.take_operations().len();
        assert!(lines.iter().any(|line| line["dynamodb_requests"] == requests), "{requests}: {lines:?}");
        self.lines.extend(lines);

        let ended = self.function.invoke_within(&self.event, JOB_TIMEOUT).await;
        let ended = ended.map(|answer| serde_json::from_slice(&answer).expect("a result is JSON"));
        let ended = ended.map_err(|error| {
            // Lambda's callers see nothing else, such as causes that may contain private data.
            let [kind, message] = ["errorType", "errorMessage"].map(|name| error[name].clone());
            assert_eq!(error, json!({ "errorType": kind, "errorMessage": message }));
            message.as_str().expect("a message is text").to_owned()
        });
        assert_eq!(ended, expected, "the binary's outcome (left) differs from the outcome in process (right)");
        ended
    }

    /// Ends the binary, and returns its output.
    ///
    /// # Panics
    /// Panics if the binary did not log the same lines as the job in process.
    pub async fn end(self) -> Ended {
        let ended = self.function.end().await;
        expect_same_lines(&ended.lines(), &self.lines);
        assert_eq!(ended.stderr, "");
        ended
    }
}
