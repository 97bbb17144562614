//! The examples in the API reference: the requests that they make up return what is described, and each example is of
//! its type. `scripts/docs-in-browser` sends the same requests from a browser.

use crate::documents::{openapi, operations};
use crate::events;
use serde_json::Value;

#[tokio::test]
async fn every_operation_returns_what_is_described() {
    let document = openapi();
    for operation in operations() {
        let demo = crate::with_demo().await;
        let answer = demo.call_of(&events::event(&operation.event())).send().await;
        assert!(answer.is_as_documented(), "{}: {}", operation.route_key(), answer.shown());
        let described = &operation.described["responses"][answer.status.as_str()];
        let schema = &described["content"]["application/json"]["schema"];
        match (schema, &answer.bytes[..]) {
            (Value::Null, b"") => {}
            (schema, _) => assert_is_of(&document, schema, &answer.json(), &operation.route_key()),
        }
    }
}

/// Asserts that a value is of the type that a schema of the document describes.
fn assert_is_of(document: &Value, schema: &Value, value: &Value, name: &str) {
    // An OpenAPI 3.1 schema is a JSON schema whose references are to the document that it stands in.
    let mut schema = schema.clone();
    schema["components"] = document["components"].clone();
    let validator = jsonschema::draft202012::new(&schema).expect("a schema");
    let misfits: Vec<_> =
        validator.iter_errors(value).map(|misfit| format!("{misfit} at {}", misfit.instance_path())).collect();
    assert!(misfits.is_empty(), "{name}: {misfits:#?} in {value:#}");
}

/// Finds everything in the document that has a schema and an example, and every type with an example.
fn examples<'a>(within: &'a Value, path: &str, found: &mut Vec<(String, &'a Value, &'a Value)>) {
    if let Value::Object(fields) = within {
        if let Some(example) = fields.get("example") {
            found.push((path.to_owned(), fields.get("schema").unwrap_or(within), example));
        }
        let is_data = |name: &str| ["example", "default", "enum"].contains(&name);
        for (name, value) in fields.iter().filter(|(name, _)| !is_data(name)) {
            examples(value, &format!("{path}/{name}"), found);
        }
    }
    for (position, value) in within.as_array().into_iter().flatten().enumerate() {
        examples(value, &format!("{path}/{position}"), found);
    }
}

#[test]
fn every_example_is_of_its_type() {
    let document = openapi();
    let mut found = Vec::new();
    examples(&document, "", &mut found);
    assert!(found.len() > 200, "there are examples");
    for (path, schema, example) in found {
        assert_is_of(&document, schema, example, &path);
    }
}
