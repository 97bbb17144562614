//! The safety limit that keeps a run from archiving too many members.

use crate::scene::{archived, run, sign_up, try_run, with_members_on_discord};
use archive_users::{RunError, handle};
use shared::members::ArchiveError;
use std::time::Duration;
use testing::TestApp;

/// Starts the API with `on` members on Discord and `off` members who are not.
async fn with_members(on: usize, off: usize) -> TestApp {
    let app = with_members_on_discord(on).await;
    sign_up(&app, "off", off, &[]).await;
    app.clock.advance(8 * crate::scene::DAY);
    app
}

#[tokio::test]
async fn allows_up_to_a_fifth_and_archives_no_one_above_that() {
    // Members on Discord, members not on Discord, and whether the latter are archived.
    let communities = [
        (8, 2, true),
        (7, 3, false),
        (9, 2, true),
        (40, 10, true),
        (39, 10, false),
        // The limit does not apply to fewer than ten members.
        (0, 9, true),
        (4, 5, true),
        (0, 10, false),
    ];
    for (on, off, are_archived) in communities {
        let app = with_members(on, off).await;

        let ended = try_run(&app).await;

        if are_archived {
            assert_eq!(ended.expect("the run should pass the limit").archived, off, "{off} of {}", on + off);
        } else {
            assert!(matches!(ended, Err(RunError::Archive(ArchiveError::Safety { .. }))), "{off} of {}", on + off);
        }
        assert_eq!(archived(&app, "off", off).await, if are_archived { off } else { 0 }, "{off} of {}", on + off);
    }
}

#[tokio::test]
async fn reports_how_many_it_would_have_archived() {
    let app = with_members(7, 3).await;

    let error = try_run(&app).await.expect_err("the run should exceed the limit");

    assert_eq!(error.to_string(), "3 of 10 members would be archived, more than a share of 0.2; nobody was archived");
}

/// 7 of 100 is a share of exactly 0.07, although 7 / 0.07 is slightly over 100 in floating point.
#[tokio::test]
async fn uses_the_configured_share() {
    let shares =
        [(0.07, 7, true), (0.06, 7, false), (0.29, 29, true), (0.28, 29, false), (0.0, 1, false), (1.0, 100, true)];
    for (max_share, off, are_archived) in shares {
        let app = with_members(100 - off, off).await.configured(|app| app.archiving.max_share = max_share);

        assert_eq!(try_run(&app).await.is_ok(), are_archived, "{off} of 100 with {max_share}");
    }
}

#[tokio::test]
async fn allows_a_run_without_members_to_archive() {
    let app = with_members_on_discord(10).await.configured(|app| app.archiving.max_share = 0.0);

    assert_eq!(run(&app).await, (0, 0, 0));
}

#[tokio::test]
async fn counts_members_in_their_grace_period_but_not_archived_ones() {
    // 3 of 15: the five archived members don't count, the five who just signed up do.
    let app = with_members(7, 3).await;
    sign_up(&app, "away", 5, &["archived"]).await;
    let _held_back = try_run(&app).await.expect_err("3 of 10 should be too many");
    sign_up(&app, "new", 5, &[]).await;

    assert_eq!(run(&app).await, (3, 3, 0));
}

#[tokio::test]
async fn is_overridden_by_force() {
    let app = with_members(0, 12).await;
    sign_up(&app, "new", 1, &[]).await;
    let _held_back = try_run(&app).await.expect_err("12 of 13 should be too many");

    let forced = handle(&app.app, Duration::from_secs(10), true).await.expect("the run should pass the limit");

    assert_eq!((forced.found, forced.archived, forced.failed), (12, 12, 0));
    // The grace period still applies.
    assert_eq!(archived(&app, "new", 1).await, 0);
}
