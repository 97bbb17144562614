//! A run resumes where the previous one stopped, whether it ran out of time or DynamoDB failed.

use audit::{AuditRun, TIME_FOR_ONE_PART, handle};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue::{N, S};
use shared::audit::Audited;
use std::time::Duration;
use testing::{Fault, Stored, TestApp, demo_event};

/// The parts are the tables. In the demo, each is under 1 MB.
const PARTS: usize = 3;

/// More time than the demo's audit needs.
const ENOUGH: Duration = Duration::from_mins(15);

/// Runs the job with too little time to start a second part.
async fn run_for_one_part(app: &TestApp) -> AuditRun {
    app.wire.disturb([Fault::None, Fault::Delay(Duration::from_millis(300))]);
    handle(&app.app, TIME_FOR_ONE_PART + Duration::from_millis(250)).await.expect("the job should run")
}

/// Starts the demo with one purchase whose outcome is recorded.
async fn with_purchase() -> TestApp {
    let app = crate::with_demo().await;
    let _purchase = app.call_of(&demo_event("buy-product")).send().await.expect(200);
    app.wire.reset();
    app
}

/// Adds a mile to a balance without a ledger entry.
async fn add_an_unrecorded_mile(app: &TestApp) {
    let client = Client::from_conf(engine::config(app.endpoint()).build());
    let flyer = client.update_item().table_name(&app.tables().users).key("pk", S("FLYER#123456789".to_owned()));
    let update = flyer.key("sk", S("FLYER".to_owned())).update_expression("ADD miles :one");
    update.expression_attribute_values(":one", N("1".to_owned())).send().await.unwrap();
}

#[tokio::test]
async fn are_all_audited_in_one_run_if_there_is_time() {
    let app = with_purchase().await;
    let run = handle(&app.app, ENOUGH).await.expect("the job should run");
    let expected = Audited { flyers: 5, entries: 8, boardings: 4, members: 7, breaches: 0 };
    assert_eq!(run, AuditRun { audited: expected, is_complete: true });
    // The next run starts over.
    assert_eq!(handle(&app.app, ENOUGH).await.expect("the job should run"), run);
}

#[tokio::test]
async fn are_resumed_by_the_next_run() {
    let app = with_purchase().await;
    let mut runs = Vec::new();
    for _ in 0..PARTS {
        runs.push(run_for_one_part(&app).await);
    }
    assert!(runs[..PARTS - 1].iter().all(|run| !run.is_complete));
    assert!(runs[PARTS - 1].is_complete);
    let sum = |count: fn(&Audited) -> u64| runs.iter().map(|run| count(&run.audited)).sum::<u64>();
    assert_eq!((sum(|all| all.flyers), sum(|all| all.boardings), sum(|all| all.members)), (5, 4, 7));
}

#[tokio::test]
async fn report_each_breach_once() {
    let app = with_purchase().await;
    add_an_unrecorded_mile(&app).await;
    let mut found = Vec::new();
    for _ in 0..PARTS {
        found.push(run_for_one_part(&app).await.audited.breaches);
    }
    assert_eq!(found, [1, 0, 0]);
}

#[tokio::test]
async fn are_not_repeated_after_a_failed_run() {
    let app = with_purchase().await;
    let first_part = {
        let app = with_purchase().await;
        let _one_part = run_for_one_part(&app).await;
        // All but the record of where the run stopped.
        app.wire.take_operations().len() - 1
    };
    let done = std::iter::repeat_n(Fault::None, first_part);
    app.wire.disturb(done.chain([Fault::Error(400, "AccessDeniedException")]));
    handle(&app.app, ENOUGH).await.expect_err("the job should fail");
    let operations = app.wire.take_operations();
    assert_eq!(operations[operations.len() - 2..], ["Scan", "UpdateItem"], "{operations:?}");

    let run = handle(&app.app, ENOUGH).await.expect("the job should run");
    assert!(run.is_complete);
    assert_eq!((run.audited.flyers, run.audited.boardings, run.audited.entries), (0, 4, 8));
}

/// Then the run starts over.
#[tokio::test]
async fn do_not_depend_on_a_readable_checkpoint() {
    for (attribute, value) in [("next", S("x".to_owned())), ("begunAt", N("1".to_owned()))] {
        let app = with_purchase().await;
        let _one_part = run_for_one_part(&app).await;
        Stored::of(&app).set("JOB#audit", "CHECKPOINT", attribute, value).await;
        let run = handle(&app.app, ENOUGH).await.expect("the job should run");
        assert!(run.is_complete && run.audited.breaches == 1, "{run:?}");
        assert_eq!(handle(&app.app, ENOUGH).await.expect("the job should run").audited.breaches, 0);
    }
}

/// If two runs overlap, the one that started first does not move the other's checkpoint back.
#[tokio::test]
async fn are_not_moved_back_by_an_older_run() {
    let app = with_purchase().await;
    let begun_at = app.now();
    app.clock.advance(Duration::from_secs(1));
    let _one_part = run_for_one_part(&app).await;
    let stopped_at = app.store().audit_checkpoint().await.expect("the checkpoint should be readable");
    assert!(stopped_at.is_some());
    app.store().put_audit_checkpoint(None, begun_at).await.expect("the write should either apply or be skipped");
    assert_eq!(app.store().audit_checkpoint().await.expect("the checkpoint should be readable"), stopped_at);
}
