//! Bodies that no route of members takes.

use crate::bad_input::in_one_line;
use crate::people::{named, with_superuser};
use crate::routes::{Route, all};
use crate::stored::Stored;
use insta::{allow_duplicates, assert_snapshot};
use serde_json::json;
use testing::TestApp;

/// The routes that take a body in the common way, by which each is said to be wrong in the same words.
fn plain_routes() -> Vec<Route> {
    let takes_body = |route: &Route| !route.body.is_null();
    // These two have words of their own: "Invalid payload" and "Invalid role".
    let own_words = ["/users?debug=true", "/users/grace/temporary/data"];
    all().into_iter().filter(|route| takes_body(route) && !own_words.contains(&route.path)).collect()
}

/// An API with the superuser `root`, whose session this is, and the member `grace`.
async fn with_grace() -> (TestApp, String) {
    let (app, root) = with_superuser().await;
    let _grace = named(&app, &root, "grace", "Hopper").await;
    (app, root)
}

/// Who may call that route, about whom it is.
fn session(app: &TestApp, root: &str, route: &Route) -> String {
    if route.path.contains("profile=true") { app.session("grace") } else { root.to_owned() }
}

#[tokio::test]
async fn are_json_objects_in_utf8() {
    let (app, root) = with_grace().await;
    let before = Stored::of(&app).items().await;
    let too_deep = "[".repeat(10_000);
    let bodies: [&[u8]; 16] = [
        b"[]",
        b"[[]]",
        b"null",
        b"true",
        b"7",
        b"\"first_name\"",
        b"{",
        b"{\"first_name\":",
        b"{'first_name':1}",
        b"first_name=Ada",
        b"<a/>",
        b"\xef\xbb\xbf{}",
        b"{\"\xff\":1}",
        b"\xff\xfe{\0}\0",
        b"{} {}",
        too_deep.as_bytes(),
    ];
    let mut said = Vec::new();

    for body in bodies {
        let mut answers = Vec::new();
        for route in plain_routes() {
            let call = app.call(route.method.clone(), route.path).bearer(&session(&app, &root, &route));
            let answer = call.header("content-type", "application/json").body(body).send().await;
            assert_eq!(answer.status, 400, "{route:?}");
            answers.push(in_one_line(&answer));
        }
        answers.sort();
        answers.dedup();
        said.extend(answers);
    }

    said.sort();
    said.dedup();
    said.retain(|answer| !answer.contains("is required") && !answer.contains("at least one field"));
    assert_snapshot!(said.join("\n"), @r#"
    400 "first_name" is not allowed
    400 Body must be UTF-8
    400 Body must be a JSON object
    400 Body must be valid JSON: EOF while parsing a list at line 1 column 10000
    400 Body must be valid JSON: EOF while parsing a value at line 1 column 14
    400 Body must be valid JSON: EOF while parsing an object at line 1 column 1
    400 Body must be valid JSON: expected ident at line 1 column 2
    400 Body must be valid JSON: expected value at line 1 column 1
    400 Body must be valid JSON: key must be a string at line 1 column 2
    400 Body must be valid JSON: trailing characters at line 1 column 4
    "#);
    assert_eq!(Stored::of(&app).items().await, before);
}

#[tokio::test]
async fn are_no_larger_than_100_kilobytes() {
    let (app, root) = with_grace().await;
    let before = Stored::of(&app).items().await;

    for route in all().into_iter().filter(|route| !route.body.is_null()) {
        for size in [102_401, 3_000_000] {
            let mut body = route.body.to_string();
            body.push_str(&" ".repeat(size - body.len()));
            let call = app.call(route.method.clone(), route.path).bearer(&session(&app, &root, &route));
            let refused = call.header("content-type", "application/json").body(body).send().await;
            allow_duplicates! {
                assert_snapshot!(refused.shown(), @r#"
                413 {
                  "statusCode": 413,
                  "error": "Payload Too Large",
                  "message": "Request body is larger than 102400 bytes"
                }
                "#);
            }
        }
    }
    assert_eq!(Stored::of(&app).items().await, before);
}

#[tokio::test]
async fn may_be_as_large_as_100_kilobytes() {
    let (app, root) = with_grace().await;

    for route in all().into_iter().filter(|route| !route.body.is_null()) {
        let mut body = route.body.to_string();
        body.push_str(&" ".repeat(102_400 - body.len()));
        let call = app.call(route.method.clone(), route.path).bearer(&session(&app, &root, &route));
        let answer = call.header("content-type", "application/json").body(body).send().await;
        assert!(answer.status.is_success(), "{route:?}");
    }
}

#[tokio::test]
async fn are_declared_to_be_json() {
    let (app, root) = with_grace().await;
    let before = Stored::of(&app).items().await;

    for route in all().into_iter().filter(|route| !route.body.is_null()) {
        for content_type in
            [None, Some(""), Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("json")]
        {
            let call = app.call(route.method.clone(), route.path).bearer(&session(&app, &root, &route));
            let call = match content_type {
                Some(content_type) => call.header("content-type", content_type),
                None => call,
            };
            let refused = call.body(route.body.to_string()).send().await;
            allow_duplicates! {
                assert_snapshot!(refused.shown(), @r#"
                415 {
                  "statusCode": 415,
                  "error": "Unsupported Media Type",
                  "message": "Content-Type must be application/json"
                }
                "#);
            }
        }
    }
    assert_eq!(Stored::of(&app).items().await, before);
}

#[tokio::test]
async fn may_name_their_charset() {
    let (app, root) = with_grace().await;

    for route in all().into_iter().filter(|route| !route.body.is_null()) {
        let call = app.call(route.method.clone(), route.path).bearer(&session(&app, &root, &route));
        let call = call.header("content-type", "application/json; charset=utf-8");
        let answer = call.body(route.body.to_string()).send().await;
        assert!(answer.status.is_success(), "{route:?}");
    }
}

#[tokio::test]
async fn have_each_field_once() {
    let (app, root) = with_grace().await;

    for route in plain_routes() {
        let body = route.body.to_string();
        let (name, value) = route.body.as_object().unwrap().iter().next().unwrap();
        let twice = format!("{},\"{name}\":{value}}}", body.trim_end_matches('}'));
        let call = app.call(route.method.clone(), route.path).bearer(&session(&app, &root, &route));
        let refused = call.header("content-type", "application/json").body(twice).send().await;
        assert_eq!(in_one_line(&refused), format!("400 duplicate field \"{name}\""), "{route:?}");
    }
}

#[tokio::test]
async fn have_known_fields_only() {
    let (app, root) = with_grace().await;

    for route in plain_routes() {
        for (name, shown) in
            [("color", "color"), ("", ""), ("a b", "a b"), ("✈", "✈"), ("__proto__", "__proto__"), (".", ".")]
        {
            let mut body = route.body.clone();
            body[name] = json!("red");
            let call = app.call(route.method.clone(), route.path).bearer(&session(&app, &root, &route));
            let refused = call.json(&body).send().await;
            assert_eq!(in_one_line(&refused), format!("400 \"{shown}\" is not allowed"), "{route:?}");
        }
    }
}
