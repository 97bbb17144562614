//! The stop that keeps a run from archiving too many.

use crate::scene::{archived, run, sign_up, try_run, with_members_on_discord};
use archive_users::{RunError, handle};
use shared::members::ArchiveError;
use std::time::Duration;
use testing::TestApp;

/// The API with so many members on Discord and so many who are not.
async fn with_members(on: usize, off: usize) -> TestApp {
    let app = with_members_on_discord(on).await;
    sign_up(&app, "off", off, &[]).await;
    app.clock.advance(8 * crate::scene::DAY);
    app
}

#[tokio::test]
async fn archives_up_to_a_fifth_and_nobody_of_more() {
    // Members on Discord, members who are not, whether these are archived.
    let communities = [
        (8, 2, true),
        (7, 3, false),
        (9, 2, true),
        (40, 10, true),
        (39, 10, false),
        // Fewer than ten are held back by nothing.
        (0, 9, true),
        (4, 5, true),
        (0, 10, false),
    ];
    for (on, off, are_archived) in communities {
        let app = with_members(on, off).await;

        let ended = try_run(&app).await;

        if are_archived {
            assert_eq!(ended.expect("it is not held back").archived, off, "{off} of {}", on + off);
        } else {
            assert!(matches!(ended, Err(RunError::Archive(ArchiveError::Safety { .. }))), "{off} of {}", on + off);
        }
        assert_eq!(archived(&app, "off", off).await, if are_archived { off } else { 0 }, "{off} of {}", on + off);
    }
}

#[tokio::test]
async fn says_how_many_it_would_have_archived() {
    let app = with_members(7, 3).await;

    let error = try_run(&app).await.expect_err("it is held back");

    assert_eq!(error.to_string(), "3 of 10 members would be archived, more than a share of 0.2; nobody was archived");
}

/// 7 of 100 are a share of 0.07, though 7 / 0.07 is a little over 100 in binary fractions.
#[tokio::test]
async fn takes_the_share_that_is_configured() {
    let shares =
        [(0.07, 7, true), (0.06, 7, false), (0.29, 29, true), (0.28, 29, false), (0.0, 1, false), (1.0, 100, true)];
    for (max_share, off, are_archived) in shares {
        let app = with_members(100 - off, off).await.configured(|app| app.archiving.max_share = max_share);

        assert_eq!(try_run(&app).await.is_ok(), are_archived, "{off} of 100 with {max_share}");
    }
}

#[tokio::test]
async fn lets_a_run_through_in_which_there_is_nobody_to_archive() {
    let app = with_members_on_discord(10).await.configured(|app| app.archiving.max_share = 0.0);

    assert_eq!(run(&app).await, (0, 0, 0));
}

#[tokio::test]
async fn counts_no_archived_members_and_those_in_their_first_days() {
    // 3 of 15: five who are archived don't count, five who have just signed up do.
    let app = with_members(7, 3).await;
    sign_up(&app, "away", 5, &["archived"]).await;
    let _held_back = try_run(&app).await.expect_err("3 of 10 are too many");
    sign_up(&app, "new", 5, &[]).await;

    assert_eq!(run(&app).await, (3, 3, 0));
}

#[tokio::test]
async fn is_overridden_by_force() {
    let app = with_members(0, 12).await;
    sign_up(&app, "new", 1, &[]).await;
    let _held_back = try_run(&app).await.expect_err("12 of 13 are too many");

    let forced = handle(&app.app, Duration::from_secs(10), true).await.expect("it is not held back");

    assert_eq!((forced.found, forced.archived, forced.failed), (12, 12, 0));
    // The first days are kept all the same.
    assert_eq!(archived(&app, "new", 1).await, 0);
}
