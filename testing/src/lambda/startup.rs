//! Checks that a function does not start with a wrong configuration.

use super::{Environment, Function};
use crate::{Session, TestApp};

/// Checks that a function does not start if a variable that all functions require is missing or empty, and that its
/// error names the variable.
///
/// # Panics
/// Panics if the function starts or prints another error.
pub async fn expect_to_need_its_variables(binary: &str) {
    let environment = Environment::of(&TestApp::without_routes().await);
    let tables = ["USERS_TABLE", "FLIGHTS_TABLE", "LEDGERS_TABLE"];
    let empty = tables.map(|name| (name, environment.clone().with(name, "")));
    let absent = ["USERS_TABLE", "FLIGHTS_TABLE", "LEDGERS_TABLE", "SESSION_PUBLIC_KEYS"];
    let absent = absent.map(|name| (name, environment.clone().without(name)));
    for (name, environment) in empty.into_iter().chain(absent) {
        expect_no_start(binary, &environment, &format!("environment variable {name} is missing")).await;
    }
}

/// Checks that a function does not start if a variable has an invalid value, and that its error names the variable and
/// the reason.
///
/// # Panics
/// Panics if the function starts or prints another error.
pub async fn expect_to_reject_bad_variables(binary: &str) {
    let environment = Environment::of(&TestApp::without_routes().await);
    let private_key = Session::private_key();
    let out_of_range = "not a number within its range";
    for (name, value, reason) in [
        ("SESSION_PUBLIC_KEYS", "secret", "no PEM public key in it"),
        ("SESSION_PUBLIC_KEYS", private_key.as_str(), "key 1: it is a private key"),
        ("GITHUB_TIMEOUT_SECONDS", "soon", out_of_range),
        ("DISCORD_TIMEOUT_SECONDS", "0", out_of_range),
        ("ARCHIVE_MAX_SHARE", "1.5", out_of_range),
        ("ARCHIVE_GRACE_DAYS", "-1", out_of_range),
        ("STALE_MAX_SHARE", "half", out_of_range),
    ] {
        let environment = environment.clone().with(name, value);
        expect_no_start(binary, &environment, &format!("environment variable {name} is bad: {reason}")).await;
    }
}

async fn expect_no_start(binary: &str, environment: &Environment, error: &str) {
    let ended = Function::start(binary, environment).await.expect_err("the function does not start");
    assert_eq!(ended.status.code(), Some(1), "{error}");
    assert_eq!(ended.stderr, format!("Error: {error}\n"));
}
