//! `POST` and `GET /badges`, `GET /users/{userId}/badges`, `PUT` and `DELETE /users/{userId}/badges/{badgeId}`

use crate::bad_input::answers;
use crate::people::{named, seen, with_superuser};
use http::Method;
use insta::{allow_duplicates, assert_snapshot};
use serde_json::{Value, json};
use std::time::Duration;
use testing::{Answer, Fault, Stored, TestApp};

/// Starts the API with a superuser and the member `grace`, and returns it with the superuser's session.
async fn with_grace() -> (TestApp, String) {
    let (app, root) = with_superuser().await;
    let _grace = named(&app, &root, "grace", "Hopper").await;
    (app, root)
}

async fn create(app: &TestApp, root: &str, badge: &Value) -> Answer {
    app.post("/badges").bearer(root).json(badge).send().await
}

/// Creates a badge and returns its id.
async fn badge(app: &TestApp, root: &str, name: &str) -> String {
    let badge = json!({ "name": name, "imageUrl": "https://example.com/badge.png" });
    let created = create(app, root, &badge).await.expect(200).json();
    app.wire.reset();
    created["badge"]["id"].as_str().unwrap().to_owned()
}

async fn award(app: &TestApp, root: &str, id: &str, badge: &str) -> Answer {
    app.call(Method::PUT, &format!("/users/{id}/badges/{badge}")).bearer(root).send().await
}

async fn revoke(app: &TestApp, root: &str, id: &str, badge: &str) -> Answer {
    app.delete(&format!("/users/{id}/badges/{badge}")).bearer(root).send().await
}

/// Returns the names of a member's badges.
async fn names(app: &TestApp, id: &str) -> Vec<String> {
    let badges = app.get(&format!("/users/{id}/badges")).send().await.expect(200).json();
    let badges = badges["badges"].as_array().unwrap().clone();
    badges.iter().map(|badge| badge["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn are_created() {
    let (app, root) = with_grace().await;
    app.clock.set("2023-11-14T22:13:20.000Z");
    let root_then = app.session("root");
    let badge = json!({
        "name": "First Flight", "description": "Flew for the first time", "imageUrl": "https://example.com/1.png",
        "createdBy": "Grace Hopper",
    });

    let created = create(&app, &root_then, &badge).await;

    assert_snapshot!(created.shown(), @r#"
    200 {
      "message": "Badge created successfully",
      "badge": {
        "id": "b8o9ytlriii8cfnb9exv",
        "name": "First Flight",
        "description": "Flew for the first time",
        "imageUrl": "https://example.com/1.png",
        "createdBy": "Grace Hopper",
        "createdAt": {
          "date": "11/14/2023",
          "time": "10:13:20 PM"
        }
      }
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["GetItem", "TransactWriteItems"]);
    let _another = create(&app, &root, &json!({ "name": "Ace", "imageUrl": "example.com/i" })).await.expect(200);
}

#[tokio::test]
async fn are_created_by_the_caller_by_default() {
    let (app, root) = with_grace().await;

    let created = create(&app, &root, &json!({ "name": "Ace", "imageUrl": "example.com/i" })).await;

    assert_snapshot!(created.shown(), @r#"
    200 {
      "message": "Badge created successfully",
      "badge": {
        "id": "b8o9ytlriii8cfnb9exv",
        "name": "Ace",
        "description": "",
        "imageUrl": "example.com/i",
        "createdBy": "root",
        "createdAt": {
          "date": "3/15/2024",
          "time": "10:30:00 AM"
        }
      }
    }
    "#);
}

#[tokio::test]
async fn are_listed() {
    let (app, root) = with_grace().await;
    assert_snapshot!(app.get("/badges").send().await.shown(), @r#"
    200 {
      "message": "Badges returned successfully",
      "badges": []
    }
    "#);
    app.clock.set("2023-11-04T00:03:07.000Z");
    let _ace = badge(&app, &app.session("root"), "Ace").await;
    let _pioneer = badge(&app, &root, "Pioneer").await;

    let listed = app.get("/badges").send().await;

    assert_snapshot!(listed.shown(), @r#"
    200 {
      "message": "Badges returned successfully",
      "badges": [
        {
          "id": "b8o9ytlriii8cfnb9exv",
          "name": "Ace",
          "description": "",
          "imageUrl": "https://example.com/badge.png",
          "createdBy": "root",
          "createdAt": {
            "date": "11/4/2023",
            "time": "12:03:07 AM"
          }
        },
        {
          "id": "mwwiw04r9pxo5kitu6j5",
          "name": "Pioneer",
          "description": "",
          "imageUrl": "https://example.com/badge.png",
          "createdBy": "root",
          "createdAt": {
            "date": "11/4/2023",
            "time": "12:03:07 AM"
          }
        }
      ]
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["Query"]);
}

#[tokio::test]
async fn are_listed_per_member_in_award_order() {
    let (app, root) = with_grace().await;
    app.clock.set("2023-11-14T22:13:20.000Z");
    let first = badge(&app, &app.session("root"), "First").await;
    let second = badge(&app, &root, "Second").await;
    let third = badge(&app, &root, "Third").await;
    for id in [&second, &first, &third] {
        assert_eq!(award(&app, &root, "grace", id).await.shown(), "204");
        assert_eq!(app.wire.take_operations(), ["GetItem", "GetItem", "GetItem", "UpdateItem"]);
    }

    let badges = app.get("/users/grace/badges").send().await;

    assert_snapshot!(badges.shown(), @r#"
    200 {
      "message": "Badges returned succesfully",
      "badges": [
        {
          "id": "mwwiw04r9pxo5kitu6j5",
          "name": "Second",
          "description": "",
          "imageUrl": "https://example.com/badge.png",
          "createdBy": "root",
          "createdAt": {
            "date": "11/14/2023",
            "time": "10:13:20 PM"
          }
        },
        {
          "id": "b8o9ytlriii8cfnb9exv",
          "name": "First",
          "description": "",
          "imageUrl": "https://example.com/badge.png",
          "createdBy": "root",
          "createdAt": {
            "date": "11/14/2023",
            "time": "10:13:20 PM"
          }
        },
        {
          "id": "p5o0mf61rkt77r7odia9",
          "name": "Third",
          "description": "",
          "imageUrl": "https://example.com/badge.png",
          "createdBy": "root",
          "createdAt": {
            "date": "11/14/2023",
            "time": "10:13:20 PM"
          }
        }
      ]
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["GetItem", "BatchGetItem"]);
    assert_eq!(seen(&app, "grace").await["badges"], json!([second, first, third]));
}

#[tokio::test]
async fn are_held_only_once_per_member() {
    let (app, root) = with_grace().await;
    let ace = badge(&app, &root, "Ace").await;
    let pioneer = badge(&app, &root, "Pioneer").await;
    for id in [&ace, &pioneer] {
        let _awarded = award(&app, &root, "grace", id).await.expect(204);
    }
    app.wire.reset();

    assert_eq!(award(&app, &root, "grace", &ace).await.shown(), "204");

    assert_eq!(app.wire.take_operations(), ["GetItem", "GetItem", "GetItem"]);
    assert_eq!(names(&app, "grace").await, ["Ace", "Pioneer"]);
}

#[tokio::test]
async fn can_be_revoked_and_awarded_again() {
    let (app, root) = with_grace().await;
    let ace = badge(&app, &root, "Ace").await;
    let pioneer = badge(&app, &root, "Pioneer").await;
    for id in [&ace, &pioneer] {
        let _awarded = award(&app, &root, "grace", id).await.expect(204);
    }
    app.wire.reset();

    assert_eq!(revoke(&app, &root, "grace", &ace).await.shown(), "204");
    assert_eq!(app.wire.take_operations(), ["GetItem", "GetItem", "UpdateItem"]);
    assert_eq!(names(&app, "grace").await, ["Pioneer"]);

    let _awarded = award(&app, &root, "grace", &ace).await.expect(204);
    assert_eq!(names(&app, "grace").await, ["Pioneer", "Ace"], "the badge should now be last");
}

#[tokio::test]
async fn cannot_be_listed_for_an_unknown_member() {
    let (app, _) = with_grace().await;

    for (id, operations) in
        [("grace", &["GetItem"][..]), ("nobody", &["GetItem"]), ("%00", &[]), ("ä", &[]), (&"a".repeat(65), &[])]
    {
        let badges = app.get(&format!("/users/{id}/badges")).send().await;
        allow_duplicates! {
            assert_snapshot!(badges.shown(), @r#"
            200 {
              "message": "Badges returned succesfully",
              "badges": []
            }
            "#);
        }
        assert_eq!(app.wire.take_operations(), operations, "{id}");
    }
}

#[tokio::test]
async fn are_omitted_when_they_no_longer_exist() {
    let (app, root) = with_grace().await;
    let ace = badge(&app, &root, "Ace").await;
    let pioneer = badge(&app, &root, "Pioneer").await;
    for id in [&ace, &pioneer] {
        let _awarded = award(&app, &root, "grace", id).await.expect(204);
    }

    Stored::of(&app).remove("BADGES", &format!("BADGE#{ace}")).await;

    assert_eq!(names(&app, "grace").await, ["Pioneer"]);
    assert_eq!(revoke(&app, &root, "grace", &ace).await.shown(), "204", "the badge should still be revocable");
}

#[tokio::test]
async fn report_that_they_could_not_be_fetched() {
    let (app, root) = with_grace().await;
    let ace = badge(&app, &root, "Ace").await;
    let _awarded = award(&app, &root, "grace", &ace).await.expect(204);

    for untouched in 0..2 {
        let faults = vec![Fault::None; untouched].into_iter().chain([Fault::Error(400, "AccessDeniedException")]);
        app.wire.disturb(faults);
        let failed = app.get("/users/grace/badges").send().await;
        allow_duplicates! {
            assert_snapshot!(failed.shown(), @r#"
            400 {
              "statusCode": 400,
              "error": "Bad Request",
              "message": "Failed to get user badges."
            }
            "#);
        }
    }
}

#[tokio::test]
async fn are_awarded_only_to_members() {
    let (app, root) = with_grace().await;
    let ace = badge(&app, &root, "Ace").await;

    for id in ["nobody", "GRACE", "%00", &"a".repeat(65)] {
        for answer in [award(&app, &root, id, &ace).await, revoke(&app, &root, id, &ace).await] {
            allow_duplicates! {
                assert_snapshot!(answer.shown(), @r#"
                404 {
                  "statusCode": 404,
                  "error": "Not Found",
                  "message": "User not found"
                }
                "#);
            }
        }
    }
    assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"), "nothing should be written");
}

#[tokio::test]
async fn are_awarded_only_if_they_exist() {
    let (app, root) = with_grace().await;
    let ace = badge(&app, &root, "Ace").await;

    for id in ["none", "%00", &ace.to_uppercase(), "ä", &"a".repeat(65)] {
        for answer in [award(&app, &root, "grace", id).await, revoke(&app, &root, "grace", id).await] {
            allow_duplicates! {
                assert_snapshot!(answer.shown(), @r#"
                404 {
                  "statusCode": 404,
                  "error": "Not Found",
                  "message": "Badge not found"
                }
                "#);
            }
        }
    }
    let not_awarded = revoke(&app, &root, "grace", &ace).await;
    assert_eq!(not_awarded.status, 404);
    assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"), "nothing should be written");
}

#[tokio::test]
async fn reject_invalid_fields() {
    let (app, root) = with_grace().await;
    let long = |length| format!("\"{}\"", "ä".repeat(length));
    let bad = [
        ("name", ""),
        ("name", "null"),
        ("name", "\"\""),
        ("name", "\"ab\""),
        ("name", "\"   \""),
        ("name", &long(31)),
        ("name", "7"),
        ("description", "\"ab\""),
        ("description", &long(131)),
        ("imageUrl", ""),
        ("imageUrl", "null"),
        ("imageUrl", "\"\""),
        ("imageUrl", &long(2049)),
        ("createdBy", &long(101)),
        ("createdBy", "{}"),
        ("id", "\"ace\""),
        ("createdAt", "0"),
    ];
    let valid = json!({ "name": "Ace", "imageUrl": "example.com/i" });

    let refused = answers(|| app.post("/badges").bearer(&root), &valid, &bad).await;

    assert_snapshot!(refused, @r#"
    name:  → 400 "name" is required
    name: null → 400 "name" is required
    name: "" → 400 "name" is not allowed to be empty
    name: "ab" → 400 "name" must be 3 to 30 characters
    name: "   " → 400 "name" is not allowed to be empty
    name: "äääääääääääääääääääääääääääääää" → 400 "name" must be 3 to 30 characters
    name: 7 → 400 "name" must be a string
    description: "ab" → 400 "description" must be 3 to 130 characters
    description: "äääääääääääääääääääääääääääääääääääääää… → 400 "description" must be 3 to 130 characters
    imageUrl:  → 400 "imageUrl" is required
    imageUrl: null → 400 "imageUrl" is required
    imageUrl: "" → 400 "imageUrl" is not allowed to be empty
    imageUrl: "äääääääääääääääääääääääääääääääääääääää… → 400 "imageUrl" must be an http or https URL, or a host such as example.com/x, of up to 2048 characters
    createdBy: "äääääääääääääääääääääääääääääääääääääää… → 400 "createdBy" must be 1 to 100 characters
    createdBy: {} → 400 "createdBy" must be a string
    id: "ace" → 400 "id" is not allowed
    createdAt: 0 → 400 "createdAt" is not allowed
    "#);
    assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"), "nothing should be written");
}

#[tokio::test]
async fn accept_text_up_to_the_maximum_length() {
    let (app, root) = with_grace().await;

    for badge in [
        json!({ "name": "ä".repeat(30), "description": "ä".repeat(130), "imageUrl": format!("https://example.com/{}", "i".repeat(2028)) }),
        json!({ "name": "Ace", "description": "Ace", "imageUrl": "example.com/i", "createdBy": "ä".repeat(100) }),
    ] {
        let _created = create(&app, &root, &badge).await.expect(200);
    }
}

/// One `BatchGetItem` request can read at most 100 items.
#[tokio::test]
async fn can_exceed_the_size_of_one_batch() {
    let (app, root) = with_grace().await;
    let mut expected = Vec::new();
    for n in 0..101 {
        let name = format!("Badge {n:03}");
        let id = badge(&app, &root, &name).await;
        let _awarded = award(&app, &root, "grace", &id).await.expect(204);
        expected.push(name);
    }
    app.clock.advance(Duration::from_secs(1));
    app.wire.reset();

    assert_eq!(names(&app, "grace").await, expected);
    assert_eq!(app.wire.take_operations(), ["GetItem", "BatchGetItem", "BatchGetItem"]);
}
