//! `openapi.json` agrees with the code.

use crate::server::skysquad;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A file at the top of the repository.
pub fn at_top(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join(name)
}

pub fn committed_openapi() -> Value {
    serde_json::from_str(&fs::read_to_string(at_top("openapi.json")).unwrap()).unwrap()
}

/// An operation of the API, as `openapi.json` has it.
pub struct Operation {
    /// In upper case.
    pub method: String,
    /// With its parameters in braces.
    pub path: String,
    /// What is said of it.
    pub described: Value,
}

impl Operation {
    /// The handler's name.
    pub fn id(&self) -> &str {
        self.described["operationId"].as_str().expect("an operation has an id")
    }

    /// What API Gateway calls its route.
    pub fn route_key(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// All operations of the API, in the order of their paths.
pub fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, described) in item.as_object().expect("operations") {
            let (method, path) = (method.to_uppercase(), path.clone());
            operations.push(Operation { method, path, described: described.clone() });
        }
    }
    operations
}

#[test]
fn openapi_json_is_current() {
    let home = TempDir::new().unwrap();
    let printed = skysquad(home.path()).arg("openapi").output().unwrap();
    let committed = fs::read(at_top("openapi.json")).unwrap();
    assert!(printed.stdout == committed, "run: cargo run -q -- openapi > openapi.json");
}

/// What anybody may ask.
const PUBLIC: [&str; 7] = [
    "GET /health",
    "GET /badges",
    "GET /users/{id}",
    "GET /users/{id}/badges",
    "GET /users/{id}/skills",
    "GET /users/status/{userId}",
    "GET /users/userId/{userId}",
];

/// What a client's generator or a reader would trip over.
#[test]
fn every_operation_is_described_with_its_errors_and_examples() {
    for operation in operations(&committed_openapi()) {
        let (name, operation) = (operation.route_key(), operation.described);
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{name} has no summary");
        assert!(operation["tags"][0].is_string(), "{name} has no tag");
        let responses = operation["responses"].as_object().unwrap();
        let needs_no_caller = PUBLIC.contains(&name.as_str());
        assert_eq!(operation["security"].is_array(), !needs_no_caller, "{name} has a wrong security");
        let failures: &[&str] = match name.as_str() {
            "GET /health" => &[],
            // A failure to look is a 400 there, so clients know it.
            "GET /users/{id}/badges" => &["400"],
            _ if needs_no_caller => &["503"],
            _ => &["401", "500", "503"],
        };
        for status in failures {
            assert!(responses.contains_key(*status), "{name} does not tell of {status}");
        }
        assert!(!needs_no_caller || !responses.contains_key("401"), "{name} refuses nobody");
        for (status, response) in responses {
            assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{name} {status}");
            let has_body = status != "204";
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
