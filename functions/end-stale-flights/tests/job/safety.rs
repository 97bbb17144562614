//! The safety stop: if too many flights are silent at once, it was the API that could not be reached.

use crate::scene::{report, started, upcoming, with_airline};
use end_stale_flights::handle;
use std::time::Duration;
use testing::TestApp;

const MINUTE: Duration = Duration::from_mins(1);

/// Runs the job. Returns how many flights it ended and how many the safety stop left running.
async fn run(app: &TestApp) -> (usize, usize) {
    let run = handle(&app.app, Duration::from_secs(10)).await.expect("the job should run");
    (run.ended, run.stopped)
}

/// Starts `silent` flights that have been silent for 5 minutes, and `alive` that tick.
async fn with_flights(silent: usize, alive: usize) -> (TestApp, String, Vec<String>) {
    let (app, key) = with_airline().await;
    let app = app.configured(|app| app.stale_max_share = 0.5);
    let mut flights = Vec::new();
    for _ in 0..silent {
        flights.push(started(&app, &key).await);
    }
    app.clock.advance(5 * MINUTE);
    for _ in 0..alive {
        let _alive = started(&app, &key).await;
    }
    app.wire.reset();
    (app, key, flights)
}

#[tokio::test]
async fn applies_to_more_than_half_of_at_least_ten() {
    for (silent, alive, ended) in [(9, 0, true), (10, 10, true), (10, 9, false), (11, 10, false), (10, 0, false)] {
        let (app, key, _) = with_flights(silent, alive).await;
        let expected = if ended { (silent, 0) } else { (0, silent) };
        assert_eq!(run(&app).await, expected, "{silent} of {}", silent + alive);
        assert_eq!(upcoming(&app, &key).await.len(), alive + expected.1);
    }
}

#[tokio::test]
async fn costs_a_count_and_the_record_of_the_first_stop() {
    let (app, _, _) = with_flights(10, 0).await;
    for writes in [1, 0] {
        let _stopped = run(&app).await;
        let operations = app.wire.take_operations();
        let count = |name: &str| operations.iter().filter(|operation| *operation == name).count();
        assert_eq!((count("Query"), count("GetItem"), count("UpdateItem")), (25, 1, writes));
    }
}

#[tokio::test]
async fn ends_after_thirty_minutes_in_a_row() {
    let (app, key, _) = with_flights(10, 0).await;
    for _ in 0..30 {
        assert_eq!(run(&app).await, (0, 10));
        app.clock.advance(MINUTE);
    }
    assert_eq!(run(&app).await, (10, 0));
    assert!(upcoming(&app, &key).await.is_empty());

    // It begins anew with the next flights.
    for _ in 0..10 {
        let _silent = started(&app, &key).await;
    }
    app.clock.advance(5 * MINUTE);
    assert_eq!(run(&app).await, (0, 10));
}

#[tokio::test]
async fn begins_anew_after_a_run_that_did_not_stop() {
    let (app, key, flights) = with_flights(10, 0).await;
    assert_eq!(run(&app).await, (0, 10));
    for flight in &flights {
        let _ticked = report(&app, &key, flight, "tick").await.expect(200);
    }
    assert_eq!(run(&app).await, (0, 0));
    app.clock.advance(29 * MINUTE);
    assert_eq!(run(&app).await, (0, 10));
    app.clock.advance(29 * MINUTE);
    assert_eq!(run(&app).await, (0, 10));
    app.clock.advance(MINUTE);
    assert_eq!(run(&app).await, (10, 0));
}
