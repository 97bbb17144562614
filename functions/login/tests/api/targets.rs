//! Where a log-in leads. Each address that is not allowed is an attempt at an open redirect, and refused.

use crate::scene::{SIGN_UP, Scene, UI, user};
use std::fmt::Write;

/// Addresses that are allowed, with what they become.
const ALLOWED: [(&str, &str); 9] = [
    ("https://my.community.example/a?b=c#d", "https://my.community.example/a?b=c#d"),
    ("https://my.community.example", "https://my.community.example/"),
    ("https://MY.community.example:443/x", "https://my.community.example/x"),
    ("https://sub.my.community.example/x", "https://sub.my.community.example/x"),
    ("https://other.example:8443/x", "https://other.example:8443/x"),
    ("http://localhost:5173/x", "http://localhost:5173/x"),
    ("https://my.community.example/%0d%0aSet-Cookie:%20a=b", "https://my.community.example/%0d%0aSet-Cookie:%20a=b"),
    ("https://my.community.example//evil.example", "https://my.community.example//evil.example"),
    ("https://my.community.example/ü", "https://my.community.example/%C3%BC"),
];

/// Addresses that are not allowed.
const REFUSED: [&str; 44] = [
    "",
    "/",
    "/home",
    "home",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "https:\\\\my.community.example",
    "https:/\\my.community.example",
    "https://my.community.example\\@evil.example",
    "https://evil.example\\@my.community.example",
    "https://evil.example\\.my.community.example",
    "https:my.community.example",
    "https:/my.community.example",
    "https://evil.example",
    "https://my.community.example.evil.example",
    "https://evilmy.community.example",
    "https://community.example",
    "https://my.community.example@evil.example",
    "https://user@my.community.example",
    "https://user:password@my.community.example",
    "https://:password@my.community.example",
    "https://my.community.example:8443/",
    "https://sub.my.community.example:444/",
    "http://my.community.example/",
    "http://sub.my.community.example/",
    "https://other.example/",
    "https://other.example:8444/",
    "http://other.example:8443/",
    "https://sub.other.example:8443/",
    "http://localhost:5174/",
    "https://localhost:5173/",
    "javascript:alert(1)",
    "javascript://my.community.example/%0aalert(1)",
    "data:text/html,x",
    "data://my.community.example/",
    "file://my.community.example/",
    "ftp://my.community.example/",
    "wss://my.community.example/",
    "https://my.community.example/\r\nSet-Cookie: rds-session=x",
    "ht\ttps://my.community.example/",
    " https://my.community.example/",
];

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        write!(encoded, "%{byte:02X}").expect("a string can be written to");
        encoded
    })
}

/// Logs in a member whose record is complete.
async fn with_ada() -> Scene {
    let scene = Scene::start().await;
    let ada = serde_json::json!({
        "id": "ada", "username": "ada-l", "first_name": "Ada", "last_name": "Lovelace", "github_user_id": "1815",
    });
    scene.app.sign_up(&ada).await;
    scene
}

#[tokio::test]
async fn are_pages_of_the_ui_and_of_allowed_origins() {
    let scene = with_ada().await;
    let refused = REFUSED.map(|address| (address, UI));
    for (address, expected) in ALLOWED.into_iter().chain(refused) {
        let answer = scene.log_in(&user(1815, "ada"), &format!("redirectURL={}", encoded(address))).await;
        assert_eq!(answer.header("location"), Some(expected), "{address:?}");
        assert_eq!(answer.headers.get_all("location").iter().count(), 1);
        assert_eq!(crate::scene::cookies(&answer).len(), 2, "{address:?}");
    }
    let long = format!("redirectURL=https://my.community.example/{}", "x".repeat(2048));
    assert_eq!(scene.log_in(&user(1815, "ada"), &long).await.header("location"), Some(UI));
    assert_eq!(scene.log_in(&user(1815, "ada"), "").await.header("location"), Some(UI));
}

#[tokio::test]
async fn are_given_once() {
    let scene = Scene::start().await;
    let twice = "/auth/github/login?redirectURL=https://a.example&redirectURL=https://b.example";
    let answer = scene.app.get(twice).header("host", "api.community.example").send().await;
    assert_eq!(answer.expect(400).json()["message"], "\"redirectURL\" must be given once");
}

#[tokio::test]
async fn give_the_session_to_the_mobile_app_alone() {
    let scene = with_ada().await;
    for (query, is_given) in [
        ("redirectURL=rdsapp%3A%2F%2Flog-in%3Fa%3Db&sourceUtm=rds-mobile-app", true),
        ("redirectURL=rdsapp%3A%2F%2Fanything&sourceUtm=rds-mobile-app", true),
        ("redirectURL=rdsapp%3A%2F%2Flog-in", false),
        ("redirectURL=rdsapp%3A%2F%2Flog-in&sourceUtm=another", false),
        ("redirectURL=evilapp%3A%2F%2Flog-in&sourceUtm=rds-mobile-app", false),
        ("redirectURL=rdsapp%3Ax&sourceUtm=rds-mobile-app", false),
        ("redirectURL=https%3A%2F%2Fevil.example&sourceUtm=rds-mobile-app", false),
        ("redirectURL=https%3A%2F%2Fmy.community.example&sourceUtm=rds-mobile-app", false),
        ("sourceUtm=rds-mobile-app", false),
    ] {
        let answer = scene.log_in(&user(1815, "ada"), query).await;
        let location = answer.header("location").expect("a location");
        assert_eq!(location.contains("token="), is_given, "{query}: {location}");
        assert_eq!(location.starts_with("rdsapp://"), is_given, "{query}: {location}");
        let token = crate::scene::parameters(location).remove("token");
        let cookie = crate::scene::cookies(&answer).pop().expect("a session");
        assert!(token.is_none_or(|token| cookie.starts_with(&format!("rds-session={token};"))), "{query}");
    }
}

#[tokio::test]
async fn are_the_sign_up_page_for_new_members_unless_they_develop() {
    let scene = Scene::start().await;
    let page = "redirectURL=https%3A%2F%2Fmy.community.example%2Fx";
    for (query, expected) in [
        (page, SIGN_UP),
        ("", SIGN_UP),
        ("redirectURL=https%3A%2F%2Fmy.community.example%2Fx%3Fdev%3Dtrue", "https://my.community.example/x?dev=true"),
        ("redirectURL=https%3A%2F%2Fmy.community.example%2Fx%3Fdevice%3D1", SIGN_UP),
        ("redirectURL=rdsapp%3A%2F%2Flog-in&sourceUtm=rds-mobile-app", SIGN_UP),
    ] {
        let answer = scene.log_in(&user(1815, "ada"), query).await;
        assert_eq!(answer.header("location"), Some(expected), "{query}");
    }
}
