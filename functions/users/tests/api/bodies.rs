//! Bodies that every member route rejects.

use crate::bad_input::in_one_line;
use crate::people::{named, with_superuser};
use crate::routes::{Route, all};
use http::Method;
use insta::{allow_duplicates, assert_snapshot};
use serde_json::json;
use testing::{Stored, TestApp};

/// Returns the routes that take a body and use the common error messages.
fn plain_routes() -> Vec<Route> {
    let takes_body = |route: &Route| !route.body.is_null();
    // These two have their own error messages: "Invalid payload" and "Invalid role".
    let own_messages = ["/users?debug=true", "/users/grace/temporary/data"];
    all().into_iter().filter(|route| takes_body(route) && !own_messages.contains(&route.path)).collect()
}

/// Starts the API with the superuser `root` and the member `grace`, and returns it with the superuser's session.
async fn with_grace() -> (TestApp, String) {
    let (app, root) = with_superuser().await;
    let _grace = named(&app, &root, "grace", "Hopper").await;
    (app, root)
}

/// Returns the session of a member who can call `route`.
fn session(app: &TestApp, root: &str, route: &Route) -> String {
    if route.path.contains("profile=true") { app.session("grace") } else { root.to_owned() }
}

#[tokio::test]
async fn must_be_json_objects_in_utf8() {
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
    let mut errors = Vec::new();

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
        errors.extend(answers);
    }

    errors.sort();
    errors.dedup();
    errors.retain(|answer| !answer.contains("is required") && !answer.contains("at least one field"));
    assert_snapshot!(errors.join("\n"), @r#"
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
async fn must_not_exceed_100_kilobytes() {
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
async fn can_be_as_large_as_100_kilobytes() {
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
async fn must_be_declared_as_json() {
    let (app, root) = with_grace().await;
    let before = Stored::of(&app).items().await;

    for route in all().into_iter().filter(|route| !route.body.is_null()) {
        // A form on another site cannot send a PUT, so it need not be declared.
        let undeclared = if route.method == Method::PUT { Some("") } else { None };
        for content_type in
            [undeclared, Some(""), Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("json")]
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

/// A form on another site can send these requests with the member's cookie.
#[tokio::test]
async fn must_be_declared_as_json_even_when_empty() {
    let (app, root) = with_grace().await;
    let before = Stored::of(&app).items().await;
    let changes = all().into_iter().filter(|route| [Method::POST, Method::PATCH].contains(&route.method));

    for route in changes {
        let cookie = format!("rds-session={}", session(&app, &root, &route));
        for content_type in [
            None,
            Some("text/plain"),
            Some("application/x-www-form-urlencoded"),
            Some("multipart/form-data; boundary=x"),
        ] {
            let call = app.call(route.method.clone(), route.path).header("cookie", &cookie);
            let call = call.header("origin", "https://another.example");
            let call = match content_type {
                Some(content_type) => call.header("content-type", content_type),
                None => call,
            };
            assert_eq!(call.send().await.status, 415, "{route:?} {content_type:?}");
        }
    }
    assert_eq!(Stored::of(&app).items().await, before);
}

#[tokio::test]
async fn can_declare_a_charset() {
    let (app, root) = with_grace().await;

    for route in all().into_iter().filter(|route| !route.body.is_null()) {
        let call = app.call(route.method.clone(), route.path).bearer(&session(&app, &root, &route));
        let call = call.header("content-type", "application/json; charset=utf-8");
        let answer = call.body(route.body.to_string()).send().await;
        assert!(answer.status.is_success(), "{route:?}");
    }
}

#[tokio::test]
async fn must_not_repeat_a_field() {
    let (app, root) = with_grace().await;

    for route in plain_routes() {
        let body = route.body.to_string();
        let (name, value) = route.body.as_object().unwrap().iter().next().unwrap();
        let twice = format!("{},\"{name}\":{value}}}", body.trim_end_matches('}'));
        let call = app.call(route.method.clone(), route.path).bearer(&session(&app, &root, &route));
        let refused = call.header("content-type", "application/json").body(twice).send().await;
        assert_eq!(in_one_line(&refused), format!("400 \"{name}\" must be given once"), "{route:?}");
    }
}

#[tokio::test]
async fn must_not_have_unknown_fields() {
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
