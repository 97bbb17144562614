//! Records the requests to DynamoDB and injects network faults.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinHandle;

/// A fault that is injected into a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// None: the request is sent normally.
    None,
    /// The request is rejected with this HTTP status and DynamoDB error code, and has no effect.
    Error(u16, &'static str),
    /// The transaction is canceled because of a conflict, and has no effect.
    Conflict,
    /// The transaction is canceled with this reason, and has no effect.
    Canceled(&'static str),
    /// The connection breaks before the request arrives.
    CutBefore,
    /// The request takes effect, but the connection breaks before the response arrives.
    CutAfter,
    /// The request arrives and takes effect after this time, when the caller may have given up.
    Delay(Duration),
    /// The connection breaks immediately, but the request still arrives and takes effect after this time.
    Late(Duration),
    /// A BatchGetItem processes only the first key of each table.
    LeaveUnprocessed,
    /// A BatchGetItem does not process the keys of the table whose name ends with this.
    LeaveTable(&'static str),
}

/// The response to a delayed request, once the request has arrived.
type Arrival = JoinHandle<Result<HttpResponse, ConnectorError>>;

/// Decides on the fault of each request by its operation.
type Script = Box<dyn FnMut(&str) -> Fault + Send>;

#[derive(Default)]
struct State {
    operations: Vec<String>,
    faults: VecDeque<Fault>,
    forever: Option<Fault>,
    script: Option<Script>,
}

/// The connection of one test to DynamoDB.
#[derive(Clone)]
pub struct Wire {
    state: Arc<Mutex<State>>,
    /// Number of delayed requests that have not arrived yet.
    held_back: Arc<AtomicUsize>,
    inner: SharedHttpClient,
}

impl Default for Wire {
    fn default() -> Self {
        Self {
            state: Arc::default(),
            held_back: Arc::default(),
            inner: aws_smithy_http_client::Builder::new().build_http(),
        }
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

impl Wire {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("no test panics while it looks at the wire")
    }

    /// Clears the recorded operations and all faults.
    pub fn reset(&self) {
        *self.state() = State::default();
    }

    /// Returns the operations sent since the last call, in order: `GetItem`, `Query`, …
    #[must_use]
    pub fn take_operations(&self) -> Vec<String> {
        std::mem::take(&mut self.state().operations)
    }

    /// Injects one fault into each of the next requests. Later requests are sent normally.
    pub fn disturb(&self, faults: impl IntoIterator<Item = Fault>) {
        self.state().faults = faults.into_iter().collect();
    }

    /// Injects a fault into all requests from now on, except those with a fault of their own.
    pub fn disturb_all(&self, fault: Fault) {
        self.state().forever = Some(fault);
    }

    /// Injects the faults that `script` returns for the operations of all requests from now on.
    pub fn disturb_by(&self, script: impl FnMut(&str) -> Fault + Send + 'static) {
        self.state().script = Some(Box::new(script));
    }

    /// Waits until a request is being delayed by [`Fault::Delay`] or [`Fault::Late`].
    pub async fn one_held_back(&self) {
        while self.held_back.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Waits until all requests hit by [`Fault::CutAfter`], [`Fault::Delay`] or [`Fault::Late`] have arrived and taken
    /// effect.
    pub async fn all_arrived(&self) {
        while self.held_back.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Sends a request after the given time, on a task of its own, so that it arrives even if the caller has given up.
    fn hold_back(&self, inner: SharedHttpConnector, request: HttpRequest, time: Duration) -> Arrival {
        self.held_back.fetch_add(1, Ordering::SeqCst);
        let held_back = self.held_back.clone();
        tokio::spawn(async move {
            tokio::time::sleep(time).await;
            let answer = inner.call(request).await;
            held_back.fetch_sub(1, Ordering::SeqCst);
            answer
        })
    }

    fn next_fault(&self, operation: &str) -> Fault {
        let mut state = self.state();
        state.operations.push(operation.to_owned());
        if let Some(script) = &mut state.script {
            return script(operation);
        }
        let next = state.faults.pop_front();
        next.or_else(|| state.forever.clone()).unwrap_or(Fault::None)
    }
}

impl HttpClient for Wire {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Disturbed { wire: self.clone(), inner })
    }
}

#[derive(Debug)]
struct Disturbed {
    wire: Wire,
    inner: SharedHttpConnector,
}

impl HttpConnector for Disturbed {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let fault = self.wire.next_fault(&operation);
        HttpConnectorFuture::new(disturb(self.wire.clone(), self.inner.clone(), request, fault))
    }
}

async fn disturb(
    wire: Wire,
    inner: SharedHttpConnector,
    mut request: HttpRequest,
    fault: Fault,
) -> Result<HttpResponse, ConnectorError> {
    let cut = || ConnectorError::io("the connection broke".into());
    match fault {
        Fault::None => inner.call(request).await,
        Fault::Error(status, code) => {
            Ok(canned(status, &json!({ "__type": format!("com.amazonaws.dynamodb#{code}") })))
        }
        Fault::Conflict => Ok(canceled(&request, "TransactionConflict", "Transaction is ongoing for the item")),
        Fault::Canceled(code) => Ok(canceled(&request, code, "Throughput exceeds the current capacity")),
        Fault::CutBefore => Err(cut()),
        Fault::CutAfter => {
            // The request takes effect even if the caller gives up while it is being processed.
            let arrival = wire.hold_back(inner, request, Duration::ZERO).await;
            let mut response = arrival.map_err(|error| ConnectorError::other(error.into(), None))??;
            // Reading the complete response ensures that the request has taken effect.
            read(&mut response).await?;
            Err(cut())
        }
        Fault::Delay(time) => {
            let arrival = wire.hold_back(inner, request, time).await;
            arrival.map_err(|error| ConnectorError::other(error.into(), None))?
        }
        Fault::Late(time) => {
            drop(wire.hold_back(inner, request, time));
            Err(cut())
        }
        Fault::LeaveUnprocessed | Fault::LeaveTable(_) => {
            let mut asked = body(&request);
            let mut left = json!({});
            for (table, keys) in asked["RequestItems"].as_object_mut().expect("a BatchGetItem") {
                let processed = match fault {
                    Fault::LeaveTable(unprocessed) if table.ends_with(unprocessed) => 0,
                    Fault::LeaveTable(_) => continue,
                    _ => 1,
                };
                let rest = keys["Keys"].as_array_mut().expect("keys").split_off(processed);
                if !rest.is_empty() {
                    left[table] = json!({ "Keys": rest, "ConsistentRead": true });
                }
            }
            let requested = asked["RequestItems"].as_object_mut().expect("a BatchGetItem");
            requested.retain(|_, keys| keys["Keys"].as_array().is_some_and(|keys| !keys.is_empty()));
            if requested.is_empty() {
                return Ok(canned(200, &json!({ "Responses": {}, "UnprocessedKeys": left })));
            }
            let asked = asked.to_string();
            request.headers_mut().insert("content-length", asked.len().to_string());
            *request.body_mut() = SdkBody::from(asked);
            let mut response = inner.call(request).await?;
            let mut answer: Value = serde_json::from_slice(&read(&mut response).await?).expect("the answer is JSON");
            answer["UnprocessedKeys"] = left;
            Ok(HttpResponse::new(response.status(), SdkBody::from(answer.to_string())))
        }
    }
}

fn body(request: &HttpRequest) -> Value {
    serde_json::from_slice(request.body().bytes().expect("bodies are in memory")).expect("bodies are JSON")
}

async fn read(response: &mut HttpResponse) -> Result<Vec<u8>, ConnectorError> {
    use http_body_util::BodyExt;
    let body = std::mem::replace(response.body_mut(), SdkBody::empty());
    let collected = body.collect().await.map_err(ConnectorError::io)?;
    Ok(collected.to_bytes().to_vec())
}

/// Returns the response to a transaction whose first operation is canceled for the given reason.
fn canceled(request: &HttpRequest, code: &str, message: &str) -> HttpResponse {
    let items = body(request)["TransactItems"].as_array().map_or(1, Vec::len);
    let mut reasons = vec![json!({ "Code": "None" }); items];
    reasons[0] = json!({ "Code": code, "Message": message });
    let exception = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    canned(400, &json!({ "__type": exception, "CancellationReasons": reasons }))
}

fn canned(status: u16, body: &Value) -> HttpResponse {
    let status = StatusCode::try_from(status).expect("a valid status");
    let mut response = HttpResponse::new(status, SdkBody::from(body.to_string()));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}
