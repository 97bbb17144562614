//! `GET /status`

use insta::{allow_duplicates, assert_snapshot};
use std::time::{Duration, Instant};
use testing::Fault;

#[tokio::test]
async fn returns_the_airline_and_reports_that_the_tables_respond() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;

    let status = app.get("/status").key(&key).send().await;

    assert_snapshot!(status.shown(), @r#"
    200 {
      "ok": true,
      "milesAvailable": true,
      "airline": {
        "airlineId": "skyteam",
        "name": "Airline skyteam",
        "inviteLink": "https://discord.gg/skyteam",
        "serverId": null,
        "createdAt": "2024-03-15T10:30:00.000Z",
        "updatedAt": "2024-03-15T10:30:00.000Z"
      }
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["BatchGetItem"]);
}

#[tokio::test]
async fn reports_quickly_that_no_table_responds() {
    let faults = [
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::Error(500, "InternalServerError"),
        Fault::Error(400, "ThrottlingException"),
        Fault::Error(400, "ResourceNotFoundException"),
        Fault::Error(400, "AccessDeniedException"),
        Fault::Delay(Duration::from_mins(1)),
    ];
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let app = app.another_instance(Duration::from_millis(500));

    for fault in faults {
        app.wire.reset();
        let _warm = app.get("/status").key(&key).send().await.expect(200);
        app.wire.disturb_all(fault.clone());
        let sent = Instant::now();

        let status = app.get("/status").key(&key).send().await;

        assert!(sent.elapsed() < Duration::from_secs(2), "{fault:?}");
        allow_duplicates! {
            assert_snapshot!(status.shown(), @r#"
            200 {
              "ok": true,
              "milesAvailable": false,
              "airline": null
            }
            "#);
        }
    }
}

/// The timeout of requests is longer than those who watch the system want to wait.
#[tokio::test]
async fn is_reported_within_two_seconds() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let cold = app.another_instance(Duration::from_secs(10));

    for (app, expected) in [(&app, 200), (&cold, 503)] {
        app.wire.disturb_all(Fault::Delay(Duration::from_mins(1)));
        let sent = Instant::now();
        let status = app.get("/status").key(&key).send().await;
        assert!(sent.elapsed() < Duration::from_millis(2500), "{:?}", sent.elapsed());
        assert_eq!(status.status, expected, "{}", status.shown());
    }
}

#[tokio::test]
async fn returns_the_airline_as_long_as_its_own_table_responds() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    app.wire.disturb([Fault::Error(400, "ResourceNotFoundException")]);

    let status = app.get("/status").key(&key).send().await;

    assert_snapshot!(status.shown(), @r#"
    200 {
      "ok": true,
      "milesAvailable": false,
      "airline": {
        "airlineId": "skyteam",
        "name": "Airline skyteam",
        "inviteLink": "https://discord.gg/skyteam",
        "serverId": null,
        "createdAt": "2024-03-15T10:30:00.000Z",
        "updatedAt": "2024-03-15T10:30:00.000Z"
      }
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["BatchGetItem", "GetItem"]);
}

#[tokio::test]
async fn cannot_identify_an_uncached_key_while_no_table_responds() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let cold = app.another_instance(Duration::from_millis(200));
    cold.wire.disturb_all(Fault::CutBefore);

    let status = cold.get("/status").key(&key).send().await;

    assert_snapshot!(status.shown(), @r#"
    503 {
      "error": "Please retry"
    }
    "#);
    assert_eq!(status.header("retry-after"), Some("1"));
}
