//! A community with items of every kind, in every state.

use crate::import::{flyer_and_flights, import_history, moved, passenger};
use serde_json::{Value, json};
use shared::models::HistoryKind;
use shared::store::Checkpoint;
use std::time::Duration;
use testing::{DEMO_FLIGHT, DEMO_KEY, TestApp, demo_event, demo_session};

/// Id of the member of whom everything is known.
const GRACE: &str = "grace";

/// Starts the API with the demo community and everything that it lacks. The flights, flyers, keys and so on that the
/// routes create are those of the demo's events.
pub async fn community() -> TestApp {
    let app = crate::with_demo().await;
    // The engine deletes items that have expired by the system's clock.
    app.clock.set("2050-01-01T00:00:00.000Z");
    miles(&app).await;
    imports(&app).await;
    flights(&app).await;
    airlines(&app).await;
    members(&app).await;
    app.store().put_stale_flights_stop(app.now()).await.expect("the stop should be recorded");
    let next = Some(Checkpoint::default());
    app.store().put_audit_checkpoint(next.as_ref(), app.now()).await.expect("the checkpoint should be recorded");
    app
}

/// A purchase and a boarding whose outcomes are recorded, and a refund.
async fn miles(app: &TestApp) {
    for event in ["buy-product", "board-passenger", "refund-transaction"] {
        app.clock.advance(Duration::from_secs(1));
        let answer = app.call_of(&demo_event(event)).send().await;
        assert!(answer.status.is_success(), "{event}: {}", answer.shown());
    }
    let refunded = app.post("/user/123456789/transactions/123456789-3/refund").key(DEMO_KEY).send().await;
    let _entry = refunded.expect(201);
}

/// A flyer with a boarding, a purchase and a bonus from another system.
async fn imports(app: &TestApp) {
    flyer_and_flights(app, 2).await;
    import_history(app, HistoryKind::Passengers, &[passenger(0, 100, 5)]).await;
    import_history(app, HistoryKind::Transactions, &[moved(1, -50, 6), moved(2, 25, 7)]).await;
}

/// One flight that is running, one that has ended and one that was never started, but reported ticks.
async fn flights(app: &TestApp) {
    for event in ["server-start", "server-end"] {
        let _flight = app.call_of(&demo_event(event)).send().await.expect(200);
    }
    app.clock.advance(Duration::from_secs(1));
    let tick = app.post(&format!("/flight/{DEMO_FLIGHT}/tick")).key(DEMO_KEY).send().await;
    let _ticked = tick.expect(200);
}

/// A key that ends, a product that was changed and one that nobody bought.
async fn airlines(app: &TestApp) {
    let key = app.post("/airlines/skyteam/keys").bearer(&demo_session());
    let _key = key.json(&json!({ "overlapSeconds": 3600 })).send().await.expect(201);
    let _product = app.call_of(&demo_event("change-product")).send().await.expect(200);
}

/// A member with everything, who was archived.
async fn members(app: &TestApp) {
    let grace = json!({
        "id": GRACE, "first_name": "Grace", "last_name": "Hopper", "username": "grace-hopper", "github_id": "grace",
        "github_user_id": "1906", "github_display_name": "Grace", "discordId": "799600467218923599", "yoe": 4.5,
        "company": "Navy", "designation": "Admiral", "img": "https://example.com/grace", "linkedin_id": "grace",
        "twitter_id": "grace", "instagram_id": "grace", "website": "https://example.com", "userType": "admiral",
        "email": "grace@example.com", "phone": 12_025_550_148_u64,
        "roles": { "member": true, "in_discord": true, "super_user": true },
    });
    let send = async |path: &str, body: &Value| {
        let answer = app.patch(path).bearer(&demo_session()).json(body).send().await;
        assert!(answer.status.is_success(), "{path}: {}", answer.shown());
    };
    let _member = app.post("/users").bearer(&demo_session()).json(&grace).send().await.expect(200);
    send("/users/grace/discord", &json!({ "discordJoinedAt": "2024-02-02T18:00:00.000Z" })).await;
    let _own = app.patch("/users/self").bearer(&app.session(GRACE)).json(&json!({ "status": "active" })).send().await;
    send("/users/grace/temporary/data", &json!({ "archived": true, "reason": "retired" })).await;
}
