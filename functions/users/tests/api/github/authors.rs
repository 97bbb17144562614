//! Whom the answer names.

use super::{Found, Scene};
use insta::assert_snapshot;
use serde_json::json;

#[tokio::test]
async fn answers_who_authored_it_in_its_order_each_once() {
    let scene = Scene::with(Found::by(&["eve", "ADAL", "eve", "bob", "adal"])).await;

    let answer = scene.ask("filterBy:OPEN_PRS").await;

    assert_snapshot!(answer.shown(), @r#"
    200 {
      "message": "Users returned successfully!",
      "users": [
        {
          "id": "eve",
          "username": "eve-of-github",
          "first_name": "Ada",
          "last_name": "Lovelace",
          "github_id": "eve",
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
        },
        {
          "id": "ada",
          "username": "ada-of-github",
          "first_name": "Ada",
          "last_name": "Lovelace",
          "github_id": "AdaL",
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
        },
        {
          "id": "bob",
          "username": "bob-of-github",
          "first_name": "Ada",
          "last_name": "Lovelace",
          "github_id": "bob",
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
      ],
      "links": {
        "next": "",
        "prev": ""
      }
    }
    "#);
    // Whose the logins are, and these members.
    assert_eq!(scene.app.wire.take_operations(), ["BatchGetItem", "BatchGetItem"]);
}

#[tokio::test]
async fn answers_nobody_where_nothing_is_found() {
    let scene = Scene::with(Found::by(&[])).await;

    assert_snapshot!(scene.ask("filterBy:OPEN_ISSUES").await.shown(), @r#"
    200 {
      "message": "Users returned successfully!",
      "users": [],
      "links": {
        "next": "",
        "prev": ""
      }
    }
    "#);
    assert_eq!(scene.app.wire.take_operations(), [""; 0]);
}

#[tokio::test]
async fn leaves_out_who_is_not_a_member_here() {
    let mut found = Found::by(&["stranger", "dependabot[bot]", "bob"]);
    // A deleted account.
    found.items.insert(0, json!({ "user": null }));
    found.items.push(json!({}));
    let scene = Scene::with(found).await;

    assert_eq!(scene.ids("filterBy:OPEN_PRS").await, ["bob"]);
}

#[tokio::test]
async fn leaves_out_who_is_archived_or_has_no_username() {
    let scene = Scene::with(Found::by(&["eve", "nameless", "bob"])).await;
    let root = scene.app.session("root");
    let nameless = json!({ "id": "nameless", "first_name": "A", "last_name": "B", "github_id": "nameless" });
    let _made = scene.app.post("/users").bearer(&root).json(&nameless).send().await.expect(200);
    let away = scene.app.patch("/users/eve/temporary/data").bearer(&root).json(&json!({ "archived": true }));
    let _away = away.send().await.expect(200);

    assert_eq!(scene.ids("filterBy:OPEN_PRS").await, ["bob"]);
}

/// GitHub cannot sort by when something was closed or merged: `eve`'s was updated last, and closed first.
#[tokio::test]
async fn puts_what_was_closed_or_merged_in_the_order_of_that() {
    let closed = |login: &str, at: &str| json!({ "user": { "login": login }, "closed_at": at });
    let found = || {
        Found::new(vec![
            closed("eve", "2024-01-01T00:00:00Z"),
            closed("bob", "2024-01-02T00:00:00Z"),
            closed("AdaL", "2024-01-03T00:00:00Z"),
            closed("bob", "2023-12-31T00:00:00Z"),
        ])
    };
    let scene = Scene::with(found()).await;
    for filter in ["MERGED_PRS", "CLOSED_ISSUES"] {
        assert_eq!(scene.ids(&format!("filterBy:{filter}")).await, ["ada", "bob", "eve"]);
        assert_eq!(scene.ids(&format!("filterBy:{filter}+sortBy:OLDEST_FIRST")).await, ["bob", "eve", "ada"]);
    }
    // What is open is in GitHub's order.
    assert_eq!(scene.ids("filterBy:OPEN_PRS").await, ["eve", "bob", "ada"]);
}

#[tokio::test]
async fn reads_page_after_page_up_to_the_thousand_that_github_gives() {
    // How many are found; how many of them GitHub says there are; how many pages are asked for.
    for (found, total_count, pages) in [(99, 99, 1), (100, 100, 1), (101, 101, 2), (1000, 1000, 10), (1100, 5000, 10)] {
        let mut logins = vec!["stranger"; found - 1];
        logins.insert(found.min(1000) - 1, "bob");
        let scene = Scene::with(Found { total_count, ..Found::by(&logins) }).await;

        assert_eq!(scene.ids("filterBy:OPEN_PRS").await, ["bob"], "{found}");

        assert_eq!(scene.asked().await.len(), pages, "{found}");
    }
}
