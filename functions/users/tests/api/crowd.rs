//! A fast way to create many members.

use http::Method;
use serde_json::json;
use testing::TestApp;

/// The part of the first member's items that is replaced by another member's number.
const PATTERN: &str = "00000";

/// Creates `members` members: `id-00000` with the username `pilot-00000`, and so on.
pub async fn sign_up(app: &TestApp, members: usize) {
    sign_up_first(app).await;
    copy_first(app, members).await;
}

/// Creates `members` full members who are onboarding, have been on Discord for 400 days and have one skill.
pub async fn sign_up_alike(app: &TestApp, members: usize) {
    sign_up_first(app).await;
    let root = app.session("root");
    let changes = [
        (Method::PATCH, "{id}/temporary/data", json!({ "member": true })),
        (Method::PATCH, "{id}/discord", json!({ "in_discord": true, "discordJoinedAt": "2023-02-09T10:30:00.000Z" })),
        (Method::PATCH, "status/{id}", json!({ "state": "ONBOARDING" })),
        (
            Method::PUT,
            "{id}/skills/rust",
            json!({ "tagName": "Rust", "levelId": "l-1", "levelName": "Junior", "levelValue": 1 }),
        ),
    ];
    for (method, path, change) in changes {
        let path = format!("/users/{path}").replace("{id}", &format!("id-{PATTERN}"));
        let _changed = app.call(method, &path).bearer(&root).json(&change).send().await.expect(200);
    }
    copy_first(app, members).await;
}

async fn sign_up_first(app: &TestApp) {
    let draft = json!({
        "id": format!("id-{PATTERN}"), "username": format!("pilot-{PATTERN}"), "first_name": "A", "last_name": "B",
    });
    let _first = app.post("/users").bearer(&app.session("root")).json(&draft).send().await.expect(200);
}

/// Creates the other members as copies of the first.
async fn copy_first(app: &TestApp, members: usize) {
    app.copy_member(PATTERN, (1..members).map(|number| format!("{number:05}"))).await;
}
