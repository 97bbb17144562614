//! The README's table of routes: each route there with its function, who may call it, and how many DynamoDB requests its
//! event in `events/` takes. What is said after that number is the README's own.

use crate::blocks;
use crate::documents::{Operation, at_top, committed_openapi, operations};
use std::collections::BTreeMap;
use std::fs;
use testing::template::{Route, Template};
use testing::{DEMO_KEY, demo_event};

/// Who may call, by what the reference says.
fn callers(operation: &Operation) -> &'static str {
    let described = &operation.described;
    let refusal = described["responses"]["401"]["description"].as_str().unwrap_or_default();
    if described["security"].is_null() {
        "anybody"
    } else if !described["security"][0]["apiKey"].is_null() {
        "airline"
    } else if refusal.contains("superuser") {
        "superuser"
    } else {
        "member"
    }
}

/// The DynamoDB requests of a route's event, on an instance that knows the API key.
async fn requests(route: &Route) -> usize {
    let app = crate::with_demo().await;
    if route.operation == "refund_transaction" {
        let _purchase = app.call_of(&demo_event("buy-product")).send().await.expect(200);
    }
    let _airline = app.get("/airline").key(DEMO_KEY).send().await.expect(200);
    app.wire.reset();
    let answer = app.call_of(&demo_event(&route.event())).send().await;
    assert!(answer.status.is_success(), "{}: {}", route.key, answer.shown());
    app.wire.take_operations().len()
}

/// What the README says beside the number of requests, by route.
fn remarks() -> BTreeMap<String, String> {
    let readme = fs::read_to_string(at_top("README.md")).unwrap();
    let (_, rest) = readme.split_once("<!-- routes -->").expect("the block begins");
    let (block, _) = rest.split_once("<!-- /routes -->").expect("the block ends");
    let rows = block.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    rows.map(|(route, cells)| {
        let requests = cells.trim_end_matches('|').rsplit('|').next().unwrap_or_default().trim();
        (route.to_owned(), requests.trim_start_matches(|c: char| c.is_ascii_digit()).to_owned())
    })
    .collect()
}

#[tokio::test]
async fn the_readme_lists_every_route_with_what_it_takes() {
    let functions = Template::read().functions();
    let remarks = remarks();
    let mut rows = vec!["| route | function | for | DynamoDB requests |".to_owned(), "|---|---|---|---|".to_owned()];
    for operation in operations(&committed_openapi()) {
        let key = operation.route_key();
        let mut of_function =
            functions.iter().flat_map(|function| function.routes.iter().map(move |route| (function, route)));
        let (function, route) = of_function.find(|(_, route)| route.key == key).expect("each operation is a route");
        assert_eq!(route.operation, operation.id(), "{key}");
        let (callers, requests) = (callers(&operation), requests(route).await);
        let remark = remarks.get(&key).map_or("", String::as_str);
        rows.push(format!("| `{key}` | {} | {callers} | {requests}{remark} |", function.crate_name));
    }
    blocks::check("README.md", "routes", &rows.join("\n"));
}
