//! A run goes on where the last one stopped, for want of time or because DynamoDB failed.

use audit::{AuditRun, TIME_FOR_ONE_PART, handle};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue::{N, S};
use shared::audit::Audited;
use std::time::Duration;
use testing::{Fault, TestApp, demo_event};

/// Accounts, boardings, entries, outcomes, members and the index: of the demo, each is less than a megabyte.
const PARTS: usize = 6;

/// More time than the demo's audit needs.
const ENOUGH: Duration = Duration::from_mins(15);

/// So little that no second part is begun with.
async fn run_for_one_part(app: &TestApp) -> AuditRun {
    app.wire.disturb([Fault::None, Fault::Delay(Duration::from_millis(300))]);
    handle(&app.app, TIME_FOR_ONE_PART + Duration::from_millis(250)).await.expect("the job runs")
}

/// The demo with a purchase, whose outcome is on record.
async fn with_purchase() -> TestApp {
    let app = crate::with_demo().await;
    let _purchase = app.call_of(&demo_event("buy-product")).send().await.expect(200);
    app.wire.reset();
    app
}

/// Takes a mile that no ledger entry gave.
async fn take_a_mile(app: &TestApp) {
    let client = Client::from_conf(engine::config(app.endpoint()).build());
    let flyer = client.update_item().table_name(&app.tables().users).key("pk", S("FLYER#123456789".to_owned()));
    let update = flyer.key("sk", S("FLYER".to_owned())).update_expression("ADD miles :one");
    update.expression_attribute_values(":one", N("1".to_owned())).send().await.unwrap();
}

#[tokio::test]
async fn audits_everything_in_one_go_if_there_is_time() {
    let app = with_purchase().await;
    let run = handle(&app.app, ENOUGH).await.expect("the job runs");
    let expected = Audited { flyers: 4, entries: 6, boardings: 4, members: 7, breaches: 0 };
    assert_eq!(run, AuditRun { audited: expected, is_complete: true });
    // The next begins anew.
    assert_eq!(handle(&app.app, ENOUGH).await.expect("the job runs"), run);
}

#[tokio::test]
async fn goes_on_where_the_last_run_stopped() {
    let app = with_purchase().await;
    let mut runs = Vec::new();
    for _ in 0..PARTS {
        runs.push(run_for_one_part(&app).await);
    }
    assert!(runs[..PARTS - 1].iter().all(|run| !run.is_complete));
    assert!(runs[PARTS - 1].is_complete);
    let sum = |count: fn(&Audited) -> u64| runs.iter().map(|run| count(&run.audited)).sum::<u64>();
    assert_eq!((sum(|all| all.flyers), sum(|all| all.boardings), sum(|all| all.members)), (4, 4, 7));
}

#[tokio::test]
async fn finds_what_does_not_hold_once() {
    let app = with_purchase().await;
    take_a_mile(&app).await;
    let mut found = Vec::new();
    for _ in 0..PARTS {
        found.push(run_for_one_part(&app).await.audited.breaches);
    }
    assert_eq!(found, [1, 0, 0, 0, 0, 0]);
}

#[tokio::test]
async fn keeps_what_was_done_when_it_fails() {
    let app = with_purchase().await;
    // The checkpoint, the accounts with the four flyers' ledgers, histories and boardings, then the boardings of all.
    let done = std::iter::repeat_n(Fault::None, 2 + 4 * 3);
    app.wire.disturb(done.chain([Fault::Error(400, "AccessDeniedException")]));
    handle(&app.app, ENOUGH).await.expect_err("the job fails");
    let operations = app.wire.take_operations();
    assert_eq!(operations.last().map(String::as_str), Some("UpdateItem"), "{operations:?}");

    let run = handle(&app.app, ENOUGH).await.expect("the job runs");
    assert!(run.is_complete);
    assert_eq!((run.audited.flyers, run.audited.boardings, run.audited.members), (0, 4, 7));
}

/// Of two runs that overlap, the one that began first does not set back the other.
#[tokio::test]
async fn an_older_run_sets_nothing_back() {
    let app = with_purchase().await;
    let begun_at = app.now();
    app.clock.advance(Duration::from_secs(1));
    let _one_part = run_for_one_part(&app).await;
    let stopped_at = app.store().audit_checkpoint().await.expect("it is read");
    assert!(stopped_at.is_some());
    app.store().put_audit_checkpoint(None, begun_at).await.expect("it is written, or not");
    assert_eq!(app.store().audit_checkpoint().await.expect("it is read"), stopped_at);
}
