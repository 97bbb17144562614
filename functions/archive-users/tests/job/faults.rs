//! The job withstands the faults of DynamoDB and the network.

use crate::crowd::Crowd;
use crate::scene::{archived, run, try_run, with_members_off_discord};
use archive_users::{RunError, handle};
use shared::members::ArchiveError;
use shared::store::StoreError;
use std::time::Duration;
use testing::withstand::{Failures, Scene, Write, withstand_passing};
use testing::{Fault, TestApp};

const TIME: Duration = Duration::from_secs(10);
const LASTING: Fault = Fault::Error(400, "ValidationException");

#[tokio::test]
async fn faults_that_pass_change_nothing() {
    let write = Write {
        requests: &["Query", "BatchGetItem", "TransactWriteItems", "TransactWriteItems"],
        success: "found 2, archived 2, failed 0",
        effect: &[
            "+ MEMBER#off-0 AUDIT#…",
            "+ MEMBER#off-1 AUDIT#…",
            "- FACET#not-in-discord 001710498600000#off-0",
            "- FACET#not-in-discord 001710498600000#off-1",
            "- FACET#unverified off-0",
            "- FACET#unverified off-1",
            "~ MEMBER#off-0 MEMBER",
            "~ MEMBER#off-1 MEMBER",
        ],
        failures: Failures::MEMBERS,
        repeated: None,
    };
    let job = async |app: &TestApp| {
        let run = handle(&app.app, app.app.request_timeout, true).await.expect("the job succeeds");
        format!("found {}, archived {}, failed {}", run.found, run.archived, run.failed)
    };
    withstand_passing(&write, async || Scene::job(with_members_off_discord(2).await, job)).await;
}

#[tokio::test]
async fn members_who_could_not_be_archived_are_left_for_the_next_run() {
    let app = with_members_off_discord(20).await;
    app.wire.disturb([Fault::None, Fault::None, Fault::None, LASTING, Fault::None, LASTING]);

    let first = handle(&app.app, TIME, true).await.expect("the others are archived");

    assert_eq!((first.found, first.archived, first.failed), (20, 18, 2));
    assert_eq!(archived(&app, "off", 20).await, 18);
    assert_eq!(run(&app).await, (2, 2, 0));
    assert_eq!(Crowd::of(&app).archived().await, 20);
}

#[tokio::test]
async fn the_run_fails_if_nobody_can_be_archived() {
    let app = with_members_off_discord(3).await;
    app.wire.disturb(vec![Fault::None; 2]);
    app.wire.disturb_all(LASTING);

    let error = handle(&app.app, TIME, true).await.expect_err("nobody can be archived");

    assert!(matches!(error, RunError::Archive(ArchiveError::All(3))), "{error}");
    app.wire.reset();
    assert_eq!(run(&app).await, (3, 3, 0));
}

/// All members are read before the first one is archived.
#[tokio::test]
async fn nobody_is_archived_unless_all_can_be_read() {
    let app = with_members_off_discord(150).await;
    for reads in [0, 1, 2] {
        app.wire.disturb(vec![Fault::None; reads].into_iter().chain([LASTING]));

        let error = handle(&app.app, TIME, true).await.expect_err("the members cannot be read");

        assert!(matches!(error, RunError::Archive(ArchiveError::Store(StoreError::Failed(_)))), "{error}");
        assert_eq!(archived(&app, "off", 150).await, 0);
    }
}

#[tokio::test]
async fn nobody_is_archived_unless_the_others_can_be_counted() {
    let app = with_members_off_discord(3).await;
    app.wire.disturb([Fault::None, LASTING]);

    let error = try_run(&app).await.expect_err("the share is unknown");

    assert!(matches!(error, RunError::Archive(ArchiveError::Store(StoreError::Failed(_)))), "{error}");
    assert_eq!(archived(&app, "off", 3).await, 0);
}

#[tokio::test]
async fn the_run_fails_at_its_deadline() {
    let app = with_members_off_discord(3).await;
    app.wire.disturb_all(Fault::Error(400, "ThrottlingException"));

    let error =
        handle(&app.app, Duration::from_millis(300), true).await.expect_err("DynamoDB is busy until the deadline");

    assert!(matches!(error, RunError::Archive(ArchiveError::Store(StoreError::Busy(_)))), "{error}");
}
