//! Lists of all routes, generated from the API reference and `template.yaml`: the README's, with each route's function,
//! callers and DynamoDB requests, and the one by which `system` recognizes other functions' routes.

use crate::documents::{Operation, openapi, operations};
use crate::{blocks, events};
use testing::DEMO_KEY;
use testing::template::Template;

/// Who may call, according to the API reference.
fn callers(operation: &Operation) -> &'static str {
    let described = &operation.described;
    let refusal = described["responses"]["401"]["description"].as_str().unwrap_or_default();
    if !operation.needs_caller() {
        "anybody"
    } else if !described["security"][0]["apiKey"].is_null() {
        "airline"
    } else if refusal.contains("superuser") {
        "superuser"
    } else {
        "member"
    }
}

/// The number of DynamoDB requests that the operation's event makes on an instance that knows the API key.
async fn counted_requests(operation: &Operation) -> usize {
    let app = crate::with_demo().await;
    let _airline = app.get("/airline").key(DEMO_KEY).send().await.expect(200);
    app.wire.reset();
    let answer = app.call_of(&events::event(&operation.event())).send().await;
    assert!(answer.is_as_documented(), "{}: {}", operation.id(), answer.shown());
    app.wire.take_operations().len()
}

#[tokio::test]
async fn the_api_reference_says_how_many_dynamodb_requests_each_operation_makes() {
    for operation in operations() {
        let stated = operation.requests();
        let number = stated.split(|c: char| !c.is_ascii_digit()).next();
        let counted = counted_requests(&operation).await.to_string();
        assert_eq!(number, Some(counted.as_str()), "x-dynamodb-requests of {}: {stated}", operation.id());
    }
}

#[test]
fn the_readme_lists_every_route() {
    let functions = Template::read().functions();
    let mut rows = vec!["| route | function | for | DynamoDB requests |".to_owned(), "|---|---|---|---|".to_owned()];
    for operation in operations() {
        let key = operation.route_key();
        let mut serving = functions.iter().filter(|function| function.routes.iter().any(|route| route.key == key));
        let function = serving.next().unwrap_or_else(|| panic!("template.yaml does not have the route {key}"));
        let (callers, requests) = (callers(&operation), operation.requests());
        rows.push(format!("| `{key}` | {} | {callers} | {requests} |", function.crate_name));
    }
    blocks::check("README.md", "routes", &rows.join("\n"));
}

#[test]
fn the_system_function_knows_every_route() {
    let document = openapi();
    let paths = document["paths"].as_object().expect("paths").iter();
    let routes = paths.flat_map(|(path, item)| {
        let methods = item.as_object().expect("operations").keys();
        methods.map(move |method| format!("{} {path}\n", method.to_uppercase()))
    });
    blocks::check_file("functions/system/src/routes.txt", &routes.collect::<String>());
}
