//! What a run costs in DynamoDB requests.

use crate::scene::{DAY, run, sign_up, try_run, with_members_off_discord, with_members_on_discord};
use archive_users::handle;
use std::time::Duration;

#[tokio::test]
async fn reads_the_index_once_where_there_is_nobody_to_archive() {
    let app = with_members_on_discord(30).await;
    app.wire.reset();

    assert_eq!(run(&app).await, (0, 0, 0));

    assert_eq!(app.wire.take_operations(), ["Query"]);
}

/// Who stays costs nothing: neither those on Discord nor those in their first days nor the archived.
#[tokio::test]
async fn reads_a_hundred_members_at_once_and_writes_each_once() {
    for (count, batches) in [(1, 1), (100, 1), (101, 2)] {
        let app = with_members_off_discord(count).await;
        sign_up(&app, "on", 20, &["in_discord"]).await;
        sign_up(&app, "away", 20, &["archived"]).await;
        app.clock.advance(2 * DAY);
        sign_up(&app, "new", 20, &[]).await;
        app.wire.reset();

        let forced = handle(&app.app, Duration::from_secs(10), true).await.expect("the job runs");

        assert_eq!(forced.archived, count);
        let mut cost = vec!["Query"];
        cost.resize(1 + batches, "BatchGetItem");
        cost.resize(1 + batches + count, "TransactWriteItems");
        assert_eq!(app.wire.take_operations(), cost);
    }
}

/// To tell whether 3 are too many, 15 others are counted at most: both parts of the index, or only the first.
#[tokio::test]
async fn counts_the_others_with_two_requests() {
    let app = with_members_on_discord(12).await;
    sign_up(&app, "off", 3, &[]).await;
    app.clock.advance(8 * DAY);
    app.wire.reset();

    let _run = try_run(&app).await.expect("3 of 15 are not too many");

    let cost = ["Query", "Query", "Query", "BatchGetItem"];
    assert_eq!(app.wire.take_operations()[..4], cost);

    sign_up(&app, "off-later", 2, &[]).await;
    app.clock.advance(8 * DAY);
    sign_up(&app, "new", 10, &[]).await;
    app.wire.reset();

    let _run = try_run(&app).await.expect("2 of 24 are not too many");

    assert_eq!(app.wire.take_operations()[..3], ["Query", "Query", "BatchGetItem"]);
}
