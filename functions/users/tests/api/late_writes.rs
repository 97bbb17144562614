//! Writes that arrive late, after a later change was acknowledged.

use crate::people::{named, seen, with_superuser};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;
use testing::{Fault, TestApp};

/// Time after which the first attempt of the first change arrives.
const LATE: Duration = Duration::from_millis(150);

/// Makes the first write arrive late. It is repeated at once, because its connection breaks.
fn delay_the_first_write(app: &TestApp) {
    let mut is_first = true;
    app.wire.disturb_by(move |operation| {
        let is_write = ["UpdateItem", "PutItem", "TransactWriteItems"].contains(&operation);
        if is_write && std::mem::take(&mut is_first) { Fault::Late(LATE) } else { Fault::None }
    });
}

#[tokio::test]
async fn do_not_undo_a_later_change() {
    let skill = |level: i64| json!({ "tagName": "Rust", "levelId": "l", "levelName": "L", "levelValue": level });
    let changes: [(Method, &str, Value, Value); 8] = [
        (Method::PATCH, "/users/self", json!({ "company": "First" }), json!({ "company": "Second" })),
        (Method::PATCH, "/users/self", json!({ "first_name": "First" }), json!({ "last_name": "Second" })),
        (Method::PATCH, "/users/status/self", json!({ "state": "IDLE" }), json!({ "state": "ACTIVE" })),
        (Method::PATCH, "/users/status/grace", json!({ "state": "IDLE" }), json!({ "state": "ONBOARDING" })),
        (Method::PUT, "/users/grace/skills/rust", skill(1), skill(2)),
        (Method::PATCH, "/users/grace/discord", json!({ "in_discord": true }), json!({ "in_discord": false })),
        (
            Method::PATCH,
            "/users/grace/discord",
            json!({ "discordId": "799600467218900101" }),
            json!({ "discordId": "799600467218900102" }),
        ),
        (Method::PATCH, "/users/grace/temporary/data", json!({ "member": true }), json!({ "member": false })),
    ];

    for (method, path, first, second) in changes {
        let (app, root) = with_superuser().await;
        let grace = named(&app, &root, "grace", "Hopper").await;
        let session = if path.contains("/self") { &grace } else { &root };
        let send = async |body: &Value| {
            let answer = app.call(method.clone(), path).bearer(session).json(body).send().await;
            assert!(answer.status.is_success(), "{path} {body}: {}", answer.shown());
        };
        let state = async || {
            let status = app.get("/users/status/grace").send().await.shown();
            let skills = app.get("/users/grace/skills").send().await.shown();
            (seen(&app, "grace").await, status, skills)
        };

        delay_the_first_write(&app);
        send(&first).await;
        send(&second).await;
        let acknowledged = state().await;
        app.wire.all_arrived().await;
        assert_eq!(state().await, acknowledged, "{method} {path} {first} {second}");
    }
}
