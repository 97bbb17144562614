//! The built binary, as Lambda runs it.

use testing::demo_event;
use testing::lambda::Environment;

testing::route_function_tests!(env!("CARGO_BIN_EXE_login"), "login", login::routes);

#[tokio::test]
async fn answers_404_unless_it_is_configured() {
    let app = testing::TestApp::without_routes().await;
    let mut function = FUNCTION.start(&Environment::of(&app).with("GITHUB_CLIENT_ID", "")).await;
    for event in ["github-login", "github-callback", "sign-out"] {
        let answer = function.request(&demo_event(event)).await.expect(404).json();
        assert_eq!(answer["message"], "Not Found", "{event}");
    }
}

#[tokio::test]
async fn starts_without_session_keys_and_says_that_every_session_is_refused() {
    let app = testing::TestApp::without_routes().await;
    let mut function = FUNCTION.start(&Environment::of(&app).with("SESSION_PUBLIC_KEYS", "")).await;
    let _answer = function.request(&demo_event("sign-out")).await.expect(200);
    let ended = function.end().await;
    assert!(ended.stdout.contains("SESSION_PUBLIC_KEYS is empty, so every session is refused"), "{}", ended.stdout);
}

#[tokio::test]
async fn does_not_start_half_configured() {
    use testing::lambda::Function;
    let environment = Environment::of(&testing::TestApp::without_routes().await);
    for (name, value, reason) in [
        ("GITHUB_CLIENT_SECRET", "", "GITHUB_CLIENT_SECRET is missing"),
        ("UI_BASE_URL", "", "UI_BASE_URL is missing"),
        ("UI_BASE_URL", "example.com", "UI_BASE_URL is bad: not a URL such as https://example.com"),
        ("UI_BASE_URL", "javascript:alert(1)", "UI_BASE_URL is bad: not a URL such as https://example.com"),
        ("SESSION_KEY_ID", "", "SESSION_KEY_ID is missing"),
        ("LOGIN_ACCEPT_PLAIN_STATE", "yes", "LOGIN_ACCEPT_PLAIN_STATE is bad: neither true nor false"),
        ("MOBILE_REDIRECT_URL", "javascript://x", "MOBILE_REDIRECT_URL is bad: not the address of an app"),
        ("COOKIE_DOMAIN", "a; Secure", "COOKIE_DOMAIN is bad: not a domain such as example.com"),
    ] {
        let environment = environment.clone().with(name, value);
        let ended = Function::start(FUNCTION.binary, &environment).await.expect_err("it does not start");
        assert_eq!(ended.stderr, format!("Error: environment variable {reason}\n"));
    }
}
