//! How many DynamoDB requests a run makes.

use crate::scene::{report, run, started, with_airline};
use std::time::Duration;

#[tokio::test]
async fn is_one_query_per_shard_and_one_update_per_silent_flight() {
    let (app, key) = with_airline().await;
    for silent in [0, 1, 17] {
        for _ in 0..silent {
            let _silent = started(&app, &key).await;
        }
        app.clock.advance(Duration::from_mins(5));
        // Flights that are running, have not started or have ended cost nothing.
        for _ in 0..10 {
            let _running = started(&app, &key).await;
            let _planned = app.flight(&key, "skyteam").await;
            let ended = started(&app, &key).await;
            let _ended = report(&app, &key, &ended, "serverEnd").await.expect(200);
        }
        app.wire.reset();

        assert_eq!(run(&app).await, (silent, 0));

        let mut cost = vec!["Query"; 9];
        cost.push("GetItem");
        if silent >= 10 {
            // The running flights are counted, for the safety stop.
            cost.resize(18, "Query");
        }
        cost.resize(cost.len() + silent, "UpdateItem");
        assert_eq!(app.wire.take_operations(), cost);
        app.clock.advance(Duration::from_mins(5));
        let _swept = run(&app).await;
    }
}
