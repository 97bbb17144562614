//! The job withstands the faults of DynamoDB and the network.

use crate::scene::{end_time, run, started, with_airline};
use end_stale_flights::handle;
use shared::store::StoreError;
use std::time::Duration;
use testing::withstand::{Failures, Scene, Write, withstand_passing};
use testing::{Fault, TestApp};

const MINUTE: Duration = Duration::from_mins(1);

/// Creates flights that went silent one second after another. Returns each with the time of its last tick or start.
async fn silent_flights(app: &TestApp, key: &str, count: usize) -> Vec<(String, String)> {
    let mut flights = Vec::new();
    for _ in 0..count {
        flights.push((started(app, key).await, app.now().to_string()));
        app.clock.advance(Duration::from_secs(1));
    }
    app.clock.advance(5 * MINUTE);
    app.wire.reset();
    flights
}

/// Returns how many of the flights have ended, all of them at the time of their last tick or start.
async fn ended(app: &TestApp, key: &str, flights: &[(String, String)]) -> usize {
    let mut ended = 0;
    for (flight, last_sign) in flights {
        if let Some(end) = end_time(app, key, flight).await {
            assert_eq!(end, *last_sign);
            ended += 1;
        }
    }
    ended
}

#[tokio::test]
async fn faults_that_pass_change_nothing() {
    let write = Write {
        requests: &[
            "Query",
            "Query",
            "Query",
            "Query",
            "Query",
            "Query",
            "Query",
            "Query",
            "Query",
            "GetItem",
            "UpdateItem",
            "UpdateItem",
        ],
        success: "2",
        effect: &["~ FLIGHT#… FLIGHT", "~ FLIGHT#… FLIGHT"],
        failures: Failures::FLYERS,
        repeated: None,
    };
    let prepare = async || {
        let (app, key) = with_airline().await;
        let _flights = silent_flights(&app, &key, 2).await;
        Scene::job(app, async |app: &TestApp| {
            let run = handle(&app.app, app.app.request_timeout).await.expect("the job succeeds");
            // A retry finds the flight ended, and cannot know by whom.
            (run.ended + run.spared).to_string()
        })
    };
    withstand_passing(&write, prepare).await;
}

/// 16 updates are sent concurrently: one of the first 16 is rejected, or one of those after them.
#[tokio::test]
async fn the_other_flights_are_ended_if_one_cannot_be() {
    for position in [3, 16] {
        let (app, key) = with_airline().await;
        let flights = silent_flights(&app, &key, 20).await;
        let through = vec![Fault::None; 18 + position];
        app.wire.disturb(through.into_iter().chain([Fault::Error(400, "ValidationException")]));

        let broken = handle(&app.app, Duration::from_secs(10)).await;

        assert!(matches!(broken, Err(StoreError::Failed(_))), "{broken:?}");
        app.wire.reset();
        assert_eq!(run(&app).await, (1, 0));
        assert_eq!(ended(&app, &key, &flights).await, 20);
        assert_eq!(run(&app).await, (0, 0));
    }
}

#[tokio::test]
async fn the_run_fails_at_its_deadline() {
    let (app, key) = with_airline().await;
    let flights = silent_flights(&app, &key, 3).await;
    for undisturbed in [0, 10, 12] {
        app.wire.disturb(vec![Fault::None; undisturbed]);
        app.wire.disturb_all(Fault::Error(400, "ThrottlingException"));

        let stopped = handle(&app.app, Duration::from_millis(500)).await;

        assert!(matches!(stopped, Err(StoreError::Busy(_))), "{stopped:?}");
        app.wire.reset();
    }
    let (rest, _) = run(&app).await;
    assert!((1..=3).contains(&rest), "{rest} were left");
    assert_eq!(ended(&app, &key, &flights).await, 3);
}
