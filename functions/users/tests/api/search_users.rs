//! `GET /users/search`

mod bad_input;
mod cost;

use crate::pages::{ids, page};
use crate::people::{named, with_superuser};
use http::Method;
use insta::assert_snapshot;
use serde_json::{Value, json};
use testing::TestApp;

/// Makes a change as the superuser.
async fn change(app: &TestApp, root: &str, method: Method, path: &str, body: &Value) {
    let changed = app.call(method, path).bearer(root).json(body).send().await;
    assert!(changed.status.is_success(), "{path}: {}", changed.shown());
    app.wire.reset();
}

async fn put_skill(app: &TestApp, root: &str, id: &str, tag: &str, (level, name, value): (&str, &str, i64)) {
    let skill = json!({ "tagName": tag, "levelId": level, "levelName": name, "levelValue": value });
    change(app, root, Method::PUT, &format!("/users/{id}/skills/{tag}"), &skill).await;
}

/// Starts the API with four different members: `ada` and `bob` are on Discord, `carol` is a full member and `dora` is
/// archived. Returns it with the superuser's session.
async fn with_community() -> (TestApp, String) {
    let (app, root) = with_superuser().await;
    for (id, username) in [("ada", "ADA-1"), ("bob", "bob-1"), ("carol", "Carol"), ("dora", "dora")] {
        named(&app, &root, id, username).await;
    }
    let discord = [
        ("ada", "2024-02-13T10:30:00.000Z", json!("799600467218923521")),
        ("bob", "2024-02-13T10:29:59.999Z", json!("799600467218923522")),
        ("dora", "2023-01-01T00:00:00.000Z", json!(null)),
    ];
    for (id, joined, account) in discord {
        let joined = json!({ "discordId": account, "in_discord": true, "discordJoinedAt": joined });
        change(&app, &root, Method::PATCH, &format!("/users/{id}/discord"), &joined).await;
    }
    let states = [("ada", "ONBOARDING"), ("bob", "ONBOARDING"), ("carol", "ACTIVE"), ("dora", "ONBOARDING")];
    for (id, state) in states {
        change(&app, &root, Method::PATCH, &format!("/users/status/{id}"), &json!({ "state": state })).await;
    }
    put_skill(&app, &root, "ada", "rust", ("l-1", "Junior & co", 1)).await;
    put_skill(&app, &root, "ada", "go", ("l-3", "Senior", 3)).await;
    put_skill(&app, &root, "bob", "rust", ("l-3", "Senior", 3)).await;
    put_skill(&app, &root, "dora", "rust", ("l-3", "Senior", 3)).await;
    for (id, roles) in [("carol", json!({ "member": true })), ("dora", json!({ "member": true, "archived": true }))] {
        change(&app, &root, Method::PATCH, &format!("/users/{id}/temporary/data"), &roles).await;
    }
    (app, root)
}

#[tokio::test]
async fn returns_the_results_with_links_and_their_count() {
    let (app, root) = with_community().await;

    let found = app.get("/users/search?size=1&verified=true&state=ONBOARDING&page=1").bearer(&root).send().await;

    assert_snapshot!(found.shown(), @r#"
    200 {
      "message": "Users found successfully!",
      "users": [
        {
          "id": "bob",
          "username": "bob-1",
          "first_name": "Grace",
          "last_name": "Hopper",
          "isMember": false,
          "discordId": "799600467218923522",
          "tokens": {},
          "badges": [],
          "roles": {
            "archived": false,
            "in_discord": true
          },
          "incompleteUserDetails": false,
          "discordJoinedAt": "2024-02-13T10:29:59.999Z",
          "created_at": 1710498600000,
          "updated_at": 1710498600000
        }
      ],
      "links": {
        "next": "",
        "prev": "/users/search?prev=bob&size=1&verified=true&state=ONBOARDING"
      },
      "count": 2
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["Query", "Query", "BatchGetItem"]);
}

#[tokio::test]
async fn reports_when_no_member_matches() {
    let (app, root) = with_community().await;

    let no_match = app.get("/users/search?state=IDLE").bearer(&root).send().await;

    assert_snapshot!(no_match.shown(), @r#"
    200 {
      "message": "No users found",
      "users": [],
      "links": {
        "next": "",
        "prev": ""
      },
      "count": 0
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["Query"]);
}

#[tokio::test]
async fn distinguishes_an_empty_page_from_no_match() {
    let (app, root) = with_community().await;

    let beyond = app.get("/users/search?state=ACTIVE&page=7").bearer(&root).send().await;

    assert_snapshot!(beyond.shown(), @r#"
    200 {
      "message": "Users found successfully!",
      "users": [],
      "links": {
        "next": "",
        "prev": "/users/search?size=100&state=ACTIVE"
      },
      "count": 1
    }
    "#);
}

#[tokio::test]
async fn supports_every_filter_and_combinations() {
    let (app, root) = with_community().await;
    let cases: [(&str, &[&str]); 44] = [
        // By skill: all skill filters must match the same skill.
        ("tagId=rust", &["ada", "bob"]),
        ("tagId=go", &["ada"]),
        ("tagId=RUST", &[]),
        ("tagId=rust&tagId=go", &["ada", "bob"]),
        ("levelId=l-3", &["ada", "bob"]),
        ("levelName=Junior+%26+co", &["ada"]),
        ("levelName=Junior%20%26%20co&levelName=Senior", &["ada", "bob"]),
        ("levelValue=3", &["ada", "bob"]),
        ("levelValue=-3", &[]),
        ("levelValue=1&levelValue=2", &["ada"]),
        ("tagId=rust&levelId=l-3", &["bob"]),
        ("tagId=rust&levelValue=3", &["bob"]),
        ("tagId=go&levelName=Senior&levelValue=3&levelId=l-3", &["ada"]),
        ("tagId=go&levelName=Junior+%26+co", &[]),
        ("levelId=l-1&levelValue=3", &[]),
        // By state.
        ("state=ACTIVE", &["carol"]),
        ("state=ACTIVE&state=ONBOARDING", &["ada", "bob", "carol"]),
        ("state=OOO&state=IDLE", &[]),
        // Exact to the millisecond: 31 days is not more than 31 days.
        ("state=ONBOARDING31DAYS", &["bob"]),
        ("state=ONBOARDING31DAYS&state=ACTIVE", &["bob", "carol"]),
        // By role.
        ("role=MEMBER", &["carol"]),
        ("role=member", &["carol"]),
        ("role=INDISCORD", &["ada", "bob"]),
        ("role=in_discord&role=MEMBER", &["ada", "bob", "carol"]),
        ("role=ARCHIVED", &["dora"]),
        ("role=archived", &["dora"]),
        ("role=ARCHIVED&role=MEMBER", &["carol", "dora"]),
        ("role=ARCHIVED&role=INDISCORD&role=MEMBER", &["ada", "bob", "carol", "dora"]),
        // By linked Discord account.
        ("verified=true", &["ada", "bob"]),
        ("verified=false", &["carol"]),
        ("verified=true&verified=false", &["ada", "bob", "carol"]),
        // By the time on Discord.
        ("time=31d", &["bob"]),
        ("time=30d", &["ada", "bob"]),
        ("time=0d", &["ada", "bob"]),
        ("time=00031d", &["bob"]),
        ("time=99999d", &[]),
        ("time=31d&time=30d", &["ada", "bob"]),
        // Combinations.
        ("role=INDISCORD&verified=true&state=ONBOARDING&tagId=rust&time=31d", &["bob"]),
        ("role=MEMBER&verified=true", &[]),
        ("role=ARCHIVED&tagId=rust", &["dora"]),
        ("role=ARCHIVED&verified=true", &[]),
        ("role=ARCHIVED&time=400d&state=ONBOARDING31DAYS&verified=false&levelValue=3", &["dora"]),
        ("role=ARCHIVED&time=500d", &[]),
        ("role=ARCHIVED&role=INDISCORD&tagId=rust&levelName=Senior", &["bob", "dora"]),
    ];
    for (query, expected) in cases {
        let found = page(&app, &root, &format!("/users/search?{query}")).await;
        assert_eq!(ids(&found.users), expected, "{query}");
        assert_eq!(found.count, Some(expected.len() as u64), "{query}");
        assert_eq!((&*found.next, &*found.prev), ("", ""), "{query}");
    }
}

#[tokio::test]
async fn counts_time_on_discord_only_for_members_who_are_there() {
    let (app, root) = with_community().await;

    change(&app, &root, Method::PATCH, "/users/bob/discord", &json!({ "in_discord": false })).await;
    for query in ["time=0d", "state=ONBOARDING31DAYS"] {
        let found = page(&app, &root, &format!("/users/search?{query}")).await;
        assert!(!found.ids().contains(&"bob".to_owned()), "{query}");
    }
    change(&app, &root, Method::PATCH, "/users/bob/discord", &json!({ "in_discord": true })).await;
    for query in ["time=31d", "state=ONBOARDING31DAYS"] {
        assert_eq!(page(&app, &root, &format!("/users/search?{query}")).await.ids(), ["bob"], "{query}");
    }
    // The results change over time without any write.
    app.clock.advance(std::time::Duration::from_millis(1));
    for query in ["time=31d", "state=ONBOARDING31DAYS"] {
        assert_eq!(page(&app, &root, &format!("/users/search?{query}")).await.ids(), ["ada", "bob"], "{query}");
    }
}

#[tokio::test]
async fn omits_members_without_a_username() {
    let (app, root) = with_superuser().await;
    app.member("nameless", &["member", "in_discord"]).await;
    app.member("gone", &["member", "archived"]).await;
    let discord = json!({ "discordId": "799600467218900001", "discordJoinedAt": "2023-01-01T00:00:00.000Z" });
    change(&app, &root, Method::PATCH, "/users/nameless/discord", &discord).await;
    change(&app, &root, Method::PATCH, "/users/status/nameless", &json!({ "state": "ACTIVE" })).await;
    put_skill(&app, &root, "nameless", "rust", ("l-1", "Junior", 1)).await;

    let all = [
        "role=MEMBER",
        "role=INDISCORD",
        "role=ARCHIVED",
        "verified=true",
        "verified=false",
        "state=ACTIVE",
        "time=1d",
        "tagId=rust",
    ];
    for query in all {
        assert_eq!(page(&app, &root, &format!("/users/search?{query}")).await.count, Some(0), "{query}");
    }
    let own = app.session("nameless");
    change(&app, &own, Method::PATCH, "/users/self", &json!({ "username": "Named" })).await;
    for query in ["role=MEMBER", "role=INDISCORD", "verified=true", "state=ACTIVE", "time=1d", "tagId=rust"] {
        assert_eq!(page(&app, &root, &format!("/users/search?{query}")).await.ids(), ["nameless"], "{query}");
    }
}

#[tokio::test]
async fn repeats_the_encoded_filters_in_links() {
    let (app, root) = with_community().await;
    let given = "role=in_discord&levelName=Junior+%26+co&size=1&levelName=Senior&dev=true&time=0d&state=ONBOARDING";

    let first = page(&app, &root, &format!("/users/search?{given}")).await;
    let rest = "&size=1&role=in_discord&levelName=Junior%20%26%20co&levelName=Senior&time=0d&state=ONBOARDING";
    assert_eq!((first.ids(), first.count), (vec!["ada".to_owned()], Some(2)));
    assert_eq!((&*first.next, &*first.prev), (&*format!("/users/search?next=ada{rest}"), ""));

    let second = page(&app, &root, &first.next).await;
    assert_eq!((second.ids(), second.count), (vec!["bob".to_owned()], Some(2)));
    assert_eq!((&*second.next, &*second.prev), ("", &*format!("/users/search?prev=bob{rest}")));
    assert_eq!(page(&app, &root, &second.prev).await, first);
}

#[tokio::test]
async fn continues_from_a_member_who_no_longer_matches() {
    let (app, root) = with_community().await;
    let query = "role=INDISCORD&role=MEMBER&size=1";
    let first = page(&app, &root, &format!("/users/search?{query}")).await;
    let second = page(&app, &root, &first.next).await;
    assert_eq!(second.ids(), ["bob"]);

    change(&app, &root, Method::PATCH, "/users/bob/temporary/data", &json!({ "archived": true })).await;
    let third = page(&app, &root, &second.next).await;
    assert_eq!((third.ids(), third.count), (vec!["carol".to_owned()], Some(2)));
    assert_eq!(page(&app, &root, &third.prev).await.ids(), ["ada"]);
}
