//! Runs that overlap with each other or with reports from game servers.

use crate::scene::{end_time, report, run, started, upcoming, with_airline};
use end_stale_flights::handle;
use std::sync::Arc;
use std::time::Duration;
use testing::{Fault, TestApp};
use tokio::task::{JoinHandle, JoinSet};

const MINUTE: Duration = Duration::from_mins(1);

/// Starts the job with each update delayed by a second, and waits until it has sent that many updates.
async fn run_late(app: &Arc<TestApp>, updates: usize) -> JoinHandle<(usize, usize)> {
    app.wire.reset();
    app.wire.disturb(vec![Fault::None; 10].into_iter().chain(vec![Fault::Delay(Duration::from_secs(1)); updates]));
    let job = tokio::spawn({
        let app = app.clone();
        async move { run(&app).await }
    });
    let mut sent = 0;
    while sent < updates {
        tokio::time::sleep(Duration::from_millis(1)).await;
        sent += app.wire.take_operations().iter().filter(|operation| *operation == "UpdateItem").count();
    }
    job
}

#[tokio::test(flavor = "multi_thread")]
async fn spares_a_flight_that_ticks_during_the_run() {
    let (app, key) = with_airline().await;
    let app = Arc::new(app);
    let flight = started(&app, &key).await;
    app.clock.advance(5 * MINUTE);
    let job = run_late(&app, 1).await;

    let _ticked = report(&app, &key, &flight, "tick").await.expect(200);

    assert_eq!(job.await.unwrap(), (0, 1));
    assert_eq!(end_time(&app, &key, &flight).await, None);
    app.clock.advance(5 * MINUTE);
    assert_eq!(run(&app).await, (1, 0));
    assert_eq!(end_time(&app, &key, &flight).await.as_deref(), Some("2024-03-15T10:35:00.000Z"));
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_end_time_of_a_flight_that_ends_during_the_run() {
    let (app, key) = with_airline().await;
    let app = Arc::new(app);
    let flight = started(&app, &key).await;
    app.clock.advance(5 * MINUTE);
    let job = run_late(&app, 1).await;

    let _ended = report(&app, &key, &flight, "serverEnd").await.expect(200);

    assert_eq!(job.await.unwrap(), (0, 1));
    assert_eq!(end_time(&app, &key, &flight).await.as_deref(), Some("2024-03-15T10:35:00.000Z"));
}

/// Both runs find the same flights.
#[tokio::test(flavor = "multi_thread")]
async fn is_harmless_when_another_run_is_faster() {
    let (app, key) = with_airline().await;
    let app = Arc::new(app);
    let flights = [started(&app, &key).await, started(&app, &key).await];
    app.clock.advance(5 * MINUTE);
    let slower = run_late(&app, 2).await;

    assert_eq!(run(&app).await, (2, 0));

    assert_eq!(slower.await.unwrap(), (0, 2));
    for flight in &flights {
        assert_eq!(end_time(&app, &key, flight).await.as_deref(), Some("2024-03-15T10:30:00.000Z"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ends_each_flight_once_however_many_runs_overlap() {
    let (app, key) = with_airline().await;
    let app = Arc::new(app);
    for _ in 0..20 {
        let _flight = started(&app, &key).await;
    }
    app.clock.advance(5 * MINUTE);
    let mut runs = JoinSet::new();
    for _ in 0..4 {
        let app = app.clone();
        runs.spawn(async move { run(&app).await });
    }

    let ended: usize = runs.join_all().await.into_iter().map(|(ended, _)| ended).sum();

    assert_eq!(ended, 20);
    assert!(upcoming(&app, &key).await.is_empty());
}

/// Every tick races with the job. A tick that comes after the end reopens the flight, so that every flight is open then.
#[tokio::test(flavor = "multi_thread")]
async fn never_leaves_a_flight_ended_that_ticks() {
    let (app, key) = with_airline().await;
    let app = Arc::new(app);
    let key: Arc<str> = key.into();
    let mut flights = Vec::new();
    for _ in 0..20 {
        flights.push(started(&app, &key).await);
    }
    app.clock.advance(5 * MINUTE);
    let job = tokio::spawn({
        let app = app.clone();
        async move { handle(&app.app, Duration::from_secs(10)).await.expect("the job should run") }
    });
    let mut ticks = JoinSet::new();
    for flight in flights {
        let (app, key) = (app.clone(), key.clone());
        ticks.spawn(async move { (report(&app, &key, &flight, "tick").await.status.as_u16(), flight) });
    }

    let ticked = ticks.join_all().await;

    let _ended = job.await.unwrap();
    for (status, flight) in ticked {
        assert_eq!(status, 200);
        assert_eq!(end_time(&app, &key, &flight).await, None);
    }
}
