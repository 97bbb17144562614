//! Which members the response contains, and in which order.

use super::{Found, Scene};
use insta::assert_snapshot;
use serde_json::json;

#[tokio::test]
async fn are_listed_once_each_in_githubs_order() {
    let scene = Scene::with(Found::by(&["eve", "ADAL", "eve", "bob", "adal"])).await;

    let answer = scene.search("filterBy:OPEN_PRS").await;

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
    // One read to map the logins to members, and one to read the members.
    assert_eq!(scene.app.wire.take_operations(), ["BatchGetItem", "BatchGetItem"]);
}

#[tokio::test]
async fn are_none_if_github_finds_nothing() {
    let scene = Scene::with(Found::by(&[])).await;

    assert_snapshot!(scene.search("filterBy:OPEN_ISSUES").await.shown(), @r#"
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
async fn are_omitted_if_they_are_not_members() {
    let mut found = Found::by(&["stranger", "dependabot[bot]", "bob"]);
    // A deleted account.
    found.items.insert(0, json!({ "user": null }));
    found.items.push(json!({}));
    let scene = Scene::with(found).await;

    assert_eq!(scene.ids("filterBy:OPEN_PRS").await, ["bob"]);
}

#[tokio::test]
async fn are_omitted_if_archived_or_without_a_username() {
    let scene = Scene::with(Found::by(&["eve", "nameless", "bob"])).await;
    let root = scene.app.session("root");
    let nameless = json!({ "id": "nameless", "first_name": "A", "last_name": "B", "github_id": "nameless" });
    let _created = scene.app.post("/users").bearer(&root).json(&nameless).send().await.expect(200);
    let away = scene.app.patch("/users/eve/temporary/data").bearer(&root).json(&json!({ "archived": true }));
    let _archived = away.send().await.expect(200);

    assert_eq!(scene.ids("filterBy:OPEN_PRS").await, ["bob"]);
}

/// GitHub cannot sort by the time something was closed or merged. `eve`'s was updated last but closed first.
#[tokio::test]
async fn are_sorted_by_when_the_work_was_closed_or_merged() {
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
    // Open issues and pull requests stay in GitHub's order.
    assert_eq!(scene.ids("filterBy:OPEN_PRS").await, ["eve", "bob", "ada"]);
}

#[tokio::test]
async fn are_read_from_up_to_a_thousand_results() {
    // The number of results, the total that GitHub reports, and the number of pages that are requested.
    for (found, total_count, pages) in [(99, 99, 1), (100, 100, 1), (101, 101, 2), (1000, 1000, 10), (1100, 5000, 10)] {
        let mut logins = vec!["stranger"; found - 1];
        logins.insert(found.min(1000) - 1, "bob");
        let scene = Scene::with(Found { total_count, ..Found::by(&logins) }).await;

        assert_eq!(scene.ids("filterBy:OPEN_PRS").await, ["bob"], "{found}");

        assert_eq!(scene.received_requests().await.len(), pages, "{found}");
    }
}
