//! Bodies that no route of members takes.

use crate::bad_input::{answers, in_one_line};
use crate::people::{ada, named, signed_up_ada, with_superuser};
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

/// The fields of a sign-up and those of a change of one's own record are refused alike, if both have them.
#[tokio::test]
async fn of_sign_ups_have_good_fields() {
    let (app, root) = with_superuser().await;
    let long = |length: usize| format!("\"{}\"", "ä".repeat(length));
    let (name, handle, text, username) = (long(101), long(101), long(501), format!("\"{}\"", "a".repeat(33)));
    let email = format!("\"{}@example.com\"", "a".repeat(250));
    let id = format!("\"{}\"", "a".repeat(65));
    let bad = [
        ("id", "7"),
        ("id", "\"\""),
        ("id", "\"a b\""),
        ("id", "\"ä\""),
        ("id", &id),
        ("username", "null"),
        ("username", "7"),
        ("username", "\"\""),
        ("username", "\"ada\""),
        ("username", &username),
        ("username", "\"ada_lovelace\""),
        ("username", "\"ada lovelace\""),
        ("username", "\"ada.lovelace\""),
        ("username", "\"ädaä\""),
        ("username", "\"self\""),
        ("username", "\"SEARCH\""),
        ("username", "\"userId\""),
        ("username", "\"isUsernameAvailable\""),
        ("username", "\"status\""),
        ("username", "\"username\""),
        ("username", "\"undefined\""),
        ("username", "\"null\""),
        ("first_name", ""),
        ("first_name", "null"),
        ("first_name", "\"\""),
        ("first_name", "\" \""),
        ("first_name", "[]"),
        ("first_name", &name),
        ("last_name", ""),
        ("last_name", "{}"),
        ("last_name", "\"\\u0009\""),
        ("email", "null"),
        ("email", "\"\""),
        ("email", "\"ada\""),
        ("email", "\"@example.com\""),
        ("email", "\"ada@\""),
        ("email", "\"ada @example.com\""),
        ("email", &email),
        ("email", "7"),
        ("phone", "null"),
        ("phone", "\"\""),
        ("phone", "\"+\""),
        ("phone", "\"++1\""),
        ("phone", "\"+1-555\""),
        ("phone", "\" 1\""),
        ("phone", "\"1234567890123456\""),
        ("phone", "\"١\""),
        ("phone", "1234567890123456"),
        ("phone", "99999999999999999999999999"),
        ("phone", "-1"),
        ("phone", "1.5"),
        ("phone", "1e10"),
        ("phone", "true"),
        ("phone", "[]"),
        ("yoe", "null"),
        ("yoe", "\"3\""),
        ("yoe", "-1"),
        ("yoe", "-0.1"),
        ("yoe", "1e300"),
        ("yoe", "1e999"),
        ("company", "null"),
        ("company", "7"),
        ("company", &text),
        ("designation", &text),
        ("img", "{}"),
        ("website", "[\"a\"]"),
        ("github_id", "null"),
        ("github_id", "\"\""),
        ("github_id", "1815"),
        ("github_id", &handle),
        ("github_user_id", "1815"),
        ("github_user_id", "\"\""),
        ("github_display_name", "false"),
        ("linkedin_id", "null"),
        ("twitter_id", "7"),
        ("instagram_id", &text),
        ("roles", "null"),
        ("roles", "[]"),
        ("roles", "[\"member\"]"),
        ("roles", "{\"member\":1}"),
        ("roles", "{\"member\":null}"),
        ("isMember", "null"),
        ("isMember", "\"true\""),
        ("userType", "7"),
        ("discordId", "null"),
        ("discordId", "799600467218923521"),
        ("discordId", "\"a\""),
    ];
    let before = Stored::of(&app).items().await;
    let mut good = ada();
    let fields = ["username", "first_name", "last_name"];
    good.as_object_mut().unwrap().retain(|field, _| fields.contains(&field.as_str()));

    let refused = answers(|| app.post("/users").bearer(&root), &good, &bad).await;

    assert_snapshot!(refused, @r#"
    id: 7 → 400 "id" invalid type: integer "7", expected a string
    id: "" → 400 "id" expected 1 to 64 letters, digits, - and _
    id: "a b" → 400 "id" expected 1 to 64 letters, digits, - and _
    id: "ä" → 400 "id" expected 1 to 64 letters, digits, - and _
    id: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa… → 400 "id" expected 1 to 64 letters, digits, - and _
    username: null → 400 "username" invalid type: null, expected a string
    username: 7 → 400 "username" invalid type: integer "7", expected a string
    username: "" → 400 "username" expected 4 to 32 letters, digits and -, and no reserved word
    username: "ada" → 400 "username" expected 4 to 32 letters, digits and -, and no reserved word
    username: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" → 400 "username" expected 4 to 32 letters, digits and -, and no reserved word
    username: "ada_lovelace" → 400 "username" expected 4 to 32 letters, digits and -, and no reserved word
    username: "ada lovelace" → 400 "username" expected 4 to 32 letters, digits and -, and no reserved word
    username: "ada.lovelace" → 400 "username" expected 4 to 32 letters, digits and -, and no reserved word
    username: "ädaä" → 400 "username" expected 4 to 32 letters, digits and -, and no reserved word
    username: "self" → 400 "username" expected 4 to 32 letters, digits and -, and no reserved word
    username: "SEARCH" → 400 "username" expected 4 to 32 letters, digits and -, and no reserved word
    username: "userId" → 400 "username" expected 4 to 32 letters, digits and -, and no reserved word
    username: "isUsernameAvailable" → 400 "username" expected 4 to 32 letters, digits and -, and no reserved word
    username: "status" → 400 "username" expected 4 to 32 letters, digits and -, and no reserved word
    username: "username" → 400 "username" expected 4 to 32 letters, digits and -, and no reserved word
    username: "undefined" → 400 "username" expected 4 to 32 letters, digits and -, and no reserved word
    username: "null" → 400 "username" expected 4 to 32 letters, digits and -, and no reserved word
    first_name:  → 400 "first_name" is required
    first_name: null → 400 "first_name" invalid type: null, expected a string
    first_name: "" → 400 "first_name" expected 1 to 100 characters
    first_name: " " → 400 "first_name" expected more than white space
    first_name: [] → 400 "first_name" invalid type: sequence, expected a string
    first_name: "äääääääääääääääääääääääääääääääääääääää… → 400 "first_name" expected 1 to 100 characters
    last_name:  → 400 "last_name" is required
    last_name: {} → 400 "last_name" invalid type: map, expected a string
    last_name: "\u0009" → 400 "last_name" expected more than white space
    email: null → 400 "email" invalid type: null, expected a string
    email: "" → 400 "email" expected an e-mail address
    email: "ada" → 400 "email" expected an e-mail address
    email: "@example.com" → 400 "email" expected an e-mail address
    email: "ada@" → 400 "email" expected an e-mail address
    email: "ada @example.com" → 400 "email" expected an e-mail address
    email: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa… → 400 "email" expected an e-mail address
    email: 7 → 400 "email" invalid type: integer "7", expected a string
    phone: null → 400 "phone" invalid type: null, expected a telephone number of up to 15 digits
    phone: "" → 400 "phone" invalid value: another text, expected a telephone number of up to 15 digits
    phone: "+" → 400 "phone" invalid value: another text, expected a telephone number of up to 15 digits
    phone: "++1" → 400 "phone" invalid value: another text, expected a telephone number of up to 15 digits
    phone: "+1-555" → 400 "phone" invalid value: another text, expected a telephone number of up to 15 digits
    phone: " 1" → 400 "phone" invalid value: another text, expected a telephone number of up to 15 digits
    phone: "1234567890123456" → 400 "phone" invalid value: another text, expected a telephone number of up to 15 digits
    phone: "١" → 400 "phone" invalid value: another text, expected a telephone number of up to 15 digits
    phone: 1234567890123456 → 400 "phone" invalid value: a longer number, expected a telephone number of up to 15 digits
    phone: 99999999999999999999999999 → 400 "phone" invalid type: floating point "1e+26", expected a telephone number of up to 15 digits
    phone: -1 → 400 "phone" invalid value: a negative number, expected a telephone number of up to 15 digits
    phone: 1.5 → 400 "phone" invalid type: floating point "1.5", expected a telephone number of up to 15 digits
    phone: 1e10 → 400 "phone" invalid type: floating point "10000000000.0", expected a telephone number of up to 15 digits
    phone: true → 400 "phone" invalid type: boolean "true", expected a telephone number of up to 15 digits
    phone: [] → 400 "phone" invalid type: sequence, expected a telephone number of up to 15 digits
    yoe: null → 400 "yoe" invalid type: null, expected f64
    yoe: "3" → 400 "yoe" invalid type: string "3", expected f64
    yoe: -1 → 400 "yoe" expected a number from 0 to 100
    yoe: -0.1 → 400 "yoe" expected a number from 0 to 100
    yoe: 1e300 → 400 "yoe" expected a number from 0 to 100
    yoe: 1e999 → 400 Body must be valid JSON: number out of range at line 1 column 80
    company: null → 400 "company" invalid type: null, expected a string
    company: 7 → 400 "company" invalid type: integer "7", expected a string
    company: "äääääääääääääääääääääääääääääääääääääää… → 400 "company" expected 0 to 500 characters
    designation: "äääääääääääääääääääääääääääääääääääääää… → 400 "designation" expected 0 to 500 characters
    img: {} → 400 "img" invalid type: map, expected a string
    website: ["a"] → 400 "website" invalid type: sequence, expected a string
    github_id: null → 400 "github_id" invalid type: null, expected a string
    github_id: "" → 400 "github_id" expected 1 to 100 characters
    github_id: 1815 → 400 "github_id" invalid type: integer "1815", expected a string
    github_id: "äääääääääääääääääääääääääääääääääääääää… → 400 "github_id" expected 1 to 100 characters
    github_user_id: 1815 → 400 "github_user_id" invalid type: integer "1815", expected a string
    github_user_id: "" → 400 "github_user_id" expected 1 to 100 characters
    github_display_name: false → 400 "github_display_name" invalid type: boolean "false", expected a string
    linkedin_id: null → 400 "linkedin_id" invalid type: null, expected a string
    twitter_id: 7 → 400 "twitter_id" invalid type: integer "7", expected a string
    instagram_id: "äääääääääääääääääääääääääääääääääääääää… → 400 "instagram_id" expected 0 to 500 characters
    roles: null → 400 "roles" invalid type: null, expected a map
    roles: [] → 400 "roles" invalid type: sequence, expected a map
    roles: ["member"] → 400 "roles" invalid type: sequence, expected a map
    roles: {"member":1} → 400 "roles.member" invalid type: integer "1", expected a boolean
    roles: {"member":null} → 400 "roles.member" invalid type: null, expected a boolean
    isMember: null → 400 "isMember" invalid type: null, expected a boolean
    isMember: "true" → 400 "isMember" invalid type: string "true", expected a boolean
    userType: 7 → 400 "userType" invalid type: integer "7", expected a string
    discordId: null → 400 "discordId" invalid type: null, expected a string
    discordId: 799600467218923521 → 400 "discordId" invalid type: integer "799600467218923521", expected a string
    discordId: "a" → 400 "discordId" expected 1 to 20 decimal digits
    "#);
    assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"), "nothing is written");
    assert_eq!(Stored::of(&app).items().await, before);

    let only_at_sign_up =
        ["id", "github_id", "github_user_id", "github_display_name", "roles", "isMember", "userType", "discordId"];
    let both: Vec<_> =
        bad.into_iter().filter(|(field, value)| !value.is_empty() && !only_at_sign_up.contains(field)).collect();
    let expected = answers(|| app.post("/users").bearer(&root), &good, &both).await;
    let ada = signed_up_ada(&app).await;
    let before = Stored::of(&app).items().await;
    let own = answers(|| app.patch("/users/self").bearer(&ada), &json!({}), &both).await;
    let without_position = |answers: String| {
        let lines = answers.lines().map(|line| line.split(" at line ").next().unwrap_or_default().to_owned());
        lines.collect::<Vec<_>>()
    };
    assert_eq!(without_position(own), without_position(expected));
    assert_eq!(Stored::of(&app).items().await, before);
}

/// What is at the very edge of the rules is good.
#[tokio::test]
async fn of_sign_ups_may_have_all_that_is_allowed() {
    let (app, root) = with_superuser().await;
    let drafts = [
        json!({ "first_name": "ä".repeat(100), "last_name": "\u{1F600}", "username": "a".repeat(32) }),
        json!({ "first_name": "A", "last_name": "L", "username": "1-2-" }),
        json!({ "first_name": "A", "last_name": "L", "company": "ä".repeat(500), "img": "", "website": "\u{0}" }),
        json!({ "first_name": "A", "last_name": "L", "github_id": "ä".repeat(100), "github_user_id": "ä".repeat(100) }),
        json!({ "first_name": "A", "last_name": "L", "email": "a@b", "phone": 0, "yoe": 0.5 }),
        json!({ "first_name": "A", "last_name": "L", "id": "_".repeat(64), "discordId": "0".repeat(20) }),
        json!({ "first_name": "A", "last_name": "L", "roles": {}, "isMember": true, "userType": "" }),
    ];

    for draft in drafts {
        let made = app.post("/users").bearer(&root).json(&draft).send().await.expect(200).json();
        for (field, value) in draft.as_object().unwrap() {
            if !["email", "phone", "roles"].contains(&field.as_str()) {
                assert_eq!(made[field], *value);
            }
        }
    }
}
