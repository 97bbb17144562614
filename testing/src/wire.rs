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
use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::iter;
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
    /// The transaction is canceled for a different reason at each of its operations, and has no effect. If conditions do
    /// not hold, the first of them is among the reasons, and the others are hidden by conflicts and throttling.
    CanceledForAll,
    /// The connection breaks before the request arrives.
    CutBefore,
    /// The request takes effect, but the connection breaks before the response arrives.
    CutAfter,
    /// The request arrives and takes effect after this time, when the caller may have given up.
    Delay(Duration),
    /// The connection breaks immediately, but the request still arrives and takes effect after this time.
    Late(Duration),
    /// Like [`Late`](Self::Late), for a transaction. The item that it writes at this position (counted round and round) is
    /// still read as it was before for as long again, for DynamoDB promises no more than committed items to reads of
    /// several items.
    LateInPart(Duration, usize),
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
    /// Tokens of the transactions that were sent.
    tokens: HashSet<String>,
    /// Items that are still read as they were before.
    lagging: Vec<Lagging>,
}

/// An item that is still read as it was before.
#[derive(Debug, Clone, PartialEq)]
struct Lagging {
    table: String,
    key: Value,
    before: Option<Value>,
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

    /// Waits until all requests hit by [`Fault::CutAfter`], [`Fault::Delay`], [`Fault::Late`] or [`Fault::LateInPart`] have
    /// arrived and taken effect.
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

    /// Sends a transaction after the given time, and lets one of the items that it writes lag for as long again.
    fn hold_back_in_part(&self, inner: SharedHttpConnector, request: HttpRequest, time: Duration, position: usize) {
        self.held_back.fetch_add(1, Ordering::SeqCst);
        let wire = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(time).await;
            let (table, key) = written(&body(&request), position);
            let get = json!({ "TableName": table, "Key": key, "ConsistentRead": true });
            let before = send(&inner, &request, "GetItem", &get).await.expect("the item is read").get("Item").cloned();
            let lagging = Lagging { table, key, before };
            wire.state().lagging.push(lagging.clone());
            let answer = inner.call(request).await;
            tokio::time::sleep(time).await;
            wire.state().lagging.retain(|other| *other != lagging);
            wire.held_back.fetch_sub(1, Ordering::SeqCst);
            drop(answer);
        });
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
    let token = body(&request)["ClientRequestToken"].as_str().map(str::to_owned);
    let is_repeated = token.is_some_and(|token| !wire.state().tokens.insert(token));
    match fault {
        Fault::None => {
            let asked = body(&request);
            let answer = inner.call(request).await;
            let lagging = wire.state().lagging.clone();
            if lagging.is_empty() { answer } else { with_lagging(&asked, answer?, &lagging).await }
        }
        Fault::Error(status, code) => {
            Ok(canned(status, &json!({ "__type": format!("com.amazonaws.dynamodb#{code}") })))
        }
        Fault::Conflict => Ok(canceled(&request, "TransactionConflict")),
        Fault::Canceled(code) => Ok(canceled(&request, code)),
        Fault::CanceledForAll => canceled_for_all(&inner, &request, is_repeated).await,
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
        Fault::LateInPart(time, position) => {
            wire.hold_back_in_part(inner, request, time, position);
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

/// Sends another request with the headers of a given one, and returns the body of its response.
async fn send(
    inner: &SharedHttpConnector,
    like: &HttpRequest,
    operation: &str,
    asked: &Value,
) -> Result<Value, ConnectorError> {
    let mut request = like.try_clone().expect("bodies are in memory");
    let asked = asked.to_string();
    request.headers_mut().insert("x-amz-target", format!("DynamoDB_20120810.{operation}"));
    request.headers_mut().insert("content-length", asked.len().to_string());
    *request.body_mut() = SdkBody::from(asked);
    let mut response = inner.call(request).await?;
    Ok(serde_json::from_slice(&read(&mut response).await?).expect("the answer is JSON"))
}

/// Returns table and key of the item that a transaction writes at a position, counted round and round.
fn written(transaction: &Value, position: usize) -> (String, Value) {
    let operations = transaction["TransactItems"].as_array().expect("a transaction").iter();
    let mut written = operations.flat_map(|operation| operation.as_object().expect("an operation")).filter_map(
        |(kind, operation)| match kind.as_str() {
            "Put" => Some((&operation["TableName"], &operation["Item"])),
            "Update" | "Delete" => Some((&operation["TableName"], &operation["Key"])),
            _ => None,
        },
    );
    let count = written.clone().count();
    let (table, item) = written.nth(position % count).expect("every transaction writes something");
    (table.as_str().expect("a name").to_owned(), json!({ "pk": item["pk"], "sk": item["sk"] }))
}

/// Returns a response to a read in which some items are as they were before. A transaction cannot read them.
async fn with_lagging(
    asked: &Value,
    mut response: HttpResponse,
    lagging: &[Lagging],
) -> Result<HttpResponse, ConnectorError> {
    let is_lagging = |get: &Value| lagging.iter().any(|item| get["TableName"] == *item.table && get["Key"] == item.key);
    if asked["TransactItems"].as_array().is_some_and(|reads| reads.iter().any(|read| is_lagging(&read["Get"]))) {
        return Ok(cancellation(iter::once("TransactionConflict")));
    }
    let status = response.status();
    let mut answer: Value = serde_json::from_slice(&read(&mut response).await?).expect("the answer is JSON");
    for Lagging { table, key, before } in lagging {
        let is_it = |item: &Value| item["pk"] == key["pk"] && item["sk"] == key["sk"];
        let set = |items: &mut Value, is_asked: bool| {
            let Some(items) = items.as_array_mut() else { return };
            items.retain(|item| !is_it(item));
            items.extend(before.clone().filter(|_| is_asked));
        };
        if asked["TableName"] == **table && asked["Key"] == *key {
            match before {
                Some(before) => answer["Item"] = before.clone(),
                None => drop(answer.as_object_mut().and_then(|answer| answer.remove("Item"))),
            }
        } else if let Some(keys) = asked["RequestItems"][table]["Keys"].as_array() {
            set(&mut answer["Responses"][table], keys.contains(key));
        } else if asked["TableName"] == **table && asked["IndexName"].is_null() {
            // In a query, what was there before takes the place of what is there now.
            for item in answer["Items"].as_array_mut().into_iter().flatten().filter(|item| is_it(item)) {
                item.clone_from(before.as_ref().unwrap_or(&Value::Null));
            }
            if let Some(items) = answer["Items"].as_array_mut() {
                items.retain(|item| !item.is_null());
            }
        }
    }
    Ok(HttpResponse::new(status, SdkBody::from(answer.to_string())))
}

/// Returns the response to a transaction that is canceled for a different reason at each operation. A transaction that
/// repeats an earlier one is not judged by its conditions: that one may have taken effect.
async fn canceled_for_all(
    inner: &SharedHttpConnector,
    request: &HttpRequest,
    is_repeated: bool,
) -> Result<HttpResponse, ConnectorError> {
    let mut asked = body(request);
    let operations = asked["TransactItems"].as_array_mut().expect("a transaction");
    let count = operations.len();
    let never = json!({
        "TableName": written(&body(request), 0).0,
        "Key": { "pk": { "S": "nobody" }, "sk": { "S": "nothing" } },
        "ConditionExpression": "attribute_exists(pk)",
    });
    operations.push(json!({ "ConditionCheck": never }));
    asked.as_object_mut().expect("an object").remove("ClientRequestToken");
    let answer = send(inner, request, "TransactWriteItems", &asked).await?;
    let fails = |position: &usize| answer["CancellationReasons"][position]["Code"] == "ConditionalCheckFailed";
    let failing = (0..count).find(fails).filter(|_| !is_repeated);
    let transient = ["ThrottlingError", "ProvisionedThroughputExceeded", "TransactionConflict"];
    let code = |position| if failing == Some(position) { "ConditionalCheckFailed" } else { transient[position % 3] };
    Ok(cancellation((0..count).map(code)))
}

/// Returns the response to a transaction whose first operation is canceled for the given reason.
fn canceled(request: &HttpRequest, code: &str) -> HttpResponse {
    let operations = body(request)["TransactItems"].as_array().map_or(1, Vec::len);
    cancellation((0..operations).map(|position| if position == 0 { code } else { "None" }))
}

/// Returns the response to a transaction that is canceled for these reasons.
fn cancellation<'a>(codes: impl Iterator<Item = &'a str>) -> HttpResponse {
    let reasons: Vec<_> = codes.map(|code| json!({ "Code": code })).collect();
    let exception = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    canned(400, &json!({ "__type": exception, "CancellationReasons": reasons }))
}

fn canned(status: u16, body: &Value) -> HttpResponse {
    let status = StatusCode::try_from(status).expect("a valid status");
    let mut response = HttpResponse::new(status, SdkBody::from(body.to_string()));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}
