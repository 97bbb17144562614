//! The cookies of a session, and of a log-in while the person is at GitHub.

use http::HeaderValue;
use shared::App;
use shared::auth::SESSION_TIME;
use shared::login::LOGIN_TIME;
use std::time::Duration;

/// Name of the cookie that binds a log-in to a browser.
pub(crate) const LOGIN_COOKIE: &str = "rds-login";

/// Returns the `Set-Cookie` header that stores a session, or removes it if there is none.
#[must_use]
pub fn session_cookie(app: &App, token: Option<&str>) -> HeaderValue {
    let domain = app.login.as_ref().and_then(|login| login.cookie_domain.as_deref());
    set_cookie(app.sessions.cookie(), token, "/", SESSION_TIME, domain)
}

/// Returns the `Set-Cookie` header that stores a log-in's half of the state, or removes it if there is none.
pub(crate) fn login_cookie(value: Option<&str>) -> HeaderValue {
    set_cookie(LOGIN_COOKIE, value, "/auth/github", LOGIN_TIME, None)
}

fn set_cookie(name: &str, value: Option<&str>, path: &str, age: Duration, domain: Option<&str>) -> HeaderValue {
    let age = if value.is_some() { age.as_secs() } else { 0 };
    let value = value.unwrap_or_default();
    let domain = domain.map(|domain| format!("; Domain={domain}")).unwrap_or_default();
    let cookie = format!("{name}={value}; Path={path}; Max-Age={age}; HttpOnly; Secure; SameSite=Lax{domain}");
    HeaderValue::try_from(cookie).expect("names, tokens and domains are visible ASCII")
}
