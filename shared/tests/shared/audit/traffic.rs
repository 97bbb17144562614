//! Whatever happens while it runs, an audit finds nothing wrong with what is right.

use super::community::community;
use super::findings;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use testing::{DEMO_KEY, TestApp, demo_session};

/// Number of audits.
const AUDITS: usize = 12;

/// Sends a request for the n-th time, and returns whether it was successful.
async fn send(app: &TestApp, kind: usize, n: usize) -> bool {
    let post = async |path: &str, body: Value| {
        app.post(path).key(DEMO_KEY).bearer(&demo_session()).json(&body).send().await.status.is_success()
    };
    let patch = async |path: &str, body: Value| {
        app.patch(path).bearer(&demo_session()).json(&body).send().await.status.is_success()
    };
    match kind {
        0 => post("/user/123456789/buyProduct", json!({ "productId": "a1b2c3" })).await,
        1 => {
            let flight = app.flight(DEMO_KEY, "skyteam").await;
            let boarding = json!({ "userId": "123456789", "miles": 900 });
            post(&format!("/flight/{flight}/passengers"), boarding).await
                && post(&format!("/flight/{flight}/serverStart"), json!({})).await
                && post(&format!("/flight/{flight}/serverEnd"), json!({})).await
        }
        2 => patch("/users/ada/temporary/data", json!({ "archived": n.is_multiple_of(2), "reason": "traffic" })).await,
        3 => {
            let discord = json!({ "discordId": format!("7996004672189235{:02}", 30 + n % 50) });
            patch("/users/bessie/discord", discord).await
        }
        4 => {
            let key = app.post("/airlines/oceanic/keys").bearer(&demo_session()).json(&json!({ "overlapSeconds": 60 }));
            let key = key.send().await.json();
            let revoked = format!("/airlines/oceanic/keys/{}", key["keyId"].as_str().unwrap_or_default());
            app.delete(&revoked).bearer(&demo_session()).send().await.status.is_success()
        }
        _ => {
            let status = json!({ "state": if n.is_multiple_of(2) { "IDLE" } else { "ACTIVE" } });
            patch("/users/status/amelia", status).await
        }
    }
}

#[tokio::test]
async fn makes_nothing_seem_wrong() {
    let app = community().await;
    let is_over = AtomicBool::new(false);
    let done: [AtomicUsize; 6] = Default::default();
    let traffic = futures_util::future::join_all((0..done.len()).map(async |kind| {
        for n in 0.. {
            if is_over.load(Ordering::SeqCst) {
                break;
            }
            done[kind].fetch_add(usize::from(send(&app, kind, n).await), Ordering::SeqCst);
        }
    }));
    let audits = async {
        let mut all = Vec::new();
        for _ in 0..AUDITS {
            all.extend(findings(&app).await);
        }
        is_over.store(true, Ordering::SeqCst);
        all
    };
    let (_, found) = futures_util::future::join(traffic, audits).await;
    assert_eq!(found, [""; 0]);
    assert!(done.iter().all(|done| done.load(Ordering::SeqCst) > 0), "{done:?}");
    assert_eq!(findings(&app).await, [""; 0]);
}
