//! What the API reference fills in under "Try it out" works as it stands, on the demo community. `scripts/docs-in-browser`
//! tries the same in a browser.

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
        let demo = TestApp::with_demo().await;
        if operation.id() == "refund_transaction" {
            // What is given back must have been bought.
            let _purchase = demo.call_of(&demo_event("buy-product")).send().await.expect(200);
        }
        let answer = request(&demo, &document, &operation).send().await;
        assert!(answer.status.is_success(), "{}: {}", operation.route_key(), answer.shown());
    }
}
