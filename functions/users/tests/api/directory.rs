//! `GET /users/userId/{userId}`, `GET /users/{username}` and `GET /users/isUsernameAvailable/{username}`

use crate::people::{ada, named, sign_up, signed_up_ada, with_superuser};
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::time::Duration;
use testing::Fault;

fn not_found() -> Value {
    json!({ "statusCode": 404, "error": "Not Found", "message": "User doesn't exist" })
}

#[tokio::test]
async fn finds_a_member_by_id_without_a_session() {
    let app = crate::start().await;
    signed_up_ada(&app).await;

    let found = app.get("/users/userId/ada").send().await;

    assert_snapshot!(found.shown(), @r#"
    200 {
      "message": "User returned successfully!",
      "user": {
        "id": "ada",
        "username": "Ada-Lovelace",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "yoe": 3,
        "company": "Analytical Engines",
        "designation": "Programmer",
        "img": "https://example.com/ada.png",
        "linkedin_id": "ada-lovelace",
        "twitter_id": "ada",
        "instagram_id": "ada.l",
        "website": "https://ada.example.com",
        "github_id": "AdaL",
        "github_user_id": "1815",
        "github_display_name": "Ada, Countess of Lovelace",
        "isMember": false,
        "tokens": {},
        "badges": [],
        "roles": {
          "archived": false,
          "in_discord": false
        },
        "incompleteUserDetails": false,
        "created_at": 1710498600000,
        "updated_at": 1710498600000
      }
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["GetItem"]);
}

#[tokio::test]
async fn finds_a_member_by_username_in_any_case_without_a_session() {
    let app = crate::start().await;
    signed_up_ada(&app).await;
    let by_id = app.get("/users/userId/ada").send().await.expect(200).shown();
    app.wire.reset();

    for username in ["Ada-Lovelace", "ada-lovelace", "ADA-LOVELACE", "aDA%2dlOVELACE"] {
        let found = app.get(&format!("/users/{username}")).send().await;
        assert_eq!(found.shown(), by_id, "{username}");
        assert_eq!(app.wire.take_operations(), ["GetItem", "GetItem"]);
    }
}

#[tokio::test]
async fn shows_members_who_are_archived_or_have_no_username() {
    let (app, root) = with_superuser().await;
    named(&app, &root, "grace", "Grace-1").await;
    let archive = json!({ "archived": true });
    let _archived = app.patch("/users/grace/temporary/data").bearer(&root).json(&archive).send().await.expect(200);

    let by_id = app.get("/users/userId/grace").send().await.expect(200);
    assert_eq!(by_id.json()["user"]["roles"]["archived"], json!(true));
    assert_eq!(app.get("/users/grace-1").send().await.shown(), by_id.shown());
    let nameless = app.get("/users/userId/root").send().await.expect(200).json();
    assert_eq!(nameless["user"].get("username"), None);
    assert_eq!(nameless["user"]["incompleteUserDetails"], json!(true));
}

#[tokio::test]
async fn cannot_find_unknown_ids_and_usernames() {
    let app = crate::start().await;
    signed_up_ada(&app).await;
    let overlong = "a".repeat(5_000);
    let ill_formed = ["%20", "a%23da", "a.b.c", "%C3%A4%C3%A4%C3%A4%C3%A4", "ada%20", "%00ada", "a%2Fda-b", &overlong];

    // Ids are case-sensitive, and a username is not an id.
    for id in ["nobody", "ADA", "Ada-Lovelace"] {
        let unknown = app.get(&format!("/users/userId/{id}")).send().await;
        assert_eq!((unknown.status.as_u16(), unknown.json()), (404, not_found()), "{id}");
        assert_eq!(app.wire.take_operations(), ["GetItem"], "{id}");
    }
    for username in ["ada-lovelac", "nobody", "ADA-LOVELACE-"] {
        let unknown = app.get(&format!("/users/{username}")).send().await;
        assert_eq!((unknown.status.as_u16(), unknown.json()), (404, not_found()), "{username}");
        assert_eq!(app.wire.take_operations(), ["GetItem"], "{username}");
    }
    // These are neither valid ids nor valid usernames.
    for path in ill_formed.map(|id| format!("userId/{id}")).iter().chain(&ill_formed.map(str::to_owned)) {
        let unknown = app.get(&format!("/users/{path}")).send().await;
        assert_eq!((unknown.status.as_u16(), unknown.json()), (404, not_found()), "{path}");
    }
    for reserved in ["ada", "undefined", "NULL", "badges", "userId", "isUsernameAvailable", "temporary"] {
        let unknown = app.get(&format!("/users/{reserved}")).send().await;
        assert_eq!((unknown.status.as_u16(), unknown.json()), (404, not_found()), "{reserved}");
    }
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn rejects_a_path_that_is_not_valid_utf_8() {
    let app = crate::start().await;

    for path in ["userId/%FF", "%FFaaaa"] {
        let refused = app.get(&format!("/users/{path}")).send().await;
        let message = "Path must be percent-encoded UTF-8";
        assert_eq!(refused.json(), json!({ "statusCode": 400, "error": "Bad Request", "message": message }), "{path}");
    }
}

#[tokio::test]
async fn reports_a_username_as_available_until_it_is_taken_in_any_case() {
    let (app, root) = with_superuser().await;
    // The caller does not have to be a member yet.
    let stranger = app.session("stranger");

    let free = app.get("/users/isUsernameAvailable/Ada-Lovelace").bearer(&stranger).send().await;
    assert_snapshot!(free.shown(), @r#"
    200 {
      "isUsernameAvailable": true
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["GetItem"]);

    let mut draft = ada();
    draft["id"] = json!("ada");
    let _ada = sign_up(&app, &root, &draft).await.expect(200);
    for username in ["Ada-Lovelace", "ada-lovelace", "ADA-LOVELACE"] {
        let taken = app.get(&format!("/users/isUsernameAvailable/{username}")).bearer(&stranger).send().await;
        assert_eq!(taken.shown(), "200 {\n  \"isUsernameAvailable\": false\n}", "{username}");
    }
    let archive = json!({ "archived": true });
    let _archived = app.patch("/users/ada/temporary/data").bearer(&root).json(&archive).send().await.expect(200);
    let taken = app.get("/users/isUsernameAvailable/ada-lovelace").bearer(&stranger).send().await;
    assert_eq!(taken.shown(), "200 {\n  \"isUsernameAvailable\": false\n}");
}

#[tokio::test]
async fn reports_reserved_and_malformed_usernames_as_unavailable() {
    let app = crate::start().await;
    let session = app.session("stranger");
    let longest = "a".repeat(32);
    let available = ["four", "a-b-", "----", "0000", &longest, "selfish", "search-1", "nullable", "Undefined1"];
    let reserved = [
        "self",
        "Search",
        "userId",
        "USERID",
        "isUsernameAvailable",
        "status",
        "username",
        "fetchUsersData",
        "badges",
        "skills",
        "discord",
        "temporary",
        "undefined",
        "NULL",
    ];
    let overlong = "a".repeat(33);
    let ill_formed = [
        "abc",
        "a",
        &overlong,
        "under_score",
        "with%20space",
        "dot.ted",
        "%C3%A4pfel",
        "a%2Fbcd",
        "a%23bcd",
        "abcd%00",
    ];

    for username in available {
        let answer = app.get(&format!("/users/isUsernameAvailable/{username}")).bearer(&session).send().await;
        assert_eq!(answer.json(), json!({ "isUsernameAvailable": true }), "{username}");
        assert_eq!(app.wire.take_operations(), ["GetItem"], "{username}");
    }
    for username in reserved.into_iter().chain(ill_formed) {
        let answer = app.get(&format!("/users/isUsernameAvailable/{username}")).bearer(&session).send().await;
        assert_eq!(answer.json(), json!({ "isUsernameAvailable": false }), "{username}");
    }
    assert!(app.wire.take_operations().is_empty());
}

/// Signing up succeeds exactly for the usernames that are reported as available.
#[tokio::test]
async fn agrees_with_signing_up_about_availability() {
    let (app, root) = with_superuser().await;
    named(&app, &root, "first", "Taken-1").await;

    for (number, username) in ["taken-1", "self", "abc", "free", "TAKEN-2", "taken-2"].into_iter().enumerate() {
        let path = format!("/users/isUsernameAvailable/{username}");
        let available = app.get(&path).bearer(&root).send().await.expect(200).json()["isUsernameAvailable"].clone();
        let draft = json!({ "id": format!("m-{number}"), "username": username, "first_name": "A", "last_name": "B" });
        let signed_up = sign_up(&app, &root, &draft).await.status;
        assert_eq!(available, json!(signed_up.is_success()), "{username}");
    }
}

#[tokio::test]
async fn requires_a_session_for_availability() {
    let app = crate::start().await;

    for username in ["four", "self"] {
        let refused = app.get(&format!("/users/isUsernameAvailable/{username}")).send().await;
        assert_eq!(
            refused.json(),
            json!({ "statusCode": 401, "error": "Unauthorized", "message": "Unauthenticated User" })
        );
    }
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn reports_dynamodb_failures_in_each_routes_format() {
    let app = crate::start().await;
    let session = signed_up_ada(&app).await;
    let impatient = app.another_instance(Duration::from_millis(100));
    let unavailable = (503, "Service Unavailable", "Something went wrong please contact admin");
    let cases = [
        ("/users/userId/ada", unavailable),
        ("/users/ada-lovelace", unavailable),
        ("/users", unavailable),
        ("/users?next=ada", unavailable),
        ("/users?profile=true", unavailable),
        ("/users?id=ada", unavailable),
        ("/users?discordId=799600467218923521", unavailable),
        ("/users/search?role=MEMBER", (503, "Service Unavailable", "Something went wrong, please contact admin")),
        (
            "/users/isUsernameAvailable/ada-lovelace",
            (500, "Internal Server Error", "An internal server error occurred"),
        ),
    ];
    for fault in
        [Fault::Error(400, "AccessDeniedException"), Fault::Error(400, "ThrottlingException"), Fault::CutBefore]
    {
        for (path, (status, error, message)) in cases {
            app.wire.disturb_all(fault.clone());
            let failed = impatient.get(path).bearer(&session).send().await;
            assert_eq!(failed.status, status, "{path} with {fault:?}");
            let expected = json!({ "statusCode": status, "error": error, "message": message });
            assert_eq!(failed.json(), expected, "{path} with {fault:?}");
            app.wire.reset();
        }
    }
}
