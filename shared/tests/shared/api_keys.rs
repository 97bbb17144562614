//! API key checks on every route that takes a key.

use http::Method;
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use testing::{Answer, Fault, TestApp};

/// Returns every operation in the API reference, with `0` for each path parameter, and its security requirements.
fn operations() -> Vec<(Method, String, Value)> {
    let routes = miles::routes().merge(flights::routes()).merge(airlines::routes()).merge(system::routes());
    let document = serde_json::to_value(routes.get_openapi()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Ok(method) = method.to_uppercase().parse() else { continue };
            let segments = path.split('/').map(|segment| if segment.starts_with('{') { "0" } else { segment });
            operations.push((method, segments.collect::<Vec<_>>().join("/"), operation["security"].clone()));
        }
    }
    operations
}

fn with_keys() -> impl Iterator<Item = (Method, String)> {
    let takes_a_key = |security: &Value| *security == json!([{ "apiKey": [] }]);
    operations().into_iter().filter(move |operation| takes_a_key(&operation.2)).map(|(method, path, _)| (method, path))
}

#[test]
fn are_required_on_all_but_a_few_routes() {
    let others = operations().into_iter().filter(|operation| operation.2 != json!([{ "apiKey": [] }]));
    let others: BTreeSet<_> = others.map(|(method, path, _)| format!("{method} {path}")).collect();
    let expected = ["DELETE /airlines/0/keys/0", "GET /", "GET /health", "POST /airlines", "POST /airlines/0/keys"];

    assert_eq!(others, expected.map(str::to_owned).into());
    assert_eq!(with_keys().count(), 22);
}

/// Sends `key` to every route that takes a key. Returns the response, which must be the same for all of them, and the
/// number of DynamoDB requests.
async fn common_response(app: &TestApp, key: Option<&[u8]>) -> (String, usize) {
    let mut answers = Vec::new();
    for (method, path) in with_keys() {
        // Every route would reject this body.
        let call = app.call(method, &path).header("content-type", "application/json").body("{");
        let call = if let Some(key) = key { call.header_bytes("x-api-key", key) } else { call };
        let answer: Answer = call.send().await;
        answers.push((answer.shown(), app.wire.take_operations()));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    let (answer, operations) = answers.remove(0);
    assert!(operations.iter().all(|operation| operation == "GetItem"), "{operations:?}");
    (answer, operations.len())
}

#[tokio::test]
async fn are_reported_when_missing() {
    let app = crate::start().await;
    let (missing, requests) = common_response(&app, None).await;

    assert_snapshot!(missing, @r#"
    401 {
      "error": "Missing x-api-key header"
    }
    "#);
    assert_eq!(requests, 0);
    for key in [b"".as_slice(), b" ", b"\t", b" \t  "] {
        assert_eq!(common_response(&app, Some(key)).await, (missing.clone(), 0));
    }
}

#[tokio::test]
async fn are_looked_up_every_time_when_unknown() {
    let app = crate::start().await;
    let _key = app.airline("skyteam").await;

    let (unknown, requests) = common_response(&app, Some(b"sky_unknown")).await;

    assert_snapshot!(unknown, @r#"
    401 {
      "error": "Invalid API key"
    }
    "#);
    assert_eq!(requests, 1);
    assert_eq!(common_response(&app, Some(b"sky_unknown")).await, (unknown, 1));
}

#[tokio::test]
async fn are_not_normalized() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let (unknown, _) = common_response(&app, Some(b"sky_unknown")).await;
    let digest = shared::models::KeyDigest::of(&key).as_str().to_owned();
    let bare = key.strip_prefix("sky_").unwrap();
    let others = [
        key.to_lowercase(),
        key.to_uppercase(),
        bare.to_owned(),
        format!("{key}="),
        format!("Bearer {key}"),
        format!("\"{key}\""),
        format!("{key},{key}"),
        key[..key.len() - 1].to_owned(),
        digest,
        "Zoë".to_owned(),
        "x".repeat(512),
    ];

    for other in others {
        assert_eq!(common_response(&app, Some(other.as_bytes())).await, (unknown.clone(), 1), "{other}");
    }
    // White space around a header's value is not part of the value.
    assert_eq!(app.get("/airline").key(&format!(" {key}\t")).send().await.status, 200);
}

#[tokio::test]
async fn are_rejected_without_a_read_when_malformed() {
    let app = crate::start().await;
    let (unknown, _) = common_response(&app, Some(b"sky_unknown")).await;
    let (too_long, much_too_long) = (vec![b'x'; 513], vec![b'x'; 100_000]);

    for key in [&b"\xff\xfe"[..], b"sky_\xc3(", &too_long, &much_too_long] {
        assert_eq!(common_response(&app, Some(key)).await, (unknown.clone(), 0));
    }
}

#[tokio::test]
async fn cost_one_request_when_uncached_and_none_when_cached() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;

    for (method, path) in with_keys() {
        let cold = app.another_instance(app.app.request_timeout);
        let mut requests = Vec::new();
        for _ in 0..2 {
            let answer = cold.call(method.clone(), &path).key(&key).body("{").send().await;
            assert_ne!(answer.status, 401);
            requests.push(cold.wire.take_operations());
        }
        let [new, cached] = &requests[..] else { unreachable!() };
        assert_eq!(new[0], "GetItem", "{method} {path}");
        assert_eq!(new[1..], cached[..], "{method} {path}");
    }
}

#[tokio::test]
async fn identify_their_airline() {
    let app = crate::start().await;
    let (sky, one) = (app.airline("skyteam").await, app.airline("oneworld").await);

    for (key, airline) in [(&sky, "skyteam"), (&one, "oneworld"), (&sky, "skyteam")] {
        assert_eq!(app.get("/airline").key(key).send().await.json()["airlineId"], airline);
    }
}

#[tokio::test]
async fn cannot_be_checked_while_the_table_does_not_respond() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let cold = app.another_instance(Duration::from_secs(1));

    for (fault, status) in [(Fault::CutBefore, 503), (Fault::Error(400, "AccessDeniedException"), 500)] {
        cold.wire.reset();
        cold.wire.disturb_all(fault.clone());
        let answer = cold.get("/airline").key(&key).send().await;
        assert_eq!(answer.status.as_u16(), status, "{fault:?}");
    }
    // The failure must not be cached as either a valid or an invalid key.
    cold.wire.reset();
    assert_eq!(cold.get("/airline").key(&key).send().await.status, 200);
    assert_eq!(cold.wire.take_operations(), ["GetItem", "GetItem"]);
}
