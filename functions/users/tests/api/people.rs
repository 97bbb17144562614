//! Members that the tests start with.

use serde_json::{Value, json};
use testing::{Answer, Session, TestApp};

/// Starts the API with a superuser and returns it with the superuser's session.
pub async fn with_superuser() -> (TestApp, String) {
    let app = crate::start().await;
    app.member("root", &["super_user"]).await;
    let root = app.session("root");
    (app, root)
}

/// Signs a member up with the given session.
pub async fn sign_up(app: &TestApp, session: &str, draft: &Value) -> Answer {
    app.post("/users").bearer(session).json(draft).send().await
}

/// Returns a sign-up for Ada with every field that members can set.
pub fn ada() -> Value {
    json!({
        "username": "Ada-Lovelace", "first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com",
        "phone": 919_876_543_210_u64, "yoe": 3, "company": "Analytical Engines", "designation": "Programmer",
        "img": "https://example.com/ada.png", "github_id": "AdaL", "github_user_id": "1815",
        "linkedin_id": "ada-lovelace", "twitter_id": "ada", "instagram_id": "ada.l", "website": "https://ada.example.com",
        "github_display_name": "Ada, Countess of Lovelace",
    })
}

/// Returns Ada's session, whose token has the GitHub account of [`ada`].
pub fn session_of_ada(app: &TestApp) -> String {
    session_with(app, "ada", &json!({ "github_id": "AdaL", "github_user_id": 1815 }))
}

/// Signs `ada` up and returns her session.
pub async fn signed_up_ada(app: &TestApp) -> String {
    let session = session_of_ada(app);
    let _ada = sign_up(app, &session, &ada()).await.expect(200);
    app.wire.reset();
    session
}

/// Creates a member with the given id and username and returns the member's session.
pub async fn named(app: &TestApp, root: &str, id: &str, username: &str) -> String {
    let draft = json!({ "id": id, "username": username, "first_name": "Grace", "last_name": "Hopper" });
    let _member = sign_up(app, root, &draft).await.expect(200);
    app.wire.reset();
    app.session(id)
}

/// Returns a member as the public API shows them.
pub async fn seen(app: &TestApp, id: &str) -> Value {
    let found = app.get(&format!("/users/userId/{id}")).send().await.expect(200).json();
    app.wire.reset();
    found["user"].clone()
}

/// Returns a valid session of a member whose token has additional claims.
pub fn session_with(app: &TestApp, id: &str, claims: &Value) -> String {
    let now = app.now().as_second();
    let mut all = json!({ "userId": id, "iat": now, "exp": now + 3600 });
    let more = claims.as_object().expect("the claims should be an object").clone();
    all.as_object_mut().expect("the claims should be an object").extend(more);
    Session::token(&all)
}
