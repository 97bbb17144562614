//! Members' private fields are not leaked.

use crate::people::{ada, sign_up, with_superuser};
use crate::routes::all;
use aws_sdk_dynamodb::types::AttributeValue;
use http::Method;
use serde_json::{Value, json};
use std::collections::HashMap;
use testing::{Answer, Fault, Log, Stored, TestApp};
use tracing_subscriber::filter::LevelFilter;

/// The values that no one but Ada may see. Even Ada must not see the last two.
const SECRETS: [&str; 4] = ["ada@example.com", "919876543210", "s3cret-token", "s3cret-chaincode"];

/// Starts the API with Ada, who has the id and username that [`crate::routes`] expects. Her record has every possible
/// field, including those that only old imports left. Returns the API with the superuser's session and hers.
async fn with_everything() -> (TestApp, String, String) {
    let (app, root) = with_superuser().await;
    let mut draft = ada();
    draft["id"] = json!("grace");
    draft["username"] = json!("Hopper");
    draft["discordId"] = json!("799600467218923521");
    draft["userType"] = json!("programmer");
    let _ada = sign_up(&app, &root, &draft).await.expect(200);
    for (method, path, body) in [
        (Method::PATCH, "/users/status/grace", json!({ "state": "IDLE", "message": "Reading" })),
        (
            Method::PUT,
            "/users/grace/skills/rust",
            json!({ "tagName": "Rust", "levelId": "l1", "levelName": "One", "levelValue": 1 }),
        ),
        (Method::PATCH, "/users/grace/discord", json!({ "discordJoinedAt": "2024-03-01T00:00:00Z" })),
    ] {
        let _done = app.call(method, path).bearer(&root).json(&body).send().await.expect(200);
    }
    let created =
        app.post("/badges").bearer(&root).json(&json!({ "name": "Ace", "imageUrl": "example.com/i" })).send().await;
    let badge = created.expect(200).json()["badge"]["id"].as_str().unwrap().to_owned();
    let awarded = app.call(Method::PUT, &format!("/users/grace/badges/{badge}")).bearer(&root).send().await;
    let _awarded = awarded.expect(204);
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let tokens = AttributeValue::M(HashMap::from([("githubAccessToken".to_owned(), text("s3cret-token"))]));
    let stored = Stored::of(&app);
    stored.set("MEMBER#grace", "MEMBER", "tokens", tokens).await;
    stored.set("MEMBER#grace", "MEMBER", "chaincode", text("s3cret-chaincode")).await;
    app.wire.reset();
    let grace = app.session("grace");
    (app, root, grace)
}

fn assert_keeps_secrets(text: &[u8], what: &str) {
    let text = String::from_utf8_lossy(text);
    for secret in SECRETS.iter().chain(&["chaincode", "githubAccessToken"]) {
        assert!(!text.contains(secret), "{what} has {secret}: {text}");
    }
}

/// Returns every member record in a response, at any depth.
fn records(answer: &Value) -> Vec<&Value> {
    let inner: Vec<_> = match answer {
        Value::Array(values) => values.iter().flat_map(records).collect(),
        Value::Object(fields) => fields.values().flat_map(records).collect(),
        _ => vec![],
    };
    let own = answer.get("incompleteUserDetails").map(|_| answer);
    own.into_iter().chain(inner).collect()
}

fn assert_keeps_secrets_in(answer: &Answer, what: &str) {
    assert_keeps_secrets(&answer.bytes, what);
    if answer.bytes.is_empty() {
        return;
    }
    for record in records(&answer.json()) {
        assert_eq!(record["tokens"], json!({}), "{what}");
        assert_eq!([record.get("email"), record.get("phone")], [None, None], "{what}");
    }
}

#[tokio::test]
async fn do_not_occur_in_any_routes_response() {
    let (app, root, grace) = with_everything().await;
    let stranger = app.session("nobody");

    for route in all() {
        for session in [&root, &grace, &stranger] {
            let answer = route.call(&app).bearer(session).send().await;
            assert_keeps_secrets_in(&answer, &format!("{route:?}"));
        }
    }
}

#[tokio::test]
async fn do_not_occur_in_any_listing() {
    let (app, root, grace) = with_everything().await;
    let listed = [
        "/users",
        "/users?search=hop",
        "/users?profile=true",
        "/users?id=grace",
        "/users?discordId=799600467218923521",
        "/users/self?private=false",
        "/users/search?tagId=rust",
        "/users/search?verified=true",
        "/users/search?state=IDLE",
        "/users/search?levelValue=1",
        "/users/userId/grace?private=true",
        "/users/Hopper?private=true",
    ];

    for path in listed {
        let answer = app.get(path).bearer(&grace).send().await;
        assert_keeps_secrets_in(&answer, path);
        let found = answer.json();
        let found = records(&found);
        if answer.status == 200 {
            assert!(found.iter().any(|record| record["id"] == "grace"), "{path}");
        }
    }
    for action in ["nonVerifiedDiscordUsers", "archiveUsers"] {
        let unlink = json!({ "discordId": null });
        let _unlinked = app.patch("/users/grace/discord").bearer(&root).json(&unlink).send().await.expect(200);
        let call = app.patch("/users?debug=true").bearer(&root).json(&json!({ "action": action }));
        let answer = call.send().await.expect(200);
        assert!(String::from_utf8_lossy(&answer.bytes).contains("\"grace\""), "{action}");
        assert_keeps_secrets_in(&answer, action);
    }
    let archived = app.get("/users/search?role=ARCHIVED").bearer(&root).send().await.expect(200);
    assert_eq!(archived.json()["count"], 1);
    assert_keeps_secrets_in(&archived, "the archived members");
}

#[tokio::test]
async fn do_not_include_the_members_own_view() {
    let (app, root, grace) = with_everything().await;

    let own = app.get("/users/self?private=true").bearer(&grace).send().await.expect(200).json();
    assert_eq!([&own["email"], &own["phone"]], [&json!("ada@example.com"), &json!(919_876_543_210_u64)]);
    assert_eq!(own["tokens"], json!({}));
    assert_eq!(own.get("chaincode"), None);
    let others = app.get("/users/self?private=true").bearer(&root).send().await;
    assert_keeps_secrets_in(&others, "the superuser's own record");
}

#[tokio::test]
async fn do_not_occur_when_private_fields_are_set() {
    let (app, root, grace) = with_everything().await;
    let taken = json!({
        "first_name": "A", "last_name": "L", "email": "ada@example.com", "phone": 919_876_543_210_u64, "github_id": "AdaL",
    });
    let calls = [
        app.post("/users").bearer(&root).json(&taken),
        app.post("/users").bearer(&grace).json(&taken),
        app.patch("/users/self").bearer(&grace).json(&json!({ "email": "ada@example.com", "phone": "+919876543210" })),
        app.patch("/users/self")
            .bearer(&grace)
            .json(&json!({ "email": "ada@example.com", "phone": "+919876543210-1" })),
        app.patch("/users/self").bearer(&grace).json(&json!({ "email": " ada@example.com" })),
        app.patch("/users/self").bearer(&grace).json(&json!({ "phone": 9_198_765_432_101_234_567_u64 })),
    ];

    for call in calls {
        assert_keeps_secrets_in(&call.send().await, "a response");
    }
}

#[tokio::test]
async fn do_not_occur_in_the_log() {
    let log = Log::at(LevelFilter::TRACE);
    let (app, root, grace) = with_everything().await;
    for route in all() {
        for session in [&root, &grace] {
            let _answer = route.call(&app).bearer(session).send().await;
            app.wire.disturb_all(Fault::Error(400, "ValidationException"));
            let _failed = route.call(&app).bearer(session).send().await;
            app.wire.reset();
        }
    }
    let _own = app.get("/users/self?private=true").bearer(&grace).send().await.expect(200);
    let private = json!({ "email": "ada@example.com", "phone": "+919876543210" });
    let _changed = app.patch("/users/self").bearer(&grace).json(&private).send().await.expect(204);
    let refused = json!({ "email": "ada@example.com ", "phone": "+919876543210" });
    let _refused = app.patch("/users/self").bearer(&grace).json(&refused).send().await.expect(400);
    // An unreadable record is logged as such, without its contents.
    Stored::of(&app).set("MEMBER#grace", "MEMBER", "first_name", AttributeValue::N("7".to_owned())).await;
    let _failed = app.get("/users/self?private=true").bearer(&grace).send().await.expect(500);
    let _failed = app.get("/users/userId/grace").send().await.expect(503);

    let log = log.take();

    assert!(
        log.contains("a request failed") && log.contains("\"route\":\"/users/self\""),
        "the log should have recorded the requests: {log}"
    );
    assert_keeps_secrets(log.as_bytes(), "the log");
    for session in [&root, &grace] {
        assert!(!log.contains(session.rsplit_once('.').unwrap().1), "sessions should not be logged");
    }
}
