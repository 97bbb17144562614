//! `archiveUsers`

use super::{act, archive, with_people, with_root};
use crate::people::seen;
use crate::stored::Stored;
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use testing::{Fault, TestApp};
use tokio::task::JoinSet;

/// The ids in a list of an answer, sorted: members are archived side by side.
fn ids(list: &Value) -> Vec<&str> {
    let mut ids: Vec<_> = list.as_array().expect("a list").iter().filter_map(|one| one["id"].as_str()).collect();
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn archives_who_is_not_on_discord() {
    let (app, root) = with_people().await;

    let done = act(&app, &root, "", &json!({ "action": "archiveUsers" })).await;

    assert_snapshot!(done.shown(), @r#"
    200 {
      "message": "Successfully updated users archived role to true if in_discord role is false",
      "data": {
        "totalUsers": 2,
        "totalUsersArchived": 2,
        "totalOperationsFailed": 0
      }
    }
    "#);
    let operations = ["GetItem", "Query", "BatchGetItem", "TransactWriteItems", "TransactWriteItems"];
    assert_eq!(app.wire.take_operations(), operations);
    assert_eq!(seen(&app, "ada").await["roles"], json!({ "archived": true, "in_discord": false }));
    assert_eq!(seen(&app, "bob").await["roles"], json!({ "archived": true, "in_discord": false, "member": true }));
    assert_eq!(seen(&app, "eve").await["roles"], json!({ "archived": false, "in_discord": true }));
}

#[tokio::test]
async fn says_who_was_archived_when_asked_to() {
    let (app, root) = with_people().await;

    assert_snapshot!(archive(&app, &root).await.shown(), @r#"
    200 {
      "message": "Successfully updated users archived role to true if in_discord role is false",
      "data": {
        "totalUsers": 2,
        "totalUsersArchived": 2,
        "totalOperationsFailed": 0,
        "updatedUserDetails": [
          {
            "id": "ada",
            "firstName": "Ada",
            "lastName": "Lovelace"
          },
          {
            "id": "bob",
            "firstName": "Bob",
            "lastName": "Taylor"
          }
        ],
        "failedUserDetails": []
      }
    }
    "#);
}

#[tokio::test]
async fn says_that_there_was_nobody() {
    let (app, root) = with_people().await;
    let _first = archive(&app, &root).await.expect(200);
    app.wire.reset();

    assert_snapshot!(act(&app, &root, "?debug=false", &json!({ "action": "archiveUsers" })).await.shown(), @r#"
    200 {
      "message": "Couldn't find any users currently inactive in Discord but not archived.",
      "data": {
        "totalUsers": 0,
        "totalUsersArchived": 0,
        "totalOperationsFailed": 0
      }
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["GetItem", "Query"]);
    assert_snapshot!(archive(&app, &root).await.shown(), @r#"
    200 {
      "message": "Couldn't find any users currently inactive in Discord but not archived.",
      "data": {
        "totalUsers": 0,
        "totalUsersArchived": 0,
        "totalOperationsFailed": 0,
        "updatedUserDetails": [],
        "failedUserDetails": []
      }
    }
    "#);
}

/// A person's explicit wish: neither the first days nor the share count.
#[tokio::test]
async fn is_not_held_back() {
    let (app, root) = with_root().await;
    for number in 0..12 {
        app.member(&format!("off-{number}"), &[]).await;
    }

    let done = archive(&app, &root).await.expect(200).json();

    assert_eq!(done["data"]["totalUsersArchived"], 12);
}

#[tokio::test]
async fn lists_all_however_many() {
    let (app, root) = with_root().await;
    for number in 0..130 {
        app.member(&format!("off-{number:03}"), &[]).await;
    }

    let done = archive(&app, &root).await.expect(200).json();

    let all: Vec<String> = (0..130).map(|number| format!("off-{number:03}")).collect();
    assert_eq!(ids(&done["data"]["updatedUserDetails"]), all);
    assert_eq!(done["data"]["totalUsers"], 130);
    assert_eq!(done["data"]["totalUsersArchived"], 130);
    assert_eq!(done["data"]["totalOperationsFailed"], 0);
    let mut cost = vec!["GetItem", "Query", "BatchGetItem", "BatchGetItem"];
    cost.resize(4 + 130, "TransactWriteItems");
    assert_eq!(app.wire.take_operations(), cost);
}

#[tokio::test]
async fn takes_them_off_every_list_but_that_of_the_archived() {
    let (app, root) = with_people().await;
    let usernames = async |path: &str| {
        let listed = app.get(path).bearer(&root).send().await.expect(200).json();
        let listed = listed["users"].as_array().expect("a list").clone();
        listed.iter().map(|member| member["username"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(usernames("/users").await, ["Bobby", "Evelyn"]);
    assert_eq!(usernames("/users/search?role=MEMBER").await, ["Bobby"]);

    let _done = archive(&app, &root).await.expect(200);

    assert_eq!(usernames("/users").await, ["Evelyn"]);
    assert_eq!(usernames("/users?search=b").await, [""; 0]);
    assert_eq!(usernames("/users/search?role=MEMBER").await, [""; 0]);
    assert_eq!(usernames("/users/search?verified=true").await, ["Evelyn"]);
    assert_eq!(usernames("/users/search?role=ARCHIVED").await, ["Bobby"]);
    assert_eq!(usernames("/users/search?role=ARCHIVED&verified=true").await, ["Bobby"]);
    assert_eq!(app.get("/users/BOBBY").send().await.expect(200).json()["user"]["id"], "bob");
}

#[tokio::test]
async fn touches_no_other_field() {
    let (app, root) = with_people().await;
    let stored = Stored::of(&app);
    let mut before = stored.items().await;
    app.clock.advance(Duration::from_secs(1));

    let _done = archive(&app, &root).await.expect(200);

    let mut after = stored.items().await;
    for items in [&mut before, &mut after] {
        items.retain(|key, _| !key.starts_with("FACET#") && !key.contains("AUDIT#"));
        for member in ["MEMBER#ada MEMBER", "MEMBER#bob MEMBER"] {
            let member = items.get_mut(member).expect("it is there");
            // When and by which request it was changed.
            for own in ["roles", "updated_at", "version", "operation"] {
                member.remove(own);
            }
        }
    }
    assert_eq!(after, before);
}

#[tokio::test]
async fn leaves_a_record_of_who_did_it() {
    let (app, root) = with_people().await;

    let _done = archive(&app, &root).await.expect(200);

    assert_snapshot!(Stored::of(&app).audits().await, @"
    2024-03-15T10:30:00.000Z MEMBER#ada archived: true by root (not on Discord)
    2024-03-15T10:30:00.000Z MEMBER#bob archived: true by root (not on Discord)
    ");
}

/// The transaction that archives Bob arrives only after he is recorded as being on Discord.
#[tokio::test(flavor = "multi_thread")]
async fn spares_who_joins_discord_meanwhile() {
    let (app, root) = with_people().await;
    let (app, root): (_, Arc<str>) = (Arc::new(app), root.into());
    let late = Fault::Delay(Duration::from_secs(1));
    app.wire.disturb([Fault::None, Fault::None, Fault::None, late.clone(), late]);
    let run = tokio::spawn({
        let (app, root) = (app.clone(), root.clone());
        async move { archive(&app, &root).await }
    });
    let mut sent = 0;
    while sent < 5 {
        tokio::time::sleep(Duration::from_millis(1)).await;
        sent += app.wire.take_operations().len();
    }

    let joined = json!({ "in_discord": true });
    let _bob = app.patch("/users/bob/discord").bearer(&root).json(&joined).send().await.expect(200);

    let done = run.await.unwrap().expect(200).json();
    assert_eq!(done["data"]["totalUsers"], 1);
    assert_eq!(ids(&done["data"]["updatedUserDetails"]), ["ada"]);
    assert_eq!(seen(&app, "bob").await["roles"], json!({ "archived": false, "in_discord": true, "member": true }));
}

#[tokio::test(flavor = "multi_thread")]
async fn archives_each_once_however_many_ask_for_it() {
    let (app, root) = with_root().await;
    for number in 0..30 {
        app.member(&format!("off-{number}"), &[]).await;
    }
    let (app, root): (_, Arc<str>) = (Arc::new(app), root.into());
    let mut requests = JoinSet::new();
    for _ in 0..3 {
        let (app, root) = (app.clone(), root.clone());
        requests.spawn(async move { archive(&app, &root).await.expect(200).json() });
    }

    let done = requests.join_all().await;

    let total = |name: &str| done.iter().map(|done| done["data"][name].as_u64().expect("a number")).sum::<u64>();
    assert_eq!(total("totalUsers"), 30);
    assert_eq!(total("totalUsersArchived"), 30);
    assert_eq!(total("totalOperationsFailed"), 0);
    assert_eq!(Stored::of(&app).audits().await.lines().count(), 30);
}

/// Somebody who archives and goes away stops it; who asks again goes on.
#[tokio::test(flavor = "multi_thread")]
async fn goes_on_where_a_request_was_broken_off() {
    let (app, root) = with_root().await;
    for number in 0..40 {
        app.member(&format!("off-{number}"), &[]).await;
    }
    let before = async |app: &TestApp| Stored::of(app).audits().await.lines().count() as u64;
    app.wire.disturb([const { Fault::None }; 20]);
    app.wire.disturb_all(Fault::Delay(Duration::from_millis(50)));
    tokio::select! {
        answer = archive(&app, &root) => panic!("it was through: {}", answer.shown()),
        () = app.wire.one_held_back() => {}
    }
    app.wire.all_arrived().await;
    app.wire.reset();
    let archived = before(&app).await;
    assert!((1..40).contains(&archived), "{archived} were archived");

    let done = archive(&app, &root).await.expect(200).json();

    assert_eq!(done["data"]["totalUsersArchived"], 40 - archived);
    assert_eq!(before(&app).await, 40);
}
