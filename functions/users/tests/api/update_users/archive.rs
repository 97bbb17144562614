//! `archiveUsers`

use super::{act, archive, with_people, with_root};
use crate::people::seen;
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use testing::{Fault, Stored, TestApp};
use tokio::task::JoinSet;

/// Returns the sorted ids in a list from a response. Members are archived concurrently, so the list is in any order.
fn ids(list: &Value) -> Vec<&str> {
    let mut ids: Vec<_> =
        list.as_array().expect("the list should be an array").iter().filter_map(|one| one["id"].as_str()).collect();
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn archives_members_who_are_not_on_discord() {
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

/// Else nobody could undo it.
#[tokio::test]
async fn leaves_superusers_alone() {
    let (app, _) = crate::people::with_superuser().await;

    let done = archive(&app, &app.session("root")).await.expect(200).json();

    assert_eq!(done["data"]["totalUsers"], 0);
    assert_eq!(
        seen(&app, "root").await["roles"],
        json!({ "archived": false, "in_discord": false, "super_user": true })
    );
}

#[tokio::test]
async fn lists_the_archived_members_in_debug_mode() {
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
async fn reports_that_there_were_no_members_to_archive() {
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

/// A superuser's explicit request bypasses the grace period and the safety limit.
#[tokio::test]
async fn ignores_the_safety_limits() {
    let (app, root) = with_root().await;
    for number in 0..12 {
        app.member(&format!("off-{number}"), &[]).await;
    }

    let done = archive(&app, &root).await.expect(200).json();

    assert_eq!(done["data"]["totalUsersArchived"], 12);
}

#[tokio::test]
async fn lists_any_number_of_members() {
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
async fn removes_members_from_every_list_except_the_archived_one() {
    let (app, root) = with_people().await;
    let usernames = async |path: &str| {
        let listed = app.get(path).bearer(&root).send().await.expect(200).json();
        let listed = listed["users"].as_array().expect("the list should be an array").clone();
        listed
            .iter()
            .map(|member| member["username"].as_str().expect("the member should have a username").to_owned())
            .collect::<Vec<_>>()
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
async fn changes_no_other_field() {
    let (app, root) = with_people().await;
    let stored = Stored::of(&app);
    let mut before = stored.items().await;
    app.clock.advance(Duration::from_secs(1));

    let _done = archive(&app, &root).await.expect(200);

    let mut after = stored.items().await;
    for items in [&mut before, &mut after] {
        items.retain(|key, _| !key.starts_with("FACET#") && !key.contains("AUDIT#"));
        for member in ["MEMBER#ada MEMBER", "MEMBER#bob MEMBER"] {
            let member = items.get_mut(member).expect("the member should exist");
            // The time of the change and the request that made it.
            for own in ["roles", "updated_at", "version", "operation"] {
                member.remove(own);
            }
        }
    }
    assert_eq!(after, before);
}

#[tokio::test]
async fn records_who_made_the_change() {
    let (app, root) = with_people().await;

    let _done = archive(&app, &root).await.expect(200);

    assert_snapshot!(Stored::of(&app).audits().await, @"
    2024-03-15T10:30:00.000Z MEMBER#ada archived: true by root (not on Discord)
    2024-03-15T10:30:00.000Z MEMBER#bob archived: true by root (not on Discord)
    ");
}

/// The transaction that archives Bob arrives after he is recorded as being on Discord.
#[tokio::test(flavor = "multi_thread")]
async fn spares_a_member_who_joins_discord_during_the_run() {
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
async fn archives_each_member_once_for_concurrent_requests() {
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

    let total = |name: &str| {
        done.iter().map(|done| done["data"][name].as_u64().expect("the count should be a number")).sum::<u64>()
    };
    assert_eq!(total("totalUsers"), 30);
    assert_eq!(total("totalUsersArchived"), 30);
    assert_eq!(total("totalOperationsFailed"), 0);
    assert_eq!(Stored::of(&app).audits().await.lines().count(), 30);
}

/// If the client disconnects, the run stops. The next request continues it.
#[tokio::test(flavor = "multi_thread")]
async fn continues_where_an_interrupted_request_stopped() {
    let (app, root) = with_root().await;
    for number in 0..40 {
        app.member(&format!("off-{number}"), &[]).await;
    }
    let before = async |app: &TestApp| Stored::of(app).audits().await.lines().count() as u64;
    app.wire.disturb([const { Fault::None }; 20]);
    app.wire.disturb_all(Fault::Delay(Duration::from_millis(50)));
    tokio::select! {
        answer = archive(&app, &root) => panic!("the request should not have finished: {}", answer.shown()),
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
