//! Parsing of JSON bodies, and the errors for invalid ones.

use insta::assert_snapshot;
use serde::Deserialize;
use shared::http::FlyersError;
use shared::models::{Integer, Name, Timestamp};
use shared::models::{JsonError, parse_json};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(dead_code, reason = "it is read into")]
struct Trip {
    name: Name,
    seats: Integer<1, 4>,
    #[serde(default)]
    stops: Vec<Stop>,
    starts_at: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "it is read into")]
struct Stop {
    name: Name,
}

fn parsed(json: &[u8]) -> String {
    match parse_json::<Trip>(json) {
        Ok(trip) => format!("{trip:?}"),
        Err(input) => FlyersError::from(input).to_string(),
    }
}

#[test]
fn is_read() {
    let json = br#" {"seats":4, "name":"Z\u00fcrich \u2708", "stops":[{"name":"A","extra":1}], "startsAt":null} "#;

    assert_snapshot!(parsed(json), @r#"Trip { name: Text("Zürich ✈"), seats: Integer(4), stops: [Stop { name: Text("A") }], starts_at: None }"#);
}

#[test]
fn is_rejected_with_the_path_of_the_error() {
    let long = format!(r#"{{"name":"{}","seats":"{}"}}"#, "x".repeat(50), "9".repeat(5000));
    let cases: &[&[u8]] = &[
        b"{}",
        br#"{"name":"A"}"#,
        br#"{"name":"A","seats":5}"#,
        br#"{"name":"A","seats":0}"#,
        br#"{"name":"A","seats":-9223372036854775808}"#,
        br#"{"name":"A","seats":1,"stops":{}}"#,
        br#"{"name":"A","seats":1,"stops":[{"name":"B"},{"name":""}]}"#,
        br#"{"name":"A","seats":1,"stops":[{"name":"B"},{}]}"#,
        br#"{"name":"A","seats":1,"stops":[null]}"#,
        br#"{"name":"A","seats":1,"startsAt":"tomorrow"}"#,
        br#"{"name":"A","seats":1,"startsAt":0}"#,
        br#"{"name":"A","seats":1,"gate":"B42"}"#,
        br#"{"name":"A","name":"B","seats":1}"#,
        br#"{"name":"a `quoted` name","seats":"`1`"}"#,
        br#"{"name":"A","seats":"ends at line 1 column 3"}"#,
        br#"{"name":"A","seats":1} {}"#,
        br#"{"name":"A","seats":1}}"#,
        br#"{"name":"A","seats":1"#,
        b"",
        b" ",
        b"\xff",
        "{\"name\":\"\u{7f}\u{200b}\",\"seats\":\"\u{202e}\"}".as_bytes(),
        long.as_bytes(),
    ];

    let errors: Vec<_> = cases.iter().map(|json| parsed(json)).collect();

    // The path and the reason have at most 200 characters each, plus an ellipsis.
    assert!(errors.iter().all(|message| message.chars().count() <= 2 * 201 + 4));
    assert_snapshot!(errors.join("\n"), @r#"
    "name" is required
    "seats" is required
    "seats" must be an integer from 1 to 4
    "seats" must be an integer from 1 to 4
    "seats" must be an integer from 1 to 4
    "stops" must be an array
    "stops[1].name" is not allowed to be empty
    "stops[1].name" is required
    "stops[0]" is required
    "startsAt" must be an ISO 8601 time with offset, in the years 1970 to 9999
    "startsAt" must be a string
    "gate" is not allowed
    "name" must be given once
    "seats" must be an integer from 1 to 4
    "seats" must be an integer from 1 to 4
    Body must be valid JSON: trailing characters at line 1 column 24
    Body must be valid JSON: trailing characters at line 1 column 23
    Body must be valid JSON: EOF while parsing an object at line 1 column 21
    Body must be valid JSON: EOF while parsing a value at line 1 column 0
    Body must be valid JSON: EOF while parsing a value at line 1 column 1
    Body must be UTF-8
    "name" must not contain control characters, bidirectional overrides or noncharacters
    "seats" must be an integer from 1 to 4
    "#);
}

#[test]
fn is_rejected_when_nested_too_deeply() {
    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "it is read into")]
    struct Nested {
        inner: Option<Box<Nested>>,
    }
    let json = format!("{}null{}", r#"{"inner":"#.repeat(10_000), "}".repeat(10_000));

    let Err(JsonError::Malformed(message)) = parse_json::<Nested>(json.as_bytes()) else {
        panic!("the JSON should be rejected")
    };

    assert!(message.starts_with("Body must be valid JSON: recursion limit exceeded"), "{message}");
}
