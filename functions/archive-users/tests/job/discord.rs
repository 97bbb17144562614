//! Taking over from Discord who is there, before archiving who is not.

use crate::guild::{Guild, People};
use crate::scene::{DAY, is_archived, member, record, run, sign_up, try_run};
use serde_json::{Value, json};
use shared::members::Synced;
use std::sync::Arc;
use std::time::Duration;
use testing::TestApp;
use wiremock::ResponseTemplate;

const TIMEOUT: Duration = Duration::from_secs(5);

/// The API with a superuser on Discord and members `ada`, `bob` and `eve`, whose Discord accounts are 101, 102 and 103;
/// nobody is held back. `ada` is on Discord.
async fn with_linked_members() -> TestApp {
    let app = crate::start().await;
    app.member("root", &["super_user", "in_discord"]).await;
    for (id, account, in_discord) in [("ada", "101", true), ("bob", "102", false), ("eve", "103", false)] {
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
async fn takes_over_who_joined_and_left_and_archives_then() {
    let app = with_linked_members().await;
    let guild = Guild::of(&[7, 102]).await;
    let app = guild.known_to(&app, TIMEOUT);

    let run = try_run(&app).await.expect("the job runs");

    assert_eq!(run.discord, Some(Synced { on_discord: 2, joined: 1, left: 1 }));
    assert_eq!((run.found, run.archived, run.failed), (2, 2, 0));
    // Ada left, Bob joined, Eve never did.
    assert_eq!(roles(&app, "ada").await, (json!(false), json!(true)));
    assert_eq!(roles(&app, "bob").await, (json!(true), json!(false)));
    assert_eq!(roles(&app, "eve").await, (json!(false), json!(true)));
    assert_eq!(member(&app, "bob").await["discordJoinedAt"], "2021-03-15T10:30:00.123Z");
}

#[tokio::test]
async fn changes_nothing_the_second_time() {
    let app = with_linked_members().await;
    let guild = Guild::of(&[101, 102]).await;
    let app = guild.known_to(&app, TIMEOUT);
    let _first = try_run(&app).await.expect("the job runs");
    app.clock.advance(DAY);
    let before = member(&app, "bob").await;
    app.wire.reset();

    let run = try_run(&app).await.expect("the job runs");

    assert_eq!(run.discord, Some(Synced { on_discord: 2, joined: 0, left: 0 }));
    // The members with accounts, and those not on Discord.
    assert_eq!(app.wire.take_operations(), ["Query", "Query"]);
    assert_eq!(member(&app, "bob").await, before);
}

#[tokio::test]
async fn goes_by_what_is_stored_where_discord_is_not_configured() {
    let app = with_linked_members().await;

    let run = try_run(&app).await.expect("the job runs");

    assert_eq!(run.discord, None);
    assert_eq!((run.found, run.archived, run.failed), (2, 2, 0));
    assert!(!is_archived(&app, "ada").await);
}

#[tokio::test]
async fn brings_back_who_joins_again() {
    let app = with_linked_members().await;
    assert_eq!(run(&app).await, (2, 2, 0));
    let guild = Guild::of(&[101, 103]).await;
    let app = guild.known_to(&app, TIMEOUT);

    let run = try_run(&app).await.expect("the job runs");

    assert_eq!(run.discord, Some(Synced { on_discord: 2, joined: 1, left: 0 }));
    assert_eq!(roles(&app, "eve").await, (json!(true), json!(false)));
    assert_eq!(roles(&app, "bob").await, (json!(false), json!(true)));
}

/// Whoever was put away while on Discord is no newcomer there.
#[tokio::test]
async fn leaves_who_was_put_away_where_they_are() {
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
async fn takes_over_another_date_of_joining() {
    let app = with_linked_members().await;
    record(&app, "ada", &json!({ "discordJoinedAt": "2020-01-01T00:00:00.000Z" })).await;
    let guild = Guild::start().await;
    guild.answers(People(vec![(101, "2022-02-02T02:02:02+02:00"), (102, "2022-02-02T02:02:02.999999Z")])).await;
    let app = guild.known_to(&app, TIMEOUT);

    let run = try_run(&app).await.expect("the job runs");

    assert_eq!(run.discord, Some(Synced { on_discord: 2, joined: 1, left: 0 }));
    assert_eq!(member(&app, "ada").await["discordJoinedAt"], "2022-02-02T00:02:02.000Z");
    assert_eq!(member(&app, "bob").await["discordJoinedAt"], "2022-02-02T02:02:02.999Z");
}

/// Discord knows of no date for some; ours stays.
#[tokio::test]
async fn keeps_the_date_where_discord_has_none() {
    let app = with_linked_members().await;
    record(&app, "ada", &json!({ "discordJoinedAt": "2020-01-01T00:00:00.000Z" })).await;
    let guild = Guild::start().await;
    let page = json!([{ "user": { "id": "101" }, "joined_at": null }, { "user": { "id": "102" } }]);
    guild.answers(ResponseTemplate::new(200).set_body_json(json!([]))).await;
    guild.answers_first(1, ResponseTemplate::new(200).set_body_json(page)).await;
    let app = guild.known_to(&app, TIMEOUT);

    let run = try_run(&app).await.expect("the job runs");

    assert_eq!(run.discord, Some(Synced { on_discord: 2, joined: 1, left: 0 }));
    assert_eq!(member(&app, "ada").await["discordJoinedAt"], "2020-01-01T00:00:00.000Z");
    assert_eq!(roles(&app, "bob").await, (json!(true), json!(false)));
}

#[tokio::test]
async fn reads_the_list_a_thousand_at_a_time() {
    let app = with_linked_members().await;
    // Ids sort as numbers, not as texts: 999 comes before 1000.
    let everybody: Vec<u64> = (101..2601).collect();
    for people in [&everybody[..2500], &everybody[..1000]] {
        let guild = Guild::of(people).await;
        let app = guild.known_to(&app, TIMEOUT);

        let run = try_run(&app).await.expect("the job runs");

        assert_eq!(run.discord.expect("Discord was asked").on_discord, people.len());
        let mut asked = vec!["limit=1000&after=0", "limit=1000&after=1100"];
        if people.len() == 2500 {
            asked.extend(["limit=1000&after=2100", "limit=1000&after=2600"]);
        }
        assert_eq!(guild.asked().await, asked);
    }
}

/// Discord does not promise that every page but the last is full.
#[tokio::test]
async fn goes_on_after_a_page_that_is_not_full() {
    let app = with_linked_members().await;
    let guild = Guild::of(&[101, 102, 103]).await;
    let short = People(vec![(101, crate::guild::JOINED)]).page(0, 1);
    guild.answers_first(1, ResponseTemplate::new(200).set_body_json(short)).await;
    let app = guild.known_to(&app, TIMEOUT);

    let run = try_run(&app).await.expect("the job runs");

    assert_eq!(run.discord, Some(Synced { on_discord: 3, joined: 2, left: 0 }));
    assert_eq!(run.found, 0);
}

/// Somebody joins, and a bot records it, while Discord's list, made before, is on its way.
#[tokio::test(flavor = "multi_thread")]
async fn spares_who_is_recorded_as_joined_meanwhile() {
    let app = Arc::new(with_linked_members().await);
    let guild = Guild::start().await;
    let late = ResponseTemplate::new(200).set_delay(Duration::from_millis(500));
    guild.answers(ResponseTemplate::new(200).set_body_json(json!([]))).await;
    guild.answers_first(1, late.set_body_json(People(vec![(101, crate::guild::JOINED)]).page(0, 1))).await;
    let job = tokio::spawn({
        let app = guild.known_to(&app, TIMEOUT);
        async move { run(&app).await }
    });
    while guild.asked().await.is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    record(&app, "eve", &json!({ "in_discord": true })).await;

    assert_eq!(job.await.unwrap(), (1, 1, 0));
    assert_eq!(roles(&app, "eve").await, (json!(true), json!(false)));
    assert_eq!(roles(&app, "bob").await, (json!(false), json!(true)));
}

#[tokio::test]
async fn costs_two_requests_for_each_who_joined_or_left() {
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
