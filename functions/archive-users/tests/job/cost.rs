//! How many DynamoDB requests a run makes.

use crate::scene::{DAY, run, sign_up, try_run, with_members_off_discord, with_members_on_discord};
use archive_users::handle;
use std::time::Duration;

#[tokio::test]
async fn is_one_index_query_when_there_is_no_member_to_archive() {
    let app = with_members_on_discord(30).await;
    app.wire.reset();

    assert_eq!(run(&app).await, (0, 0, 0));

    assert_eq!(app.wire.take_operations(), ["Query"]);
}

/// Members who stay cost nothing, whether they are on Discord, in their grace period or already archived.
#[tokio::test]
async fn is_one_read_per_hundred_members_and_one_write_per_member() {
    for (count, batches) in [(1, 1), (100, 1), (101, 2)] {
        let app = with_members_off_discord(count).await;
        sign_up(&app, "on", 20, &["in_discord"]).await;
        sign_up(&app, "away", 20, &["archived"]).await;
        app.clock.advance(2 * DAY);
        sign_up(&app, "new", 20, &[]).await;
        app.wire.reset();

        let forced = handle(&app.app, Duration::from_secs(10), true).await.expect("the job should run");

        assert_eq!(forced.archived, count);
        let mut cost = vec!["Query"];
        cost.resize(1 + batches, "BatchGetItem");
        cost.resize(1 + batches + count, "TransactWriteItems");
        assert_eq!(app.wire.take_operations(), cost);
    }
}

/// To decide whether 3 are too many, the job counts at most 15 others, in one or both parts of the index.
#[tokio::test]
async fn is_at_most_two_more_requests_for_counting_the_others() {
    let app = with_members_on_discord(12).await;
    sign_up(&app, "off", 3, &[]).await;
    app.clock.advance(8 * DAY);
    app.wire.reset();

    let _run = try_run(&app).await.expect("3 of 15 should not be too many");

    let cost = ["Query", "Query", "Query", "BatchGetItem"];
    assert_eq!(app.wire.take_operations()[..4], cost);

    sign_up(&app, "off-later", 2, &[]).await;
    app.clock.advance(8 * DAY);
    sign_up(&app, "new", 10, &[]).await;
    app.wire.reset();

    let _run = try_run(&app).await.expect("2 of 24 should not be too many");

    assert_eq!(app.wire.take_operations()[..3], ["Query", "Query", "BatchGetItem"]);
}
