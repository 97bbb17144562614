//! Lambda's side of the Runtime API (*AWS Lambda Developer Guide*, "Using the Lambda runtime API for custom runtimes").

use super::{Environment, MAX_ANSWER_BYTES, TIMEOUT, parsed};
use crate::Answer;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};

/// Time limit for a process to request its first event.
const START_TIMEOUT: Duration = Duration::from_secs(10);

/// X-Ray trace ID of all invocations.
pub(super) const TRACE_ID: &str = "1-65f42328-000000000000000000000000";

/// A process that has ended, and its output.
#[derive(Debug)]
pub struct Ended {
    /// Its exit status.
    pub status: ExitStatus,
    /// Its standard output: the log, with one JSON object per line.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

impl Ended {
    /// Returns all lines of the log.
    #[must_use]
    pub fn lines(&self) -> Vec<Value> {
        parsed(&self.stdout)
    }

    /// Returns the lines of the log that have the given message.
    #[must_use]
    pub fn log(&self, message: &str) -> Vec<Value> {
        self.lines().into_iter().filter(|line| line["message"] == message).collect()
    }
}

/// The outcome of an invocation: the function's response or an error.
pub type Outcome = Result<Bytes, Value>;

/// A running function that waits for events. Dropping it kills the process.
#[derive(Debug)]
pub struct Function {
    /// Time from the start of the process to the request for the first event.
    pub started_in: Duration,
    process: Process,
    service: Arc<Service>,
    work: mpsc::UnboundedSender<Work>,
    invocations: u64,
    _server: JoinSet<()>,
}

impl Function {
    /// Starts a compiled binary, and waits until it requests its first event.
    ///
    /// # Errors
    /// Returns an error if the process ends before that.
    pub async fn start(binary: &str, environment: &Environment) -> Result<Self, Ended> {
        let (work, queue) = mpsc::unbounded_channel();
        let service = Arc::new(Service {
            asked: Notify::new(),
            queue: tokio::sync::Mutex::new(queue),
            under_way: Mutex::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound").to_string();
        let mut server = JoinSet::new();
        let router = runtime_api(service.clone());
        server.spawn(async move { axum::serve(listener, router).await.expect("the Runtime API serves") });

        let started = Instant::now();
        let mut process = Process::spawn(binary, &environment.clone().with("AWS_LAMBDA_RUNTIME_API", &address));
        let has_started = tokio::select! {
            () = service.asked.notified() => true,
            _ = process.child.wait() => false,
            () = tokio::time::sleep(START_TIMEOUT) => panic!("{binary} asked for no event"),
        };
        let started_in = started.elapsed();
        if has_started {
            Ok(Self { started_in, process, service, work, invocations: 0, _server: server })
        } else {
            Err(process.end().await)
        }
    }

    /// Sends an event, with the time limit in template.yaml.
    ///
    /// # Errors
    /// Those of [`invoke_within`](Self::invoke_within).
    pub async fn invoke(&mut self, event: &Value) -> Outcome {
        self.invoke_within(event, TIMEOUT).await
    }

    /// Sends an event with the given time limit. Request IDs are UUIDs that count from 1.
    ///
    /// # Errors
    /// Returns the error that the function reported, or that of Lambda if the function did not respond in time,
    /// responded with too much data, or ended.
    pub async fn invoke_within(&mut self, event: &Value, time: Duration) -> Outcome {
        self.invocations += 1;
        let request_id = request_id(self.invocations);
        let (outcome, answered) = oneshot::channel();
        *self.service.under_way.lock().expect("no handler panics") = Some((request_id.clone(), outcome));
        let deadline = SystemTime::now() + time;
        let sent = self.work.send(Work { request_id, deadline, event: event.to_string() });
        sent.expect("the server lives as long as the function");
        // Errors that Lambda itself returns.
        let failed = |kind: &str, message: String| Err(json!({ "errorType": kind, "errorMessage": message }));
        tokio::select! {
            outcome = answered => outcome.expect("the server lives as long as the function"),
            () = tokio::time::sleep(time) => {
                failed("Sandbox.Timedout", format!("Task timed out after {:.2} seconds", time.as_secs_f64()))
            }
            status = self.process.child.wait() => {
                let status = status.expect("it is our child");
                failed("Runtime.ExitError", format!("Runtime exited with error: {status}"))
            }
        }
    }

    /// Sends an event of API Gateway, and reads the response as API Gateway does.
    pub async fn request(&mut self, event: &Value) -> Answer {
        self.request_within(event, TIMEOUT).await
    }

    /// Sends an event of API Gateway with the given time limit, and reads the response as API Gateway does.
    pub async fn request_within(&mut self, event: &Value, time: Duration) -> Answer {
        let answer = self.invoke_within(event, time).await.unwrap_or_else(|error| panic!("no answer: {error}"));
        as_http(&serde_json::from_slice(&answer).expect("an answer is JSON"))
    }

    /// Ends the process and returns its output.
    pub async fn end(self) -> Ended {
        self.process.end().await
    }
}

/// Returns the request ID of a function's invocation, which counts from 1.
pub(super) fn request_id(invocation: u64) -> String {
    format!("00000000-0000-4000-8000-{invocation:012}")
}

/// Reads a response in payload format 2.0 (*API Gateway Developer Guide*, "Create AWS Lambda proxy integrations for
/// HTTP APIs").
fn as_http(answer: &Value) -> Answer {
    assert_ne!(answer["isBase64Encoded"], true, "JSON is text");
    let mut headers = HeaderMap::new();
    for (name, value) in answer["headers"].as_object().expect("an answer has headers") {
        let value = value.as_str().expect("a header is text");
        let name: HeaderName = name.parse().expect("a valid name");
        headers.insert(name, HeaderValue::from_str(value).expect("a valid value"));
    }
    for cookie in answer["cookies"].as_array().into_iter().flatten() {
        let cookie = cookie.as_str().expect("a cookie is text");
        headers.append(SET_COOKIE, HeaderValue::from_str(cookie).expect("a valid value"));
    }
    let status = answer["statusCode"].as_u64().and_then(|status| StatusCode::from_u16(status.try_into().ok()?).ok());
    Answer {
        status: status.expect("an answer has a status"),
        headers,
        bytes: answer["body"].as_str().unwrap_or_default().into(),
    }
}

/// A child process and its output.
#[derive(Debug)]
struct Process {
    child: Child,
    stdout: JoinHandle<String>,
    stderr: JoinHandle<String>,
}

impl Process {
    fn spawn(binary: &str, environment: &Environment) -> Self {
        let mut child = Command::new(binary)
            .env_clear()
            .envs(&environment.0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{binary}: {error}"));
        let stdout = tokio::spawn(read_all(child.stdout.take().expect("it is piped")));
        let stderr = tokio::spawn(read_all(child.stderr.take().expect("it is piped")));
        Self { child, stdout, stderr }
    }

    async fn end(mut self) -> Ended {
        // The process may already have ended.
        let _result = self.child.start_kill();
        Ended {
            status: self.child.wait().await.expect("it is our child"),
            stdout: self.stdout.await.expect("it is text"),
            stderr: self.stderr.await.expect("it is text"),
        }
    }
}

async fn read_all(mut pipe: impl AsyncRead + Unpin) -> String {
    let mut text = String::new();
    pipe.read_to_string(&mut text).await.expect("it is text");
    text
}

/// An event on its way to the function.
#[derive(Debug)]
struct Work {
    request_id: String,
    deadline: SystemTime,
    event: String,
}

/// The server side of the Runtime API. As in any execution environment, at most one invocation is in progress.
#[derive(Debug)]
struct Service {
    /// Notified when the function requests an event.
    asked: Notify,
    queue: tokio::sync::Mutex<mpsc::UnboundedReceiver<Work>>,
    under_way: Mutex<Option<(String, oneshot::Sender<Outcome>)>>,
}

impl Service {
    fn settle(&self, request_id: &str, outcome: Outcome) {
        let under_way = self.under_way.lock().expect("no handler panics").take();
        let (expected, sender) = under_way.expect("an invocation is under way");
        assert_eq!(request_id, expected, "answered another invocation");
        // The receiver may have been dropped at its time limit.
        let _result = sender.send(outcome);
    }
}

fn runtime_api(service: Arc<Service>) -> axum::Router {
    axum::Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .layer(DefaultBodyLimit::disable())
        .with_state(service)
}

async fn next(State(service): State<Arc<Service>>) -> Response {
    service.asked.notify_one();
    let Some(work) = service.queue.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let deadline = work.deadline.duration_since(UNIX_EPOCH).expect("it is after 1970").as_millis();
    let headers = [
        ("lambda-runtime-aws-request-id", work.request_id),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:123456789012:function:function-under-test".to_owned(),
        ),
        ("lambda-runtime-trace-id", format!("Root={TRACE_ID};Sampled=0")),
    ];
    (headers.map(|(name, value)| (HeaderName::from_static(name), value)), work.event).into_response()
}

async fn response(State(service): State<Arc<Service>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    if body.len() <= MAX_ANSWER_BYTES {
        service.settle(&id, Ok(body));
        return StatusCode::ACCEPTED;
    }
    let message = format!(
        "Response payload size ({} bytes) exceeded maximum allowed payload size ({MAX_ANSWER_BYTES} bytes).",
        body.len()
    );
    service.settle(&id, Err(json!({ "errorType": "Function.ResponseSizeTooLarge", "errorMessage": message })));
    StatusCode::PAYLOAD_TOO_LARGE
}

async fn error(State(service): State<Arc<Service>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    service.settle(&id, Err(serde_json::from_slice(&body).expect("an error is JSON")));
    StatusCode::ACCEPTED
}
