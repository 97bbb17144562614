//! Synchronizes membership with Discord's member list before archiving the members who are not on Discord.

use crate::guild::{Guild, People};
use crate::scene::{DAY, is_archived, member, record, run, sign_up, try_run};
use serde_json::{Value, json};
use shared::members::Synced;
use std::sync::Arc;
use std::time::Duration;
use testing::TestApp;
use wiremock::ResponseTemplate;

const TIMEOUT: Duration = Duration::from_secs(5);

/// Starts the API with a superuser on Discord and members `ada`, `bob` and `eve`, whose Discord accounts are 101, 102
/// and 103 (see [`FIRST`](crate::guild::FIRST)). Only `ada` is on Discord. The safety limit is off.
async fn with_linked_members() -> TestApp {
    let app = crate::start().await;
    app.member("root", &["super_user", "in_discord"]).await;
    for (id, account, in_discord) in
        [("ada", "99999999999999101", true), ("bob", "99999999999999102", false), ("eve", "99999999999999103", false)]
    {
        app.member(id, &[]).await;
        record(&app, id, &json!({ "discordId": account, "in_discord": in_discord })).await;
    }
    app.clock.advance(8 * DAY);
    app.configured(|app| app.archiving.max_share = 1.0)
}

async fn roles(app: &TestApp, id: &str) -> (Value, Value) {
    let member = member(app, id).await;
    (member["roles"]["in_discord"].clone(), member["roles"]["archived"].clone())
}

#[tokio::test]
async fn records_who_joined_and_left_before_archiving() {
    let app = with_linked_members().await;
    let guild = Guild::of(&[7, 102]).await;
    let app = guild.known_to(&app, TIMEOUT);

    let run = try_run(&app).await.expect("the job runs");

    assert_eq!(run.discord, Some(Synced { on_discord: 2, joined: 1, left: 1 }));
    assert_eq!((run.found, run.archived, run.failed), (2, 2, 0));
    // Ada left, Bob joined, and Eve never joined.
    assert_eq!(roles(&app, "ada").await, (json!(false), json!(true)));
    assert_eq!(roles(&app, "bob").await, (json!(true), json!(false)));
    assert_eq!(roles(&app, "eve").await, (json!(false), json!(true)));
    assert_eq!(member(&app, "bob").await["discordJoinedAt"], "2021-03-15T10:30:00.123Z");
}

#[tokio::test]
async fn changes_nothing_on_a_second_run() {
    let app = with_linked_members().await;
    let guild = Guild::of(&[101, 102]).await;
    let app = guild.known_to(&app, TIMEOUT);
    let _first = try_run(&app).await.expect("the job runs");
    app.clock.advance(DAY);
    let before = member(&app, "bob").await;
    app.wire.reset();

    let run = try_run(&app).await.expect("the job runs");

    assert_eq!(run.discord, Some(Synced { on_discord: 2, joined: 0, left: 0 }));
    // The members with accounts, then those not on Discord.
    assert_eq!(app.wire.take_operations(), ["Query", "Query"]);
    assert_eq!(member(&app, "bob").await, before);
}

#[tokio::test]
async fn is_skipped_in_favor_of_stored_roles_when_not_configured() {
    let app = with_linked_members().await;

    let run = try_run(&app).await.expect("the job runs");

    assert_eq!(run.discord, None);
    assert_eq!((run.found, run.archived, run.failed), (2, 2, 0));
    assert!(!is_archived(&app, "ada").await);
}

#[tokio::test]
async fn restores_members_who_rejoin() {
    let app = with_linked_members().await;
    assert_eq!(run(&app).await, (2, 2, 0));
    let guild = Guild::of(&[101, 103]).await;
    let app = guild.known_to(&app, TIMEOUT);

    let run = try_run(&app).await.expect("the job runs");

    assert_eq!(run.discord, Some(Synced { on_discord: 2, joined: 1, left: 0 }));
    assert_eq!(roles(&app, "eve").await, (json!(true), json!(false)));
    assert_eq!(roles(&app, "bob").await, (json!(false), json!(true)));
}

/// A member who was archived while on Discord does not count as having joined.
#[tokio::test]
async fn does_not_restore_members_who_were_archived_while_on_discord() {
    let app = with_linked_members().await;
    let root = app.session("root");
    let away = app.patch("/users/ada/temporary/data").bearer(&root).json(&json!({ "archived": true })).send().await;
    let _away = away.expect(200);
    let guild = Guild::of(&[101, 102, 103]).await;
    let app = guild.known_to(&app, TIMEOUT);

    let _run = try_run(&app).await.expect("the job runs");

    assert_eq!(roles(&app, "ada").await, (json!(true), json!(true)));
    assert_eq!(member(&app, "ada").await["discordJoinedAt"], "2021-03-15T10:30:00.123Z");
}

#[tokio::test]
async fn updates_the_date_joined() {
    let app = with_linked_members().await;
    record(&app, "ada", &json!({ "discordJoinedAt": "2020-01-01T00:00:00.000Z" })).await;
    let guild = Guild::start().await;
    guild.respond_with(People(vec![(101, "2022-02-02T02:02:02+02:00"), (102, "2022-02-02T02:02:02.999999Z")])).await;
    let app = guild.known_to(&app, TIMEOUT);

    let run = try_run(&app).await.expect("the job runs");

    assert_eq!(run.discord, Some(Synced { on_discord: 2, joined: 1, left: 0 }));
    assert_eq!(member(&app, "ada").await["discordJoinedAt"], "2022-02-02T00:02:02.000Z");
    assert_eq!(member(&app, "bob").await["discordJoinedAt"], "2022-02-02T02:02:02.999Z");
}

/// Discord has no date for some members. The stored date is kept.
#[tokio::test]
async fn keeps_the_stored_date_if_discord_has_none() {
    let app = with_linked_members().await;
    record(&app, "ada", &json!({ "discordJoinedAt": "2020-01-01T00:00:00.000Z" })).await;
    let guild = Guild::start().await;
    let page = json!([{ "user": { "id": "99999999999999101" }, "joined_at": null }, { "user": { "id": "99999999999999102" } }]);
    guild.respond_with(ResponseTemplate::new(200).set_body_json(json!([]))).await;
    guild.respond_first_with(1, ResponseTemplate::new(200).set_body_json(page)).await;
    let app = guild.known_to(&app, TIMEOUT);

    let run = try_run(&app).await.expect("the job runs");

    assert_eq!(run.discord, Some(Synced { on_discord: 2, joined: 1, left: 0 }));
    assert_eq!(member(&app, "ada").await["discordJoinedAt"], "2020-01-01T00:00:00.000Z");
    assert_eq!(roles(&app, "bob").await, (json!(true), json!(false)));
}

#[tokio::test]
async fn lists_its_members_a_thousand_at_a_time() {
    let app = with_linked_members().await;
    // Ids are sorted as numbers, not as text: 999 comes before 1000.
    let everyone: Vec<u64> = (101..2601).collect();
    for people in [&everyone[..2500], &everyone[..1000]] {
        let guild = Guild::of(people).await;
        let app = guild.known_to(&app, TIMEOUT);

        let run = try_run(&app).await.expect("the job runs");

        assert_eq!(run.discord.expect("the run should query Discord").on_discord, people.len());
        let mut expected = vec!["limit=1000&after=0", "limit=1000&after=100000000000000100"];
        if people.len() == 2500 {
            expected.extend(["limit=1000&after=100000000000001100", "limit=1000&after=100000000000001600"]);
        }
        assert_eq!(guild.queries().await, expected);
    }
}

/// Discord does not promise that every page but the last is full.
#[tokio::test]
async fn may_return_a_page_that_is_not_full_before_the_last() {
    let app = with_linked_members().await;
    let guild = Guild::of(&[101, 102, 103]).await;
    let short = People(vec![(101, crate::guild::JOINED)]).page(0, 1);
    guild.respond_first_with(1, ResponseTemplate::new(200).set_body_json(short)).await;
    let app = guild.known_to(&app, TIMEOUT);

    let run = try_run(&app).await.expect("the job runs");

    assert_eq!(run.discord, Some(Synced { on_discord: 3, joined: 2, left: 0 }));
    assert_eq!(run.found, 0);
}

/// A member joins and a bot records it while an older member list from Discord is still in transit.
#[tokio::test(flavor = "multi_thread")]
async fn does_not_override_a_join_recorded_during_the_run() {
    let app = Arc::new(with_linked_members().await);
    let guild = Guild::start().await;
    let late = ResponseTemplate::new(200).set_delay(Duration::from_millis(500));
    guild.respond_with(ResponseTemplate::new(200).set_body_json(json!([]))).await;
    guild.respond_first_with(1, late.set_body_json(People(vec![(101, crate::guild::JOINED)]).page(0, 1))).await;
    let job = tokio::spawn({
        let app = guild.known_to(&app, TIMEOUT);
        async move { run(&app).await }
    });
    while guild.queries().await.is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    record(&app, "eve", &json!({ "in_discord": true })).await;

    assert_eq!(job.await.unwrap(), (1, 1, 0));
    assert_eq!(roles(&app, "eve").await, (json!(true), json!(false)));
    assert_eq!(roles(&app, "bob").await, (json!(false), json!(true)));
}

#[tokio::test]
async fn costs_two_requests_per_member_who_joined_or_left() {
    let app = with_linked_members().await;
    sign_up(&app, "unlinked", 10, &["in_discord"]).await;
    let guild = Guild::of(&[102, 103]).await;
    let app = guild.known_to(&app, TIMEOUT);
    app.wire.reset();

    let _run = try_run(&app).await.expect("the job runs");

    let mut operations = app.wire.take_operations();
    assert_eq!(operations.remove(0), "Query");
    operations[..6].sort();
    let cost = ["GetItem", "GetItem", "GetItem", "TransactWriteItems", "TransactWriteItems", "TransactWriteItems"];
    assert_eq!(operations[..6], cost);
}
