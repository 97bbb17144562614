//! `GET /users/self`

use crate::people::signed_up_ada;
use insta::assert_snapshot;
use testing::Fault;

#[tokio::test]
async fn is_the_callers() {
    let app = crate::start().await;
    let ada = signed_up_ada(&app).await;

    let own = app.get("/users/self").bearer(&ada).send().await;

    assert_snapshot!(own.shown(), @r#"
    200 {
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
    "#);
    assert_eq!(app.wire.take_operations(), ["GetItem"]);
    let plainly = app.get("/users/self?private=false").bearer(&ada).send().await;
    assert_eq!(plainly.shown(), own.shown());
}

#[tokio::test]
async fn includes_private_fields_on_request() {
    let app = crate::start().await;
    let ada = signed_up_ada(&app).await;

    let own = app.get("/users/self?private=true").bearer(&ada).send().await;

    assert_snapshot!(own.shown(), @r#"
    200 {
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
      "updated_at": 1710498600000,
      "email": "ada@example.com",
      "phone": 919876543210
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["GetItem"]);
}

#[tokio::test]
async fn omits_private_fields_that_are_not_set() {
    let app = crate::start().await;
    app.member("ada", &[]).await;

    let own = app.get("/users/self?private=true").bearer(&app.session("ada")).send().await.expect(200).json();

    assert_eq!([own.get("email"), own.get("phone")], [None, None]);
}

#[tokio::test]
async fn reports_a_failure_to_read_it() {
    let app = crate::start().await;
    let ada = signed_up_ada(&app).await;
    app.wire.disturb([Fault::Error(400, "AccessDeniedException")]);

    let failed = app.get("/users/self").bearer(&ada).send().await;

    assert_snapshot!(failed.shown(), @r#"
    500 {
      "statusCode": 500,
      "error": "Internal Server Error",
      "message": "An internal server error occurred"
    }
    "#);
}

#[tokio::test]
async fn rejects_invalid_parameters() {
    let app = crate::start().await;
    let ada = signed_up_ada(&app).await;
    let mut answers = Vec::new();

    for query in ["private=yes", "private=", "private", "private=TRUE", "private=true&private=false"] {
        let refused = app.get(&format!("/users/self?{query}")).bearer(&ada).send().await;
        answers.push(format!("{query}: {}", refused.expect(400).json()["message"]));
    }

    assert_snapshot!(answers.join("\n"), @r#"
    private=yes: "\"private\" must be true or false"
    private=: "\"private\" must be true or false"
    private: "\"private\" must be true or false"
    private=TRUE: "\"private\" must be true or false"
    private=true&private=false: "\"private\" must be given once"
    "#);
    assert!(app.wire.take_operations().is_empty());
    for ignored in ["dev=true", "%FF=1", "size=x", "private=false&private=false"] {
        let _own = app.get(&format!("/users/self?{ignored}")).bearer(&ada).send().await.expect(200);
    }
}
