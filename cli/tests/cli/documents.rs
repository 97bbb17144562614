//! The OpenAPI document: `openapi.json` agrees with the code, and describes every operation with its errors and
//! examples.

use crate::blocks::check_file;
use crate::events;
use crate::server::skysquad;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use tempfile::TempDir;
use utoipa::openapi::OpenApi;

/// The document as the code generates it.
static OPENAPI: LazyLock<String> = LazyLock::new(|| {
    let home = TempDir::new().unwrap();
    let printed = skysquad(home.path()).arg("openapi").output().unwrap();
    String::from_utf8(printed.stdout).unwrap()
});

/// A file in the root of the repository.
pub fn at_top(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join(name)
}

/// The document as the code generates it.
pub fn openapi() -> Value {
    serde_json::from_str(&OPENAPI).unwrap()
}

/// An operation of the API.
pub struct Operation {
    /// In upper case.
    pub method: String,
    /// With its parameters in braces.
    pub path: String,
    /// Its description in the OpenAPI document.
    pub described: Value,
}

impl Operation {
    /// The handler's name.
    pub fn id(&self) -> &str {
        self.described["operationId"].as_str().expect("an operation has an id")
    }

    /// The name of its event in `events/`.
    pub fn event(&self) -> String {
        self.id().replace('_', "-")
    }

    /// The key of its route in API Gateway.
    pub fn route_key(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Whether it needs an API key or a session.
    pub fn needs_caller(&self) -> bool {
        !self.described["security"].is_null()
    }

    /// How many DynamoDB requests it makes, in words that begin with the number of its event.
    pub fn requests(&self) -> &str {
        let requests = self.described["x-dynamodb-requests"].as_str();
        requests.unwrap_or_else(|| panic!("{} has no extension x-dynamodb-requests", self.id()))
    }
}

/// All operations, in the order of the document: that in which they are registered.
pub fn operations() -> Vec<Operation> {
    let document = openapi();
    // `Value` sorts the paths.
    let in_order: OpenApi = serde_json::from_str(&OPENAPI).unwrap();
    let of_path = |path: &String| {
        let item = &document["paths"][path];
        let methods = ["get", "post", "put", "patch", "delete"];
        let operation = |method: &str| {
            let described = item.get(method)?.clone();
            Some(Operation { method: method.to_uppercase(), path: path.clone(), described })
        };
        let operations: Vec<_> = methods.into_iter().filter_map(operation).collect();
        assert_eq!(operations.len(), item.as_object().expect("operations").len(), "{path} has another method");
        operations
    };
    in_order.paths.paths.keys().flat_map(of_path).collect()
}

#[test]
fn openapi_json_is_current() {
    check_file("openapi.json", &OPENAPI);
}

/// What a generator of clients, or a reader, would stumble over.
#[test]
fn every_operation_is_described_with_its_errors_and_examples() {
    for operation in operations() {
        let (name, described) = (operation.route_key(), &operation.described);
        assert!(described["summary"].as_str().is_some_and(|text| !text.is_empty()), "{name} has no summary");
        assert!(described["tags"][0].is_string(), "{name} has no tag");
        let responses = described["responses"].as_object().unwrap();
        assert_eq!(responses.contains_key("401"), operation.needs_caller(), "{name} has a wrong 401");
        // Without a table, nothing can fail.
        if operation.requests() != "0" {
            let failures: &[&str] = match name.as_str() {
                // Any failure is a 400 there, on which clients rely.
                "GET /users/{id}/badges" => &["400"],
                // People are led back to the UI, whatever fails.
                "GET /auth/github/callback" => &["302"],
                _ if operation.needs_caller() => &["500", "503"],
                _ => &["503"],
            };
            for status in failures {
                assert!(responses.contains_key(*status), "{name} does not document {status}");
            }
        }
        for (status, response) in responses {
            assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{name} {status}");
            let has_body = !["204", "302"].contains(&status.as_str());
            let schema = &response["content"]["application/json"]["schema"];
            assert_eq!(schema.is_object(), has_body, "{name} {status} has a wrong body");
            if status.starts_with(['4', '5']) {
                let example = &response["content"]["application/json"]["example"];
                let is_of_status = example["statusCode"].as_u64().is_none_or(|code| code.to_string() == *status);
                assert!(example["error"].is_string() && is_of_status, "{name} {status} has a wrong example: {example}");
            }
        }
    }
}

#[tokio::test]
async fn exactly_the_operations_with_a_security_need_a_caller() {
    let app = crate::with_demo().await;
    for operation in operations() {
        let mut event = events::event(&operation.event());
        event["headers"].as_object_mut().expect("headers").remove("x-api-key");
        event["cookies"].take();
        let status = app.call_of(&event).send().await.status;
        assert_eq!(status == 401, operation.needs_caller(), "{}: {status}", operation.route_key());
    }
}
