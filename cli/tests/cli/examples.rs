//! What the API reference shows is so: what it fills in under "Try it out" works as it stands, on the demo community, and is
//! answered as described; and its examples are of the types that they are examples of. `scripts/docs-in-browser` tries the
//! same in a browser.

use crate::documents::{Operation, committed_openapi, operations};
use serde_json::Value;
use testing::{Call, DEMO_KEY, TestApp, demo_event, demo_session};

/// A parameter's or a body's value, as Swagger UI fills it in: the example given there, or that of its type.
fn filled_in<'a>(document: &'a Value, described: &'a Value) -> Option<&'a Value> {
    let schema = &described["schema"];
    let schema = match schema["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).expect("a reference leads somewhere"),
        None => schema,
    };
    [&described["example"], &schema["example"]].into_iter().find(|example| !example.is_null())
}

/// A value as it stands in a path or a query.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The request that somebody sends who presses Execute.
fn request<'a>(app: &'a TestApp, document: &Value, operation: &Operation) -> Call<'a> {
    let mut path = operation.path.clone();
    let mut query = Vec::new();
    let mut headers = Vec::new();
    for parameter in operation.described["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().expect("a parameter has a name");
        let Some(value) = filled_in(document, parameter) else {
            assert_ne!(parameter["required"], true, "{}: {name} has no example", operation.route_key());
            continue;
        };
        let values = value.as_array().map_or_else(|| vec![value], |values| values.iter().collect());
        match parameter["in"].as_str() {
            Some("path") => path = path.replace(&format!("{{{name}}}"), &text(value)),
            Some("query") => query.extend(values.into_iter().map(|value| format!("{name}={}", text(value)))),
            _ => headers.push((name.to_owned(), text(value))),
        }
    }
    let path = if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) };
    let call = app.call(operation.method.parse().expect("a method"), &path).key(DEMO_KEY).bearer(&demo_session());
    let call = headers.iter().fold(call, |call, (name, value)| call.header(name, value));
    match &operation.described["requestBody"]["content"]["application/json"] {
        Value::Null => call,
        body => call.json(filled_in(document, body).unwrap_or_else(|| panic!("{} has no example", operation.id()))),
    }
}

#[tokio::test]
async fn every_operation_succeeds_as_the_reference_fills_it_in() {
    let document = committed_openapi();
    for operation in operations(&document) {
        let demo = crate::with_demo().await;
        if operation.id() == "refund_transaction" {
            // What is given back must have been bought.
            let _purchase = demo.call_of(&demo_event("buy-product")).send().await.expect(200);
        }
        let answer = request(&demo, &document, &operation).send().await;
        assert!(answer.status.is_success(), "{}: {}", operation.route_key(), answer.shown());
        let described = &operation.described["responses"][answer.status.as_str()];
        let schema = &described["content"]["application/json"]["schema"];
        match (schema, &answer.bytes[..]) {
            (Value::Null, b"") => {}
            (schema, _) => assert_is_of(&document, schema, &answer.json(), &operation.route_key()),
        }
    }
}

/// That a value is of the type that a schema of the document describes.
fn assert_is_of(document: &Value, schema: &Value, value: &Value, name: &str) {
    // An OpenAPI 3.1 schema is a JSON schema whose references are to the document that it stands in.
    let mut schema = schema.clone();
    schema["components"] = document["components"].clone();
    let validator = jsonschema::draft202012::new(&schema).expect("a schema");
    let misfits: Vec<_> =
        validator.iter_errors(value).map(|misfit| format!("{misfit} at {}", misfit.instance_path())).collect();
    assert!(misfits.is_empty(), "{name}: {misfits:#?} in {value:#}");
}

/// Whatever has a schema and an example, anywhere in the document; and types, which are schemas with one.
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
    let document = committed_openapi();
    let mut found = Vec::new();
    examples(&document, "", &mut found);
    assert!(found.len() > 200, "there are examples");
    for (path, schema, example) in found {
        assert_is_of(&document, schema, example, &path);
    }
}
