//! How an import runs, whatever it imports.

use super::{community, flyer, said};
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::fs;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use wiremock::matchers::body_string_contains;
use wiremock::{Mock, MockServer, ResponseTemplate};

#[test]
fn takes_no_more_lines_a_second_than_it_is_told() {
    let server = community(0);
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("products.ndjson");
    let product = |id: usize| {
        let id = format!("{id:06}");
        json!({
            "productId": id, "airlineId": "skyteam", "name": "Snack", "priceMiles": 5, "active": true,
            "createdAt": "2024-01-01T00:00:00",
        })
    };
    let lines: Vec<String> = (0..200).map(|id| product(id).to_string()).collect();
    fs::write(&file, lines.join("\n")).unwrap();
    let import = |rate: &str| {
        let began = Instant::now();
        let said = said(&server.run(&["import", "products", file.to_str().unwrap(), "--rate", rate]));
        (said, began.elapsed())
    };
    let (said, took) = import("100");
    assert_snapshot!(said, @"200 imported, 0 already present, 0 rejected");
    // 99 lines go together; the second and third such lot wait for their turn.
    assert!(took > Duration::from_millis(1900), "{took:?}");

    let none = server.run(&["import", "products", file.to_str().unwrap(), "--rate", "0"]);
    assert_eq!(none.status.code(), Some(2), "{none:?}");
}

#[test]
fn stops_at_a_line_when_the_tables_fail() {
    // A DynamoDB that can be reached but then fails.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let dynamodb = runtime.block_on(MockServer::start());
    let probe =
        Mock::given(body_string_contains("PROBE")).respond_with(ResponseTemplate::new(200).set_body_string("{}"));
    runtime.block_on(probe.mount(&dynamodb));
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("flyers.ndjson");
    for kind in ["flyers", "passengers"] {
        let row: Value = match kind {
            "flyers" => flyer(),
            _ => {
                json!({ "flightId": super::flight_id(1), "userId": "1", "miles": 5, "createdAt": "2024-01-01 00:00:00" })
            }
        };
        fs::write(&file, format!("\nno row\n{row}\n")).unwrap();
        let mut command = crate::server::skysquad(directory.path());
        let command = command.args(["import", kind, file.to_str().unwrap(), "--endpoint-url", &dynamodb.uri()]);
        let stopped = command.output().unwrap();
        assert_eq!(stopped.status.code(), Some(1), "{stopped:?}");
        let error = String::from_utf8(stopped.stderr).unwrap();
        let expected = "skysquad: stopped at line 3; run the same command again to continue: DynamoDB failed";
        assert!(error.contains(expected), "{kind}: {error}");
    }
}
