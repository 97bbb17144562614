//! Attempts to complete a log-in that was not begun in this browser, or was already completed. Each is refused before GitHub is
//! asked, and changes nothing.

use crate::scene::{CODE, Scene, expect_failure, user};
use shared::login::LOGIN_TIME;
use std::time::Duration;
use testing::Stored;

/// Asserts that what a browser brings is refused without a request to GitHub.
async fn expect_refused(scene: &Scene, cookie: &str, state: &str, name: &str) {
    let answer = scene.come_back(cookie, state).await;
    expect_failure(&answer, "state", name);
    let requests = scene.github.received_requests().await.expect("requests are recorded");
    assert_eq!(requests.len(), 0, "{name}");
}

#[tokio::test]
async fn with_the_state_of_another_browser() {
    let scene = Scene::start().await;
    scene.github_knows(&user(666, "mallory")).await;
    let (attackers, victims) = (scene.begin("").await, scene.begin("").await);
    // Log-in CSRF: the victim's browser is led to the callback with the attacker's state and code.
    expect_refused(&scene, "", &attackers.state, "without a cookie").await;
    expect_refused(&scene, &victims.cookie, &attackers.state, "with the cookie of the victim's own log-in").await;
    expect_refused(&scene, "rds-login=", &attackers.state, "with an emptied cookie").await;
    expect_refused(&scene, "rds-login=.", &attackers.state, "with an empty nonce").await;
    expect_refused(&scene, &attackers.cookie.replace("rds-login", "rds-session"), &attackers.state, "another name")
        .await;
    assert_eq!(Stored::of(&scene.app).items().await.len(), 0);
    // The log-in that was begun here is not harmed by others' cookies beside it.
    let both = format!("{}; {}", attackers.cookie, victims.cookie);
    assert!(scene.session(&scene.come_back(&both, &victims.state).await).is_some());
}

#[tokio::test]
async fn with_an_expired_state() {
    let scene = Scene::start().await;
    scene.github_knows(&user(1815, "ada")).await;
    let begun = scene.begin("").await;
    scene.app.clock.advance(LOGIN_TIME);
    expect_refused(&scene, &begun.cookie, &begun.state, "after 10 minutes").await;
    let begun = scene.begin("").await;
    scene.app.clock.advance(LOGIN_TIME.saturating_sub(Duration::from_millis(1)));
    assert!(scene.session(&scene.come_back(&begun.cookie, &begun.state).await).is_some());
}

/// The callback empties the cookie, whether or not the log-in succeeds, so the address bar's URL is of no use afterwards.
#[tokio::test]
async fn with_a_replayed_state() {
    let scene = Scene::start().await;
    scene.github_knows(&user(1815, "ada")).await;
    let begun = scene.begin("").await;
    for query in [format!("code={CODE}&state={}", begun.state), format!("error=access_denied&state={}", begun.state)] {
        let answer = scene.come_back_with(&begun.cookie, &query).await;
        let emptied = &crate::scene::cookies(&answer)[0];
        assert!(emptied.starts_with("rds-login=; Path=/auth/github; Max-Age=0;"), "{emptied}");
        let replayed = scene.come_back_with("rds-login=", &query).await;
        expect_failure(&replayed, "state", "replayed");
    }
}

#[tokio::test]
async fn with_a_state_that_is_not_ours() {
    let scene = Scene::start().await;
    scene.github_knows(&user(1815, "ada")).await;
    let begun = scene.begin("").await;
    let (claims, signature) = begun.state.split_once('.').expect("claims and signature");
    let other = Scene::configured(|config| {
        config.client_secret = shared::outside::Secret::Given("another".to_owned());
    });
    let others = other.await.begin("").await;
    let foreign = others.state.split_once('.').expect("a signature").1;
    for (state, name) in [
        (String::new(), "none"),
        (".".to_owned(), "empty parts"),
        (claims.to_owned(), "no signature"),
        (format!("{claims}."), "an empty signature"),
        (format!("{claims}.{foreign}"), "a signature with another key"),
        (format!(".{signature}"), "no claims"),
        (format!("x{claims}.{signature}"), "other claims"),
        (format!("{}.{signature}", claims.to_uppercase()), "changed claims"),
        (format!("{claims}.{signature}x"), "a longer signature"),
        (format!("{claims}.{}", &signature[..20]), "a shorter signature"),
        ("https%3A%2F%2Fmy.community.example%2Fx".to_owned(), "a plain address"),
    ] {
        expect_refused(&scene, &begun.cookie, &state, name).await;
    }
    expect_refused(&scene, &others.cookie, &others.state, "the state of another deployment").await;
}

/// A session that an attacker planted in the browser does not survive a log-in.
#[tokio::test]
async fn with_a_planted_session() {
    let scene = Scene::start().await;
    scene.github_knows(&user(1815, "ada")).await;
    let begun = scene.begin("").await;
    let planted = format!("rds-session={}; {}", scene.app.session("mallory"), begun.cookie);
    let answer = scene.come_back(&planted, &begun.state).await;
    let session = scene.session(&answer).expect("a session");
    assert_eq!(session.github_user_id.as_deref(), Some("1815"));
    assert_ne!(session.id.as_str(), "mallory");
}

#[tokio::test]
async fn with_a_plain_state_only_where_it_is_accepted() {
    let scene = Scene::configured(|config| config.accepts_plain_state = true).await;
    scene.github_knows(&user(1815, "ada")).await;
    let dev = "https%3A%2F%2Fmy.community.example%2Fx%3Fdev%3D1";
    let answer = scene.come_back("", dev).await;
    assert_eq!(answer.header("location"), Some("https://my.community.example/x?dev=1"));
    assert!(scene.session(&answer).is_some());
    for state in ["https%3A%2F%2Fevil.example%2F", "rdsapp%3A%2F%2Fx", "x", ""] {
        expect_failure(&scene.come_back("", state).await, "state", state);
    }
}

#[tokio::test]
async fn with_a_declined_or_broken_grant() {
    let scene = Scene::start().await;
    for (query, code) in [
        ("error=access_denied&error_description=x", "access_denied"),
        ("error=access_denied&code=x", "access_denied"),
        ("error=redirect_uri_mismatch", "github"),
        ("error=%3Cscript%3E&code=x", "github"),
        ("code=", "github"),
        ("x=y", "github"),
    ] {
        let begun = scene.begin("").await;
        let answer = scene.come_back_with(&begun.cookie, &format!("{query}&state={}", begun.state)).await;
        expect_failure(&answer, code, query);
        expect_failure(&scene.come_back_with("", query).await, "state", query);
    }
    let requests = scene.github.received_requests().await.expect("requests are recorded");
    assert_eq!(requests.len(), 0);
}
