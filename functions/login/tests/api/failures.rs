//! GitHub, DynamoDB or the key fails: the browser always comes back to the UI, soon, and the log has no secrets.

use crate::scene::{CODE, Scene, TOKEN, client_secret, cookies, expect_failure, user};
use serde_json::{Value, json};
use shared::auth::{Signature, Signer};
use std::sync::Arc;
use std::time::{Duration, Instant};
use testing::{Fault, Log, Stored};
use tracing_subscriber::filter::LevelFilter;
use wiremock::ResponseTemplate;

/// What GitHub answers instead of a token, and of a user.
fn nonsense() -> Vec<ResponseTemplate> {
    let mut answers: Vec<_> =
        [400, 401, 403, 404, 429, 500, 502, 503, 504, 204].map(ResponseTemplate::new).into_iter().collect();
    for body in ["", "<html>", "null", "[]", "{}", "{\"access_token\"", "\"x\"", "access_token=x&scope="] {
        answers.push(ResponseTemplate::new(200).set_body_string(body));
    }
    answers.push(ResponseTemplate::new(200).set_body_bytes([0xff, 0xfe]));
    answers.push(ResponseTemplate::new(200).set_delay(Duration::from_mins(1)));
    answers
}

fn bodies(bodies: impl IntoIterator<Item = Value>) -> impl Iterator<Item = ResponseTemplate> {
    bodies.into_iter().map(|body| ResponseTemplate::new(200).set_body_json(body))
}

#[tokio::test]
async fn github_answering_nonsense_slowly_or_not_leads_back_to_the_ui() {
    let tokens = [
        json!({ "error": "bad_verification_code", "error_description": "The code passed is incorrect or expired." }),
        json!({ "access_token": "" }),
        json!({ "access_token": null }),
        json!({ "access_token": 5 }),
        json!({ "access_token": ["x"] }),
    ];
    let users = [
        json!({ "login": "ada" }),
        json!({ "id": 1815 }),
        json!({ "id": "1815", "login": "ada" }),
        json!({ "id": 0, "login": "ada" }),
        json!({ "id": -1, "login": "ada" }),
        json!({ "id": 18.15, "login": "ada" }),
        json!({ "id": null, "login": "ada" }),
        json!({ "id": 1815, "login": "" }),
        json!({ "id": 1815, "login": "a b" }),
        json!({ "id": 1815, "login": null }),
        json!({ "id": 1815, "login": "x".repeat(65) }),
    ];
    let tokens = nonsense().into_iter().chain(bodies(tokens)).map(|answer| ("POST", "/oauth/access_token", answer));
    let users = nonsense().into_iter().chain(bodies(users)).map(|answer| ("GET", "/user", answer));
    let scene = Scene::start().await;
    for (number, (verb, at, answer)) in tokens.chain(users).enumerate() {
        scene.github_knows(&user(1815, "ada")).await;
        scene.answer(verb, at, answer).await;
        let begun = scene.begin("").await;
        let started = Instant::now();
        let answer = scene.come_back(&begun.cookie, &begun.state).await;
        expect_failure(&answer, "github", &format!("answer {number} of {at}"));
        assert!(started.elapsed() < Duration::from_secs(5), "answer {number} of {at}");
    }
    assert_eq!(Stored::of(&scene.app).items().await.len(), 0);
}

#[tokio::test]
async fn unusable_names_and_addresses_are_left_out() {
    let scene = Scene::start().await;
    let mut odd = user(1815, "ada");
    (odd["name"], odd["email"], odd["created_at"]) = (json!("\u{202e}x"), json!(["x"]), json!("yesterday"));
    for answer in nonsense().into_iter().chain(bodies([json!([{ "email": "x" }]), json!({ "message": "no scope" })])) {
        scene.github_knows(&odd).await;
        scene.answer("GET", "/user/emails", answer).await;
        let begun = scene.begin("").await;
        let session = scene.session(&scene.come_back(&begun.cookie, &begun.state).await).expect("a session");
        let member = scene.app.store().member(&session.id).await.expect("it can be read").expect("a member");
        assert_eq!((member.github_display_name, member.email), (None, None));
    }
}

#[tokio::test]
async fn a_failing_dynamodb_leads_back_to_the_ui() {
    let scene = Scene::start().await;
    scene.github_knows(&user(1815, "ada")).await;
    let impatient = scene.app.another_instance(Duration::from_millis(300));
    let scene = Scene { app: impatient, ..scene };
    for fault in [Fault::CutBefore, Fault::Error(400, "AccessDeniedException"), Fault::Delay(Duration::from_mins(1))] {
        let begun = scene.begin("").await;
        scene.app.wire.disturb_all(fault);
        let answer = scene.come_back(&begun.cookie, &begun.state).await;
        scene.app.wire.reset();
        expect_failure(&answer, "unavailable", "a fault");
    }
}

struct Broken(Duration);

impl Signer for Broken {
    fn key_id(&self) -> &'static str {
        "broken"
    }

    fn sign<'a>(&'a self, _message: &'a [u8]) -> Signature<'a> {
        Box::pin(async {
            tokio::time::sleep(self.0).await;
            Err("KMS is unavailable".into())
        })
    }
}

#[tokio::test]
async fn a_key_that_fails_or_hangs_leads_back_to_the_ui() {
    for delay in [Duration::ZERO, Duration::from_hours(1)] {
        let scene = Scene::start().await;
        let app = scene.app.configured(|app| {
            app.signer = Some(Arc::new(Broken(delay)));
            app.request_timeout = Duration::from_millis(800);
        });
        let scene = Scene { app, ..scene };
        let answer = scene.log_in(&user(1815, "ada"), "").await;
        expect_failure(&answer, "unavailable", "a key");
    }
}

#[tokio::test]
async fn no_secret_is_logged() {
    let scene = Scene::start().await;
    let log = Log::at(LevelFilter::TRACE);
    let mut secrets = vec![CODE.to_owned(), TOKEN.to_owned(), client_secret().to_owned(), "ada@example.com".to_owned()];
    for (verb, at, answer) in [
        ("GET", "/none", ResponseTemplate::new(200)),
        ("POST", "/oauth/access_token", ResponseTemplate::new(500).set_body_string(TOKEN)),
        ("POST", "/oauth/access_token", ResponseTemplate::new(200).set_body_json(TOKEN)),
        ("POST", "/oauth/access_token", ResponseTemplate::new(200).set_body_json(json!([TOKEN, client_secret()]))),
        ("GET", "/user", ResponseTemplate::new(200).set_body_json(json!({ "id": TOKEN, "login": "ada@example.com" }))),
        ("GET", "/user", ResponseTemplate::new(401).set_body_string(TOKEN)),
    ] {
        scene.github_knows(&user(1815, "ada")).await;
        scene.answer(verb, at, answer).await;
        let begun = scene.begin("redirectURL=rdsapp%3A%2F%2Flog-in&sourceUtm=rds-mobile-app").await;
        let answer = scene.come_back(&begun.cookie, &begun.state).await;
        secrets.extend(begun.cookie.trim_start_matches("rds-login=").split('.').map(str::to_owned));
        secrets.push(begun.state);
        let sessions = cookies(&answer).into_iter().filter(|cookie| cookie.starts_with("rds-session"));
        secrets.extend(sessions.filter_map(|cookie| Some(cookie.split([';', '.']).nth(2)?.to_owned())));
    }
    let logged = log.take();
    assert!(logged.contains("a log-in failed at GitHub") && logged.contains("/auth/github/callback"), "{logged}");
    for secret in secrets {
        assert!(!logged.contains(&secret), "{secret} is in {logged}");
    }
}
