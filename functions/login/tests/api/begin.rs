//! `GET /auth/github/login`

use crate::scene::{CODE, Scene, client_secret, cookies, user};
use shared::auth::SESSION_TIME;
use wiremock::Request;

#[tokio::test]
async fn leads_to_github_with_a_state_and_a_challenge() {
    let scene = Scene::start().await;
    let answer = scene.app.get("/auth/github/login").header("host", "api.community.example").send().await.expect(302);
    let location = answer.header("location").expect("a location");
    assert!(location.starts_with(&format!("{}/oauth/authorize?", scene.github.uri())), "{location}");
    let parameters = crate::scene::parameters(location);
    assert_eq!(parameters["client_id"], "the-client");
    assert_eq!(parameters["redirect_uri"], "https://api.community.example/auth/github/callback");
    assert_eq!(parameters["scope"], "user:email");
    assert_eq!(parameters["code_challenge_method"], "S256");
    assert_eq!(parameters["code_challenge"].len(), 43);
    let [cookie] = &cookies(&answer)[..] else { panic!("{:?}", answer.headers) };
    let (pair, attributes) = cookie.split_once("; ").expect("attributes");
    assert_eq!(attributes, "Path=/auth/github; Max-Age=600; HttpOnly; Secure; SameSite=Lax");
    let secrets: Vec<_> = pair.strip_prefix("rds-login=").expect("its name").split('.').collect();
    assert!(!location.contains(secrets[1]), "GitHub does not see the verifier");
    assert!(!location.contains(client_secret()));
}

#[tokio::test]
async fn begins_every_log_in_with_secrets_of_its_own() {
    let scene = Scene::start().await;
    let (first, second) = (scene.begin("").await, scene.begin("").await);
    assert_ne!(first.cookie, second.cookie);
    assert_ne!(first.state, second.state);
    assert_ne!(first.parameters["code_challenge"], second.parameters["code_challenge"]);
}

#[tokio::test]
async fn redeems_the_code_with_the_verifier_of_the_browser() {
    let scene = Scene::start().await;
    scene.github_knows(&user(1815, "ada")).await;
    let begun = scene.begin("").await;
    let answer = scene.come_back(&begun.cookie, &begun.state).await;
    assert!(scene.session(&answer).is_some());
    let requests: Vec<Request> = scene.github.received_requests().await.expect("requests are recorded");
    let form = crate::scene::parameters(&format!("/?{}", String::from_utf8_lossy(&requests[0].body)));
    let verifier = begun.cookie.rsplit_once('.').expect("two secrets").1;
    let expected = [
        ("client_id", "the-client"),
        ("client_secret", client_secret()),
        ("code", CODE),
        ("code_verifier", verifier),
        ("redirect_uri", "https://api.community.example/auth/github/callback"),
    ];
    let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(form, expected);
}

#[tokio::test]
async fn sets_the_session_of_the_member() {
    let scene = Scene::start().await;
    let answer = scene.log_in(&user(1815, "ada"), "").await;
    let cookies = cookies(&answer);
    assert_eq!(cookies[0], "rds-login=; Path=/auth/github; Max-Age=0; HttpOnly; Secure; SameSite=Lax");
    let (_, attributes) = cookies[1].split_once("; ").expect("attributes");
    assert_eq!(attributes, "Path=/; Max-Age=2592000; HttpOnly; Secure; SameSite=Lax; Domain=community.example");
    assert_eq!(SESSION_TIME.as_secs(), 2_592_000);
    let session = scene.session(&answer).expect("a session");
    assert_eq!(session.github_id.as_deref(), Some("ada"));
    assert_eq!(session.github_user_id.as_deref(), Some("1815"));
    scene.app.clock.advance(SESSION_TIME.saturating_sub(std::time::Duration::from_secs(1)));
    assert!(scene.session(&answer).is_some());
    scene.app.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(scene.session(&answer), None);
}

#[tokio::test]
async fn needs_to_know_its_own_address() {
    let scene = Scene::start().await;
    let plain = "http://127.0.0.1:3000/auth/github/callback";
    for (host, redirect_uri) in [
        ("127.0.0.1:3000", Some(plain)),
        ("localhost", Some("http://localhost/auth/github/callback")),
        ("api.example.com", Some("https://api.example.com/auth/github/callback")),
        ("127.0.0.1.evil.example", Some("https://127.0.0.1.evil.example/auth/github/callback")),
        ("ada@evil.example", None),
        ("a/b", None),
        ("", None),
    ] {
        let answer = scene.app.get("/auth/github/login").header("host", host).send().await;
        let location =
            answer.header("location").map(|location| crate::scene::parameters(location)["redirect_uri"].clone());
        assert_eq!(location.as_deref(), redirect_uri, "{host}: {}", answer.status);
        assert!(answer.status == 302 || answer.status == 400, "{host}");
    }
}
