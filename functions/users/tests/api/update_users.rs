//! `PATCH /users`

mod archive;
mod failures;
mod payload;
mod unverified;

use serde_json::{Value, json};
use testing::{Answer, TestApp};

/// Starts the API with a superuser who is on Discord, and returns it with the superuser's session.
async fn with_root() -> (TestApp, String) {
    let app = crate::start().await;
    app.member("root", &["super_user", "in_discord"]).await;
    let root = app.session("root");
    (app, root)
}

/// Starts the API with Ada, who has no username yet, Bob, who has set many fields, and Eve, who is on Discord. Returns
/// it with the superuser's session.
async fn with_people() -> (TestApp, String) {
    let (app, root) = with_root().await;
    let people = [
        json!({ "id": "ada", "first_name": "Ada", "last_name": "Lovelace" }),
        json!({
            "id": "bob", "username": "Bobby", "first_name": "Bob", "last_name": "Taylor", "email": "bob@example.com",
            "phone": 919_876_543_210_u64, "yoe": 3, "company": "Engines", "github_id": "bob", "isMember": true,
            "discordId": "799600467218900102", "userType": "pilot",
        }),
        json!({
            "id": "eve", "username": "Evelyn", "first_name": "Eve", "last_name": "Moneypenny", "discordId": "799600467218900103",
            "roles": { "in_discord": true },
        }),
    ];
    for person in people {
        let _created = app.post("/users").bearer(&root).json(&person).send().await.expect(200);
    }
    app.wire.reset();
    (app, root)
}

async fn act(app: &TestApp, session: &str, query: &str, body: &Value) -> Answer {
    app.patch(&format!("/users{query}")).bearer(session).json(body).send().await
}

async fn archive(app: &TestApp, root: &str) -> Answer {
    act(app, root, "?debug=true", &json!({ "action": "archiveUsers" })).await
}
