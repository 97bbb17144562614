//! How long an API key stays valid, on an instance that has it cached (warm) and on one that does not (cold).

use crate::superusers::session;
use aws_sdk_dynamodb::types::AttributeValue;
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::time::Duration;
use testing::{Fault, Stored, TestApp};

const KEYS: &str = "/airlines/skyteam/keys";

/// Creates a key and returns it with its id.
async fn rotate(app: &TestApp, session: &str, body: &Value) -> (String, String) {
    let created = app.post(KEYS).bearer(session).json(body).send().await.expect(201).json();
    let text = |field: &str| created[field].as_str().unwrap().to_owned();
    (text("apiKey"), text("keyId"))
}

async fn revoke(app: &TestApp, session: &str, key_id: &str) -> u16 {
    app.delete(&format!("{KEYS}/{key_id}")).bearer(session).send().await.status.as_u16()
}

async fn is_valid(app: &TestApp, key: &str) -> bool {
    match app.get("/airline").key(key).send().await.status.as_u16() {
        200 => true,
        401 => false,
        other => panic!("{other}"),
    }
}

fn cold(app: &TestApp) -> TestApp {
    app.another_instance(app.app.request_timeout)
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test]
async fn is_read_once_a_minute() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let cold = cold(&app);

    let mut read_at = Vec::new();
    for second in 0..=130 {
        assert!(is_valid(&cold, &key).await);
        match &cold.wire.take_operations()[..] {
            [airline] => assert_eq!(airline, "GetItem"),
            [_key, airline] => {
                assert_eq!(airline, "GetItem");
                read_at.push(second);
            }
            other => panic!("{other:?}"),
        }
        app.clock.advance(seconds(1));
    }

    assert!(read_at.len() >= 3, "{read_at:?}");
    assert!(read_at.windows(2).all(|pair| pair[1] - pair[0] <= 60), "{read_at:?}");
}

#[tokio::test]
async fn is_read_again_after_the_clock_is_set_back() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    app.clock.set("2024-03-15T10:29:59.999Z");

    let status = app.get("/status").key(&key).send().await;

    assert_eq!(status.status, 200);
    assert_eq!(app.wire.take_operations(), ["GetItem", "BatchGetItem"]);
}

#[tokio::test]
async fn ends_on_revocation_immediately_when_cold_and_within_a_minute_when_warm() {
    let app = crate::start().await;
    let session = session(&app).await;
    let _first = app.airline("skyteam").await;
    let (key, key_id) = rotate(&app, &session, &json!({})).await;
    let warm = cold(&app);
    assert!(is_valid(&warm, &key).await);

    assert_eq!(revoke(&app, &session, &key_id).await, 204);

    assert!(!is_valid(&cold(&app), &key).await);
    app.clock.advance(Duration::from_millis(59_999));
    assert!(!is_valid(&warm, &key).await);
}

#[tokio::test]
async fn does_not_end_when_a_key_is_created_without_an_overlap() {
    let app = crate::start().await;
    let session = session(&app).await;
    let old = app.airline("skyteam").await;

    let (new, _) = rotate(&app, &session, &json!({})).await;

    app.clock.advance(seconds(10 * 365 * 24 * 60 * 60));
    for key in [old, new] {
        assert!(is_valid(&app, &key).await);
    }
}

#[tokio::test]
async fn ends_when_the_overlap_ends() {
    let app = crate::start().await;
    let session = session(&app).await;
    let old = app.airline("skyteam").await;
    let warm = cold(&app);
    assert!(is_valid(&warm, &old).await);

    let (new, _) = rotate(&app, &session, &json!({ "overlapSeconds": 3600 })).await;

    app.clock.advance(Duration::from_millis(3_599_999));
    for app in [&warm, &cold(&app)] {
        assert!(is_valid(app, &old).await);
        assert!(is_valid(app, &new).await);
    }
    // The warm instance read the key a millisecond ago and still has it cached.
    app.clock.advance(Duration::from_millis(1));
    let refused = warm.get("/airline").key(&old).send().await;
    assert_snapshot!(refused.shown(), @r#"
    401 {
      "error": "Invalid API key"
    }
    "#);
    for app in [&warm, &cold(&app)] {
        assert!(!is_valid(app, &old).await);
        assert!(is_valid(app, &new).await);
    }
}

#[tokio::test]
async fn ends_immediately_with_an_overlap_of_zero() {
    let app = crate::start().await;
    let session = session(&app).await;
    let old = app.airline("skyteam").await;

    let (new, _) = rotate(&app, &session, &json!({ "overlapSeconds": 0 })).await;

    let cold = cold(&app);
    assert!(!is_valid(&cold, &old).await);
    assert!(is_valid(&cold, &new).await);
    // An instance that has the old key cached accepts it for up to a minute longer, as it does after a revocation.
    app.clock.advance(seconds(60));
    assert!(!is_valid(&app, &old).await);
}

#[tokio::test]
async fn ends_after_a_year_with_the_longest_overlap() {
    let app = crate::start().await;
    let session = session(&app).await;
    let old = app.airline("skyteam").await;

    let (new, _) = rotate(&app, &session, &json!({ "overlapSeconds": 31_536_000 })).await;

    app.clock.advance(seconds(31_536_000 - 1));
    assert!(is_valid(&app, &old).await);
    app.clock.advance(seconds(1));
    assert!(!is_valid(&app, &old).await);
    assert!(is_valid(&app, &new).await);
}

#[tokio::test]
async fn ends_at_the_earlier_of_two_expiries() {
    let app = crate::start().await;
    let session = session(&app).await;
    let first = app.airline("skyteam").await;

    let (second, _) = rotate(&app, &session, &json!({ "overlapSeconds": 100 })).await;
    app.clock.advance(seconds(10));
    let (third, _) = rotate(&app, &session, &json!({ "overlapSeconds": 1000 })).await;

    app.clock.advance(seconds(89));
    assert!(is_valid(&app, &first).await);
    app.clock.advance(seconds(1));
    assert!(!is_valid(&app, &first).await);
    app.clock.advance(seconds(909));
    assert!(is_valid(&app, &second).await);
    app.clock.advance(seconds(1));
    assert!(!is_valid(&app, &second).await);
    assert!(is_valid(&app, &third).await);
}

#[tokio::test]
async fn ends_sooner_after_a_later_rotation_with_a_shorter_overlap() {
    let app = crate::start().await;
    let session = session(&app).await;
    let first = app.airline("skyteam").await;

    let (second, _) = rotate(&app, &session, &json!({ "overlapSeconds": 1000 })).await;
    let _third = rotate(&app, &session, &json!({ "overlapSeconds": 10 })).await;

    app.clock.advance(seconds(10));
    let cold = cold(&app);
    assert!(!is_valid(&cold, &first).await);
    assert!(!is_valid(&cold, &second).await);
}

#[tokio::test]
async fn can_be_revoked_before_and_after_it_ends() {
    let app = crate::start().await;
    let session = session(&app).await;
    let _first = app.airline("skyteam").await;
    let (before, before_id) = rotate(&app, &session, &json!({})).await;
    let (_, after_id) = rotate(&app, &session, &json!({})).await;
    let _new = rotate(&app, &session, &json!({ "overlapSeconds": 600 })).await;

    assert_eq!(revoke(&app, &session, &before_id).await, 204);
    assert!(!is_valid(&cold(&app), &before).await);
    app.clock.advance(seconds(601));
    assert_eq!(revoke(&app, &session, &after_id).await, 204);
}

/// Starts a rotation whose write is delayed, and runs `other` while that write is in flight.
async fn meanwhile<T>(app: &TestApp, rotation: impl Future<Output = T>, other: impl Future<Output = ()>) -> T {
    app.wire.reset();
    // The requests are the member, the keys and the transaction.
    app.wire.disturb([Fault::None, Fault::None, Fault::Delay(Duration::from_millis(200))]);
    let then = async {
        let mut sent = 0;
        while sent < 3 {
            tokio::time::sleep(Duration::from_millis(1)).await;
            sent += app.wire.take_operations().len();
        }
        other.await;
    };
    tokio::join!(rotation, then).0
}

#[tokio::test]
async fn ends_immediately_even_if_a_concurrent_rotation_would_extend_it() {
    let app = crate::start().await;
    let session = session(&app).await;
    let old = app.airline("skyteam").await;

    let (new, _) = meanwhile(&app, rotate(&app, &session, &json!({ "overlapSeconds": 3600 })), async {
        let _at_once = rotate(&app, &session, &json!({ "overlapSeconds": 0 })).await;
    })
    .await;

    let cold = cold(&app);
    assert!(!is_valid(&cold, &old).await);
    assert!(is_valid(&cold, &new).await);
}

#[tokio::test]
async fn ends_because_of_a_rotation_that_began_before_it_was_created() {
    let app = crate::start().await;
    let session = session(&app).await;
    let _old = app.airline("skyteam").await;
    let mut between = None;

    let rotation = async { rotate(&app, &session, &json!({ "overlapSeconds": 60 })).await };
    let (new, _) = meanwhile(&app, rotation, async {
        between = Some(rotate(&app, &session, &json!({ "overlapSeconds": 3600 })).await.0);
    })
    .await;

    // The outcome is as if the rotations had run one after the other: the first key ends, the second does not.
    app.clock.advance(seconds(60));
    let cold = cold(&app);
    assert!(!is_valid(&cold, &between.unwrap()).await);
    assert!(is_valid(&cold, &new).await);
}

#[tokio::test]
async fn stays_revoked_when_a_concurrent_rotation_would_end_it_later() {
    let app = crate::start().await;
    let session = session(&app).await;
    let first = app.airline("skyteam").await;
    let (revoked, revoked_id) = rotate(&app, &session, &json!({})).await;

    let (new, _) = meanwhile(&app, rotate(&app, &session, &json!({ "overlapSeconds": 3600 })), async {
        assert_eq!(revoke(&app, &session, &revoked_id).await, 204);
    })
    .await;

    let cold = cold(&app);
    assert!(!is_valid(&cold, &revoked).await);
    assert!(is_valid(&cold, &first).await);
    assert!(is_valid(&cold, &new).await);
    app.clock.advance(seconds(3600));
    assert!(!is_valid(&cold, &first).await);
}

#[tokio::test]
async fn survives_for_exactly_one_of_many_concurrent_rotations() {
    let app = crate::start().await;
    let session = session(&app).await;
    let old = app.airline("skyteam").await;
    let body = json!({ "overlapSeconds": 0 });

    let rotations = (0..8).map(|_| rotate(&app, &session, &body));
    let keys = futures_util::future::join_all(rotations).await;

    let cold = cold(&app);
    assert!(!is_valid(&cold, &old).await);
    let mut valid = 0;
    for (key, _) in &keys {
        valid += u32::from(is_valid(&cold, key).await);
    }
    assert_eq!(valid, 1);
}

#[tokio::test]
async fn stays_in_the_tables_until_it_ends() {
    let app = crate::start().await;
    let session = session(&app).await;
    let _old = app.airline("skyteam").await;

    let _new = rotate(&app, &session, &json!({ "overlapSeconds": 3600 })).await;

    let expiries: Vec<_> =
        Stored::of(&app).items().await.into_values().filter_map(|mut item| item.remove("expires_at")).collect();
    // 2024-03-15T11:30:01Z, for the key and the item that its digest points to. The new key never expires.
    assert_eq!(expiries, vec![AttributeValue::N("1710502201".to_owned()); 2]);
}
