//! What requests need to be allowed to do: the IAM actions, by table (*DynamoDB Developer Guide*, "DynamoDB API
//! permissions" and "IAM and transactions").

use crate::TestApp;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use serde_json::Value;
use shared::store::{Store, Tables};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// Notes every access that an application makes to its tables.
#[derive(Debug, Clone)]
pub struct Accesses {
    noted: Arc<Mutex<BTreeSet<String>>>,
    tables: Tables,
    inner: SharedHttpClient,
}

impl TestApp {
    /// The same tables behind another instance, which has seen no API key yet; and what notes its accesses.
    #[must_use]
    pub fn noting_accesses(&self) -> (Self, Accesses) {
        let accesses = Accesses {
            noted: Arc::default(),
            tables: self.tables.clone(),
            inner: aws_smithy_http_client::Builder::new().build_http(),
        };
        let config = engine::config(&self.endpoint).http_client(accesses.clone());
        let mut app = self.app.clone();
        app.store = Store::with_config(config, self.tables.clone());
        (self.instance(app), accesses)
    }
}

impl Accesses {
    /// The accesses so far: an action and a resource as template.yaml names them, `Query FlightsTable/index/upcoming`.
    #[must_use]
    pub fn noted(&self) -> BTreeSet<String> {
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
        match operation {
            "BatchGetItem" => {
                for table in body["RequestItems"].as_object().expect("tables").keys() {
                    noted.insert(format!("BatchGetItem {}", resource(&Value::from(table.as_str()))));
                }
            }
            "TransactWriteItems" => {
                for part in body["TransactItems"].as_array().expect("operations") {
                    let (kind, part) = part.as_object().and_then(|part| part.iter().next()).expect("an operation");
                    noted.insert(format!("{kind}Item {}", resource(&part["TableName"])));
                }
            }
            "Query" if body["IndexName"].is_string() => {
                let index = body["IndexName"].as_str().expect("a name");
                noted.insert(format!("Query {}/index/{index}", resource(&body["TableName"])));
            }
            _ => {
                noted.insert(format!("{operation} {}", resource(&body["TableName"])));
            }
        }
    }
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
