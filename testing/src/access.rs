//! Records the IAM permissions that requests need: actions, tables and partition keys (*DynamoDB Developer Guide*,
//! "DynamoDB API permissions" and "IAM and transactions").

use crate::TestApp;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::shared::IntoShared;
use serde_json::Value;
use shared::store::{Store, Tables};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// A kind of access to a table or index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Access {
    /// IAM action without the service prefix, such as `Query`.
    pub action: String,
    /// Resource, by its name in template.yaml, such as `FlightsTable/index/upcoming`.
    pub resource: String,
    /// Beginning of the items' partition keys up to the first `#`, such as `FLYER#`, or the whole key if it has none.
    /// `None` for scans and for indexes with keys of their own.
    pub key: Option<String>,
}

/// Records every access that an application makes to its tables.
#[derive(Debug, Clone)]
pub struct Accesses {
    noted: Arc<Mutex<BTreeSet<Access>>>,
    tables: Tables,
    inner: SharedHttpClient,
}

impl TestApp {
    /// Returns another instance on the same tables, which has not cached any API key yet, and the recorder of its
    /// accesses.
    #[must_use]
    pub fn noting_accesses(&self) -> (Self, Accesses) {
        let accesses =
            Accesses { noted: Arc::default(), tables: self.tables.clone(), inner: self.wire.clone().into_shared() };
        let config = engine::config(&self.endpoint).http_client(accesses.clone());
        let mut app = self.app.clone();
        app.context.store = Store::with_config(config, self.tables.clone());
        (self.instance(app), accesses)
    }
}

impl Accesses {
    /// Returns the accesses so far.
    #[must_use]
    pub fn noted(&self) -> BTreeSet<Access> {
        self.noted.lock().expect("no test panics while it notes").clone()
    }

    fn note(&self, operation: &str, body: &Value) {
        let resource = |name: &Value| {
            let Tables { users, flights, ledgers } = &self.tables;
            let tables = [(users, "UsersTable"), (flights, "FlightsTable"), (ledgers, "LedgersTable")];
            let table = tables.iter().find(|(own, _)| name == own.as_str());
            table.unwrap_or_else(|| panic!("{name} is no table")).1
        };
        let mut noted = self.noted.lock().expect("no test panics while it notes");
        let mut note = |action: &str, resource: &str, key: Option<&Value>| {
            let key = key.and_then(Value::as_str).map(beginning);
            noted.insert(Access { action: action.to_owned(), resource: resource.to_owned(), key });
        };
        match operation {
            "BatchGetItem" => {
                for (table, asked) in body["RequestItems"].as_object().expect("tables") {
                    for key in asked["Keys"].as_array().expect("keys") {
                        note(operation, resource(&Value::from(table.as_str())), Some(&key["pk"]["S"]));
                    }
                }
            }
            "TransactGetItems" | "TransactWriteItems" => {
                for part in body["TransactItems"].as_array().expect("operations") {
                    let (kind, part) = part.as_object().and_then(|part| part.iter().next()).expect("an operation");
                    note(&format!("{kind}Item"), resource(&part["TableName"]), Some(of_item(part)));
                }
            }
            "Query" => {
                let key = &body["ExpressionAttributeValues"][":pk"]["S"];
                let index = body["IndexName"].as_str().map(|index| format!("/index/{index}")).unwrap_or_default();
                note(operation, &format!("{}{index}", resource(&body["TableName"])), Some(key));
            }
            _ => note(operation, resource(&body["TableName"]), Some(of_item(body))),
        }
    }
}

/// Returns the partition key in a request for a single item.
fn of_item(request: &Value) -> &Value {
    let [key, item] = ["Key", "Item"].map(|name| &request[name]["pk"]["S"]);
    if key.is_null() { item } else { key }
}

fn beginning(key: &str) -> String {
    key.find('#').map_or(key, |end| &key[..=end]).to_owned()
}

impl HttpClient for Accesses {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Noting { accesses: self.clone(), inner })
    }
}

#[derive(Debug)]
struct Noting {
    accesses: Accesses,
    inner: SharedHttpConnector,
}

impl HttpConnector for Noting {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let body = request.body().bytes().expect("bodies are in memory");
        let body = serde_json::from_slice(body).expect("bodies are JSON");
        self.accesses.note(target.rsplit('.').next().unwrap_or_default(), &body);
        self.inner.call(request)
    }
}
