//! `GET /users/{userId}/skills`, `PUT` and `DELETE /users/{userId}/skills/{tagId}`

use crate::bad_input::answers;
use crate::people::{named, with_superuser};
use http::Method;
use insta::{allow_duplicates, assert_snapshot};
use serde_json::{Value, json};
use testing::{Answer, Call, Fault, Stored, TestApp};

/// Starts the API with a superuser and the member `grace`, and returns it with the superuser's session.
async fn with_grace() -> (TestApp, String) {
    let (app, root) = with_superuser().await;
    let _grace = named(&app, &root, "grace", "Hopper").await;
    (app, root)
}

fn level(value: i64) -> Value {
    json!({ "tagName": "Rust", "levelId": format!("level-{value}"), "levelName": value.to_string(), "levelValue": value })
}

fn call<'a>(app: &'a TestApp, root: &str, tag: &str) -> Call<'a> {
    app.call(Method::PUT, &format!("/users/grace/skills/{tag}")).bearer(root)
}

async fn put(app: &TestApp, root: &str, tag: &str, level: &Value) -> Answer {
    call(app, root, tag).json(level).send().await
}

async fn delete(app: &TestApp, root: &str, tag: &str) -> Answer {
    app.delete(&format!("/users/grace/skills/{tag}")).bearer(root).send().await
}

#[tokio::test]
async fn are_set() {
    let (app, root) = with_grace().await;

    let set = put(&app, &root, "rust", &level(3)).await;

    assert_snapshot!(set.shown(), @r#"
    200 {
      "tagId": "rust",
      "tagName": "Rust",
      "levelId": "level-3",
      "levelName": "3",
      "levelValue": 3
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["GetItem", "GetItem", "TransactWriteItems"]);
    assert_snapshot!(Stored::of(&app).keys().await, @"
    FACET#all hopper#grace
    FACET#discord#none hopper#grace
    FACET#level#level-3 hopper#grace#rust
    FACET#level-name#3 hopper#grace#rust
    FACET#level-value#3 hopper#grace#rust
    FACET#not-in-discord 001710498600000#grace
    FACET#not-in-discord 001710498600000#root
    FACET#tag#rust hopper#grace#rust
    FACET#unverified grace
    FACET#unverified root
    MEMBER#grace MEMBER
    MEMBER#root MEMBER
    USERNAME#hopper CLAIM
    ");
}

#[tokio::test]
async fn have_one_level_per_tag() {
    let (app, root) = with_grace().await;
    let _set = put(&app, &root, "rust", &level(3)).await.expect(200);
    let _set = put(&app, &root, "ada", &level(-1)).await.expect(200);

    let _set = put(&app, &root, "rust", &level(4)).await.expect(200);

    app.wire.reset();
    assert_snapshot!(app.get("/users/grace/skills").send().await.shown(), @r#"
    200 {
      "message": "Skills returned successfully!",
      "skills": [
        {
          "tagId": "ada",
          "tagName": "Rust",
          "levelId": "level--1",
          "levelName": "-1",
          "levelValue": -1
        },
        {
          "tagId": "rust",
          "tagName": "Rust",
          "levelId": "level-4",
          "levelName": "4",
          "levelValue": 4
        }
      ]
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["GetItem"]);
    let keys = Stored::of(&app).keys().await;
    assert!(!keys.contains("level-3") && !keys.contains("level-value#3"), "{keys}");
}

#[tokio::test]
async fn can_be_deleted() {
    let (app, root) = with_grace().await;
    let before = Stored::of(&app).keys().await;
    let _set = put(&app, &root, "rust", &level(3)).await.expect(200);
    app.wire.reset();

    assert_eq!(delete(&app, &root, "rust").await.shown(), "204");

    assert_eq!(app.wire.take_operations(), ["GetItem", "GetItem", "TransactWriteItems"]);
    assert_eq!(Stored::of(&app).keys().await, before);
    for tag in ["rust", "RUST", "%00", "ä", &"a".repeat(65)] {
        let refused = delete(&app, &root, tag).await;
        allow_duplicates! {
            assert_snapshot!(refused.shown(), @r#"
            404 {
              "statusCode": 404,
              "error": "Not Found",
              "message": "Skill not found"
            }
            "#);
        }
    }
}

#[tokio::test]
async fn are_empty_at_first() {
    let (app, _) = with_grace().await;

    assert_snapshot!(app.get("/users/grace/skills").send().await.shown(), @r#"
    200 {
      "message": "Skills returned successfully!",
      "skills": []
    }
    "#);
}

#[tokio::test]
async fn are_limited_to_ten() {
    let (app, root) = with_grace().await;
    for n in 0..10 {
        let _set = put(&app, &root, &format!("tag-{n}"), &level(n)).await.expect(200);
    }

    assert_snapshot!(put(&app, &root, "rust", &level(3)).await.shown(), @r#"
    409 {
      "statusCode": 409,
      "error": "Conflict",
      "message": "User has too many skills"
    }
    "#);

    let _changed = put(&app, &root, "tag-3", &level(5)).await.expect(200);
    let _deleted = delete(&app, &root, "tag-4").await.expect(204);
    let _set = put(&app, &root, "rust", &level(3)).await.expect(200);
}

#[tokio::test]
async fn cannot_be_used_for_unknown_members() {
    let (app, root) = with_grace().await;

    for id in ["nobody", "GRACE", "%00", "ä", &"a".repeat(65)] {
        let path = format!("/users/{id}/skills");
        let shown = app.get(&path).send().await;
        let set = app.call(Method::PUT, &format!("{path}/rust")).bearer(&root).json(&level(3)).send().await;
        let deleted = app.delete(&format!("{path}/rust")).bearer(&root).send().await;
        allow_duplicates! {
            assert_snapshot!(shown.shown(), @r#"
            404 {
              "statusCode": 404,
              "error": "Not Found",
              "message": "User doesn't exist"
            }
            "#);
            assert_snapshot!(set.shown(), @r#"
            404 {
              "statusCode": 404,
              "error": "Not Found",
              "message": "User not found"
            }
            "#);
        }
        assert_eq!(deleted.shown(), set.shown());
    }
    assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"), "nothing should be written");
}

#[tokio::test]
async fn reject_invalid_fields() {
    let (app, root) = with_grace().await;
    let long = |length| format!("\"{}\"", "a".repeat(length));
    let bad = [
        ("tagName", ""),
        ("tagName", "null"),
        ("tagName", "\"\""),
        ("tagName", "\" \""),
        ("tagName", &long(101)),
        ("levelId", ""),
        ("levelId", "3"),
        ("levelId", "\"\""),
        ("levelId", "\"a b\""),
        ("levelId", &long(65)),
        ("levelName", ""),
        ("levelName", "3"),
        ("levelName", "\"\""),
        ("levelName", &long(101)),
        ("levelValue", ""),
        ("levelValue", "null"),
        ("levelValue", "\"3\""),
        ("levelValue", "9223372036854775808"),
        ("levelValue", "1e999"),
        ("levelValue", "NaN"),
        ("tagId", "\"rust\""),
    ];

    let refused = answers(|| call(&app, &root, "rust"), &level(3), &bad).await;

    assert_snapshot!(refused, @r#"
    tagName:  → 400 "tagName" is required
    tagName: null → 400 "tagName" is required
    tagName: "" → 400 "tagName" is not allowed to be empty
    tagName: " " → 400 "tagName" is not allowed to be empty
    tagName: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa… → 400 "tagName" must be 1 to 100 characters
    levelId:  → 400 "levelId" is required
    levelId: 3 → 400 "levelId" must be a string
    levelId: "" → 400 "levelId" is not allowed to be empty
    levelId: "a b" → 400 "levelId" must be 1 to 64 letters, digits, - and _
    levelId: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa… → 400 "levelId" must be 1 to 64 letters, digits, - and _
    levelName:  → 400 "levelName" is required
    levelName: 3 → 400 "levelName" must be a string
    levelName: "" → 400 "levelName" is not allowed to be empty
    levelName: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa… → 400 "levelName" must be 1 to 100 characters
    levelValue:  → 400 "levelValue" is required
    levelValue: null → 400 "levelValue" is required
    levelValue: "3" → 400 "levelValue" must be an integer
    levelValue: 9223372036854775808 → 400 "levelValue" must be an integer
    levelValue: 1e999 → 400 Body must be valid JSON: number out of range at line 1 column 72
    levelValue: NaN → 400 Body must be valid JSON: expected value at line 1 column 68
    tagId: "rust" → 400 "tagId" is not allowed
    "#);
    assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"), "nothing should be written");
}

#[tokio::test]
async fn reject_invalid_tags() {
    let (app, root) = with_grace().await;

    for tag in ["%20", "a%20b", "%00", "ä", "a.b", "a%2Fb", &"a".repeat(65)] {
        let refused = put(&app, &root, tag, &level(3)).await;
        allow_duplicates! {
            assert_snapshot!(refused.shown(), @r#"
            400 {
              "statusCode": 400,
              "error": "Bad Request",
              "message": "\"tagId\" must be 1 to 64 letters, digits, - and _"
            }
            "#);
        }
    }
}

#[tokio::test]
async fn accept_any_integer_as_a_level() {
    let (app, root) = with_grace().await;

    for value in [i64::MIN, -1, 0, i64::MAX] {
        let set = put(&app, &root, "rust", &level(value)).await.expect(200).json();
        assert_eq!(set["levelValue"], value);
        let listed = app.get("/users/grace/skills").send().await.expect(200).json();
        assert_eq!(listed["skills"], json!([set]));
    }
}

#[tokio::test]
async fn report_that_they_could_not_be_fetched() {
    let (app, _) = with_grace().await;
    app.wire.disturb([Fault::Error(400, "AccessDeniedException")]);

    assert_snapshot!(app.get("/users/grace/skills").send().await.shown(), @r#"
    503 {
      "statusCode": 503,
      "error": "Service Unavailable",
      "message": "Something went wrong please contact admin"
    }
    "#);
}
