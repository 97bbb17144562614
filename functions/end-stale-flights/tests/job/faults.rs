//! DynamoDB and the network failing under the job.

use crate::scene::{end_time, run, started, with_airline};
use end_stale_flights::handle;
use shared::store::StoreError;
use std::time::Duration;
use testing::{Fault, TestApp};

const MINUTE: Duration = Duration::from_mins(1);

/// So many flights that have gone silent, a second after another; with the last sign of life of each.
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

/// How many of the flights have ended, each at its last sign of life.
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
        // The first and the last of the queries, and each of the updates.
        for position in [0, 7, 8, 9] {
            let (app, key) = with_airline().await;
            let flights = silent_flights(&app, &key, 2).await;
            app.wire.disturb(vec![Fault::None; position].into_iter().chain([fault.clone()]));

            let (ended_now, spared) = run(&app).await;

            assert_eq!(ended_now + spared, 2, "{fault:?} of request {position}");
            app.wire.reset();
            assert_eq!(ended(&app, &key, &flights).await, 2, "{fault:?} of request {position}");
        }
    }
}

/// 16 updates are under way at once: one of the first 16 is refused, or one of those after them.
#[tokio::test]
async fn ends_the_others_when_one_cannot_be_ended() {
    for position in [3, 16] {
        let (app, key) = with_airline().await;
        let flights = silent_flights(&app, &key, 20).await;
        let through = vec![Fault::None; 8 + position];
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
async fn stops_when_its_time_is_up() {
    let (app, key) = with_airline().await;
    let flights = silent_flights(&app, &key, 3).await;
    for undisturbed in [0, 8, 10] {
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
