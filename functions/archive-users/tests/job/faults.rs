//! DynamoDB and the network failing under the job.

use crate::crowd::Crowd;
use crate::scene::{archived, run, try_run, with_members_off_discord};
use archive_users::{RunError, handle};
use shared::members::ArchiveError;
use shared::store::StoreError;
use std::time::Duration;
use testing::Fault;

const TIME: Duration = Duration::from_secs(10);
const LASTING: Fault = Fault::Error(400, "ValidationException");

#[tokio::test]
async fn gets_over_what_passes() {
    let passing = [
        Fault::Error(400, "ThrottlingException"),
        Fault::Error(400, "ProvisionedThroughputExceededException"),
        Fault::Error(500, "InternalServerError"),
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::Delay(Duration::from_millis(30)),
    ];
    for fault in passing {
        // The index, the members, and each of the changes.
        for position in 0..5 {
            let app = with_members_off_discord(3).await;
            app.wire.disturb(vec![Fault::None; position].into_iter().chain([fault.clone()]));

            let run = handle(&app.app, TIME, true).await.expect("the job runs");

            assert_eq!((run.found, run.archived, run.failed), (3, 3, 0), "{fault:?} of request {position}");
            assert_eq!(Crowd::of(&app).archived().await, 3, "{fault:?} of request {position}");
        }
    }
}

#[tokio::test]
async fn gets_over_conflicts_and_keys_left_unprocessed() {
    let app = with_members_off_discord(5).await;
    app.wire.disturb([Fault::None, Fault::LeaveUnprocessed, Fault::None, Fault::Conflict, Fault::Conflict]);

    let run = handle(&app.app, TIME, true).await.expect("the job runs");

    assert_eq!((run.found, run.archived, run.failed), (5, 5, 0));
    assert_eq!(Crowd::of(&app).archived().await, 5);
}

#[tokio::test]
async fn leaves_who_fails_for_the_next_run() {
    let app = with_members_off_discord(20).await;
    app.wire.disturb([Fault::None, Fault::None, Fault::None, LASTING, Fault::None, LASTING]);

    let first = handle(&app.app, TIME, true).await.expect("the others are archived");

    assert_eq!((first.found, first.archived, first.failed), (20, 18, 2));
    assert_eq!(archived(&app, "off", 20).await, 18);
    assert_eq!(run(&app).await, (2, 2, 0));
    assert_eq!(Crowd::of(&app).archived().await, 20);
}

#[tokio::test]
async fn fails_where_everybody_does() {
    let app = with_members_off_discord(3).await;
    app.wire.disturb(vec![Fault::None; 2]);
    app.wire.disturb_all(LASTING);

    let error = handle(&app.app, TIME, true).await.expect_err("nobody can be archived");

    assert!(matches!(error, RunError::Archive(ArchiveError::All(3))), "{error}");
    app.wire.reset();
    assert_eq!(run(&app).await, (3, 3, 0));
}

/// Everybody is read before the first is archived.
#[tokio::test]
async fn archives_nobody_where_not_all_can_be_read() {
    let app = with_members_off_discord(150).await;
    for reads in [0, 1, 2] {
        app.wire.disturb(vec![Fault::None; reads].into_iter().chain([LASTING]));

        let error = handle(&app.app, TIME, true).await.expect_err("they cannot be read");

        assert!(matches!(error, RunError::Archive(ArchiveError::Store(StoreError::Failed(_)))), "{error}");
        assert_eq!(archived(&app, "off", 150).await, 0);
    }
}

#[tokio::test]
async fn archives_nobody_where_the_others_cannot_be_counted() {
    let app = with_members_off_discord(3).await;
    app.wire.disturb([Fault::None, LASTING]);

    let error = try_run(&app).await.expect_err("it is not known how many there are");

    assert!(matches!(error, RunError::Archive(ArchiveError::Store(StoreError::Failed(_)))), "{error}");
    assert_eq!(archived(&app, "off", 3).await, 0);
}

#[tokio::test]
async fn stops_when_its_time_is_up() {
    let app = with_members_off_discord(3).await;
    app.wire.disturb_all(Fault::Error(400, "ThrottlingException"));

    let error = handle(&app.app, Duration::from_millis(300), true).await.expect_err("DynamoDB is busy");

    assert!(matches!(error, RunError::Archive(ArchiveError::Store(StoreError::Busy(_)))), "{error}");
}
