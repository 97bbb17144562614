//! `nonVerifiedDiscordUsers`

use super::{act, with_people, with_root};
use insta::assert_snapshot;
use serde_json::{Value, json};
use testing::{Answer, Stored, TestApp};

async fn unverified(app: &TestApp, root: &str) -> Answer {
    act(app, root, "", &json!({ "action": "nonVerifiedDiscordUsers" })).await
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["data"]["users"]
        .as_array()
        .expect("`users` should be an array")
        .iter()
        .filter_map(|user| user["id"].as_str())
        .collect()
}

#[tokio::test]
async fn lists_members_without_a_linked_account_and_changes_nothing() {
    let (app, root) = with_people().await;
    let before = Stored::of(&app).items().await;

    let listed = unverified(&app, &root).await;

    assert_snapshot!(listed.shown(), @r#"
    200 {
      "message": "Users not verified in Discord returned successfully!",
      "data": {
        "totalUsers": 2,
        "totalUsersArchived": 0,
        "totalOperationsFailed": 0,
        "users": [
          {
            "id": "ada",
            "first_name": "Ada",
            "last_name": "Lovelace",
            "isMember": false,
            "tokens": {},
            "badges": [],
            "roles": {
              "archived": false,
              "in_discord": false
            },
            "incompleteUserDetails": true,
            "created_at": 1710498600000,
            "updated_at": 1710498600000
          },
          {
            "id": "root",
            "first_name": "Ada",
            "last_name": "Lovelace",
            "isMember": false,
            "tokens": {},
            "badges": [],
            "roles": {
              "archived": false,
              "in_discord": true,
              "super_user": true
            },
            "incompleteUserDetails": true,
            "created_at": 1710498600000,
            "updated_at": 1710498600000
          }
        ],
        "next": null
      }
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["GetItem", "Query", "BatchGetItem"]);
    assert_eq!(Stored::of(&app).items().await, before);
}

#[tokio::test]
async fn reflects_linking_and_archiving() {
    let (app, root) = with_people().await;
    let change = async |path: &str, body: Value| {
        let _changed = app.patch(path).bearer(&root).json(&body).send().await.expect(200);
    };

    change("/users/bob/discord", json!({ "discordId": null })).await;
    change("/users/root/discord", json!({ "discordId": "799600467218900104" })).await;
    assert_eq!(ids(&unverified(&app, &root).await.expect(200).json()), ["ada", "bob"]);

    change("/users/ada/temporary/data", json!({ "archived": true })).await;
    assert_eq!(ids(&unverified(&app, &root).await.expect(200).json()), ["bob"]);

    change("/users/bob/discord", json!({ "discordId": "799600467218900102" })).await;
    let empty = unverified(&app, &root).await.expect(200).json();
    assert_eq!(ids(&empty), [""; 0]);
    assert_eq!(empty["data"]["totalUsers"], 0);
}

#[tokio::test]
async fn lists_a_page_at_a_time_with_or_without_debug() {
    let (app, root) = with_root().await;
    for number in 0..120 {
        app.member(&format!("off-{number:03}"), &[]).await;
    }
    let action = json!({ "action": "nonVerifiedDiscordUsers" });

    let all = act(&app, &root, "?debug=true", &action).await.expect(200).json();
    assert_eq!(app.wire.take_operations(), ["GetItem", "Query", "BatchGetItem", "BatchGetItem"]);
    assert_eq!((&all["data"]["totalUsers"], &all["data"]["next"]), (&json!(121), &json!(null)));

    let (mut listed, mut next) = (Vec::new(), String::new());
    for size in [100, 20, 1] {
        let page = act(&app, &root, &format!("?size={size}{next}"), &action).await.expect(200).json();
        // The second query counts all of them.
        assert_eq!(app.wire.take_operations(), ["GetItem", "Query", "Query", "BatchGetItem"]);
        assert_eq!((ids(&page).len(), &page["data"]["totalUsers"]), (size, &json!(121)));
        listed.extend(ids(&page).into_iter().map(str::to_owned));
        next = page["data"]["next"].as_str().map(|id| format!("&next={id}")).unwrap_or_default();
    }
    assert_eq!((listed, next.as_str()), (ids(&all).into_iter().map(str::to_owned).collect(), ""));
}

#[tokio::test]
async fn refuses_other_sizes_and_positions() {
    let (app, root) = with_root().await;
    let mut refused = Vec::new();
    for query in ["size=0", "size=1001", "size=x", "next=", "next=a%20b"] {
        let answer = act(&app, &root, &format!("?{query}"), &json!({ "action": "nonVerifiedDiscordUsers" })).await;
        refused.push(format!("{query}: {}", answer.expect(400).json()["message"]));
    }
    assert_snapshot!(refused.join("\n"), @r#"
    size=0: "size must be in range 1-1000"
    size=1001: "size must be in range 1-1000"
    size=x: "size must be in range 1-1000"
    next=: "\"next\" must be the id of a member"
    next=a%20b: "\"next\" must be the id of a member"
    "#);
}
