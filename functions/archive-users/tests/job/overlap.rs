//! Runs that overlap with each other or with members' own changes, and runs that are interrupted.

use crate::crowd::Crowd;
use crate::scene::{archived, is_archived, member, record, run, with_members_off_discord};
use archive_users::{RunError, handle};
use serde_json::json;
use shared::members::ArchiveError;
use std::sync::Arc;
use std::time::Duration;
use testing::{Fault, TestApp};
use tokio::task::{JoinHandle, JoinSet};

const TIME: Duration = Duration::from_secs(10);

/// Starts the API with `count` members `off-0` and so on, all of whom a run will find, and a superuser.
async fn with_members(count: usize) -> Arc<TestApp> {
    let app = with_members_off_discord(count).await;
    app.member("root", &["super_user", "in_discord"]).await;
    Arc::new(app)
}

/// Starts a run with each transaction delayed by a second, and waits until it has sent that many transactions.
async fn run_late(app: &Arc<TestApp>, transactions: usize) -> JoinHandle<(usize, usize, usize)> {
    app.wire.reset();
    app.wire.disturb(vec![Fault::None; 2].into_iter().chain(vec![Fault::Delay(Duration::from_secs(1)); transactions]));
    let job = tokio::spawn({
        let app = app.clone();
        async move {
            let run = handle(&app.app, TIME, true).await.expect("the job should run");
            (run.found, run.archived, run.failed)
        }
    });
    sent(app, transactions).await;
    job
}

/// Waits until that many more transactions have been sent.
async fn sent(app: &TestApp, transactions: usize) {
    sent_of(app, "TransactWriteItems", transactions).await;
}

async fn sent_of(app: &TestApp, operation: &str, count: usize) {
    let mut sent = 0;
    while sent < count {
        tokio::time::sleep(Duration::from_millis(1)).await;
        sent += app.wire.take_operations().iter().filter(|other| *other == operation).count();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn spares_a_member_who_joins_discord_during_the_run() {
    let app = with_members(3).await;
    let job = run_late(&app, 3).await;

    record(&app, "off-1", &json!({ "discordId": "99999999999999101", "in_discord": true })).await;

    assert_eq!(job.await.unwrap(), (2, 2, 0));
    assert_eq!(member(&app, "off-1").await["roles"], json!({ "archived": false, "in_discord": true }));
    assert_eq!(Crowd::of(&app).archived().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn skips_a_member_whom_a_superuser_archives_during_the_run() {
    let app = with_members(2).await;
    let job = run_late(&app, 2).await;

    let root = app.session("root");
    let body = json!({ "archived": true, "reason": "left" });
    let _archived = app.patch("/users/off-0/temporary/data").bearer(&root).json(&body).send().await.expect(200);

    assert_eq!(job.await.unwrap(), (1, 1, 0));
    assert_eq!(Crowd::of(&app).archived().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_changes_made_during_the_run() {
    let app = with_members(3).await;
    let job = run_late(&app, 3).await;

    // The first change conflicts with the run's own, which must be retried. The second does not conflict.
    record(&app, "off-0", &json!({ "discordId": "99999999999999101" })).await;
    let own = app.session("off-1");
    let body = json!({ "company": "Analytical Engines" });
    let _edited = app.patch("/users/self").bearer(&own).json(&body).send().await.expect(204);

    assert_eq!(job.await.unwrap(), (3, 3, 0));
    assert_eq!(member(&app, "off-0").await["discordId"], "99999999999999101");
    assert_eq!(member(&app, "off-1").await["company"], "Analytical Engines");
    assert_eq!(archived(&app, "off", 3).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn archives_each_member_once_no_matter_how_many_runs_overlap() {
    let app = with_members(40).await;
    let mut runs = JoinSet::new();
    for _ in 0..4 {
        let app = app.clone();
        runs.spawn(async move { handle(&app.app, TIME, true).await.expect("the job should run") });
    }

    let runs = runs.join_all().await;

    assert_eq!(runs.iter().map(|run| run.archived).sum::<usize>(), 40);
    assert!(runs.iter().all(|run| run.failed == 0 && run.found == run.archived), "{runs:?}");
    assert_eq!(archived(&app, "off", 40).await, 40);
    assert_eq!(Crowd::of(&app).archived().await, 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn continues_where_an_interrupted_run_stopped() {
    let app = with_members(60).await;
    app.wire.disturb_all(Fault::Delay(Duration::from_millis(50)));
    let job = tokio::spawn({
        let app = app.clone();
        async move { handle(&app.app, TIME, true).await.map(|run| run.archived) }
    });
    sent(&app, 20).await;
    job.abort();
    assert!(job.await.unwrap_err().is_cancelled());
    app.wire.all_arrived().await;
    app.wire.reset();
    let before = archived(&app, "off", 60).await;
    assert!((1..60).contains(&before), "{before} were archived");

    assert_eq!(run(&app).await, (60 - before, 60 - before, 0));

    assert_eq!(archived(&app, "off", 60).await, 60);
    assert_eq!(Crowd::of(&app).archived().await, 60);
}

/// The run stops before its deadline and reports what it did and what is left.
#[tokio::test(flavor = "multi_thread")]
async fn stops_before_the_deadline_and_leaves_the_rest_to_the_next_run() {
    let app = with_members(100).await;
    app.wire.disturb_all(Fault::Delay(Duration::from_millis(200)));
    let began = std::time::Instant::now();

    let stopped =
        handle(&app.app, Duration::from_millis(1500), true).await.expect("the run should archive some members");

    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert_eq!(stopped.found, 100);
    assert_eq!(stopped.archived + stopped.failed, 100);
    assert!((1..100).contains(&stopped.archived), "{stopped:?}");
    app.wire.all_arrived().await;
    app.wire.reset();
    assert_eq!(archived(&app, "off", 100).await, stopped.archived);

    assert_eq!(run(&app).await, (stopped.failed, stopped.failed, 0));
    assert_eq!(Crowd::of(&app).archived().await, 100);
}

/// An attempt takes effect but its response is lost. A superuser restores the member, and then the attempt is retried.
#[tokio::test(flavor = "multi_thread")]
async fn does_not_archive_a_restored_member_again() {
    let app = with_members(1).await;
    app.wire.reset();
    let late = Fault::Late(Duration::from_millis(100));
    app.wire.disturb([Fault::None, Fault::None, late, Fault::Delay(Duration::from_secs(1))]);
    let job = tokio::spawn({
        let app = app.clone();
        async move { handle(&app.app, TIME, true).await.expect("the job should run") }
    });
    sent(&app, 2).await;
    while !is_archived(&app, "off-0").await {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    let root = app.session("root");
    let body = json!({ "archived": false });
    let _restored = app.patch("/users/off-0/temporary/data").bearer(&root).json(&body).send().await.expect(200);

    assert_eq!(job.await.unwrap().archived, 1);
    assert!(!is_archived(&app, "off-0").await);
}

/// An attempt gets no response, and another change arrives first, so neither the attempt nor its retry can take effect.
#[tokio::test(flavor = "multi_thread")]
async fn archives_once_when_an_attempt_in_doubt_did_not_take_effect() {
    let app = with_members(1).await;
    app.wire.reset();
    let late = Fault::Late(Duration::from_secs(1));
    app.wire.disturb([Fault::None, Fault::None, late, Fault::Delay(Duration::from_millis(1500))]);
    let job = tokio::spawn({
        let app = app.clone();
        async move { handle(&app.app, TIME, true).await.expect("the job should run") }
    });
    sent(&app, 2).await;

    record(&app, "off-0", &json!({ "discordId": "99999999999999101" })).await;

    assert_eq!(job.await.unwrap().archived, 1);
    assert_eq!(member(&app, "off-0").await["discordId"], "99999999999999101");
    assert_eq!(Crowd::of(&app).archived().await, 1);
}

/// An attempt that got no response takes effect after all, and a superuser reverts it. No later attempt may archive the
/// member again, and the run must not claim that nothing was written.
#[tokio::test(flavor = "multi_thread")]
async fn does_not_archive_a_member_restored_while_an_attempt_is_in_doubt() {
    let app = with_members(1).await;
    app.wire.reset();
    // The index, the member, an attempt that arrives late, its retry, the member, a second attempt, the member.
    app.wire.disturb([
        Fault::None,
        Fault::None,
        Fault::Late(Duration::from_millis(100)),
        Fault::Conflict,
        Fault::None,
        Fault::Conflict,
        Fault::Delay(Duration::from_secs(1)),
    ]);
    let job = tokio::spawn({
        let app = app.clone();
        async move { handle(&app.app, TIME, true).await }
    });
    sent_of(&app, "GetItem", 2).await;
    while !is_archived(&app, "off-0").await {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    app.clock.advance(Duration::from_secs(1));
    let root = app.session("root");
    let body = json!({ "archived": false });
    let _restored = app.patch("/users/off-0/temporary/data").bearer(&root).json(&body).send().await.expect(200);

    let run = job.await.unwrap();
    assert!(matches!(run, Err(RunError::Archive(ArchiveError::All(1)))), "{run:?}");
    assert!(!is_archived(&app, "off-0").await);
    assert_eq!(Crowd::of(&app).archived().await, 1);
}
