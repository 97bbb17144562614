//! Configuration from environment variables.

use crate::session_keys::OURS;
use axum::http::HeaderValue;
use insta::assert_snapshot;
use shared::config::Config;
use shared::outside::Secret;
use shared::store::Tables;
use std::collections::BTreeMap;

fn variables() -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("USERS_TABLE", "prod-users".to_owned()),
        ("FLIGHTS_TABLE", "prod-flights".to_owned()),
        ("LEDGERS_TABLE", "prod-ledgers".to_owned()),
        ("SESSION_PUBLIC_KEYS", format!("kid: first\n{}", OURS.public)),
    ])
}

fn read(variables: &BTreeMap<&'static str, String>) -> Result<Config, String> {
    Config::from_variables(|name| variables.get(name).cloned()).map_err(|error| error.to_string())
}

#[test]
fn contains_the_values_of_the_variables() {
    let mut variables = variables();
    variables.insert("SESSION_COOKIE", "sky-session".to_owned());

    let config = read(&variables).unwrap();

    let tables = Tables {
        users: "prod-users".to_owned(),
        flights: "prod-flights".to_owned(),
        ledgers: "prod-ledgers".to_owned(),
    };
    assert_eq!(config.tables, tables);
    assert_eq!(format!("{:?}", config.sessions), r#"SessionVerifier { keys: ["first"], cookie: "sky-session" }"#);
}

#[test]
fn uses_the_default_cookie_name_unless_set() {
    let mut variables = variables();
    let by_default = r#"SessionVerifier { keys: ["first"], cookie: "rds-session" }"#;

    assert_eq!(format!("{:?}", read(&variables).unwrap().sessions), by_default);
    variables.insert("SESSION_COOKIE", String::new());
    assert_eq!(format!("{:?}", read(&variables).unwrap().sessions), by_default);
}

#[test]
fn names_a_missing_required_variable() {
    let mut reasons = Vec::new();
    for name in variables().into_keys() {
        let mut missing = variables();
        missing.remove(name);
        let mut empty = variables();
        empty.insert(name, String::new());

        let reason = read(&missing).unwrap_err();
        // Empty session keys accept no session.
        assert_eq!(read(&empty).err(), Some(reason.clone()).filter(|_| name != "SESSION_PUBLIC_KEYS"));
        reasons.push(reason);
    }

    assert_snapshot!(reasons.join("\n"), @"
    environment variable FLIGHTS_TABLE is missing
    environment variable LEDGERS_TABLE is missing
    environment variable SESSION_PUBLIC_KEYS is missing
    environment variable USERS_TABLE is missing
    ");
}

#[test]
fn names_an_invalid_variable_without_its_value() {
    let mut bad = variables();
    bad.insert("SESSION_PUBLIC_KEYS", OURS.private.clone());

    assert_snapshot!(read(&bad).unwrap_err(), @"environment variable SESSION_PUBLIC_KEYS is bad: key 1: it is a private key");
}

#[test]
fn reads_origins() {
    let mut variables = variables();
    for (text, expected) in [
        ("", Ok(vec![])),
        ("https://example.com", Ok(vec!["https://example.com"])),
        (" https://a.example , http://localhost:8080,", Ok(vec!["https://a.example", "http://localhost:8080"])),
        ("*", Err("* is not an origin such as https://example.com")),
        ("https://*.example.com", Err("https://*.example.com is not an origin such as https://example.com")),
        ("https://example.com/", Err("https://example.com/ is not an origin such as https://example.com")),
        ("https://Example.com", Err("https://Example.com is not an origin such as https://example.com")),
        ("https://example.com/page", Err("https://example.com/page is not an origin such as https://example.com")),
        ("https://u@example.com", Err("https://u@example.com is not an origin such as https://example.com")),
        ("example.com", Err("example.com is not an origin such as https://example.com")),
        ("null", Err("null is not an origin such as https://example.com")),
    ] {
        variables.insert("ALLOWED_ORIGINS", text.to_owned());
        let read = read(&variables).map(|config| config.allowed_origins);
        let expected = expected.map(|all| all.into_iter().map(HeaderValue::from_static).collect::<Vec<_>>());
        assert_eq!(
            read,
            expected.map_err(|why| format!("environment variable ALLOWED_ORIGINS is bad: {why}")),
            "{text}"
        );
    }
}

#[test]
fn reads_secrets_or_their_arns() {
    const ARN: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:github-AbCdEf";
    let with = |more: &[(&'static str, &str)]| {
        let mut variables = variables();
        variables.insert("GITHUB_ORG", "skysquad".to_owned());
        variables.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        read(&variables).map(|config| config.github.map(|github| github.token))
    };
    assert_eq!(with(&[]), Ok(None));
    assert_eq!(with(&[("GITHUB_TOKEN", "t0ken")]), Ok(Some(Secret::Given("t0ken".to_owned()))));
    assert_eq!(with(&[("GITHUB_TOKEN_ARN", ARN)]), Ok(Some(Secret::Kept(ARN.to_owned()))));
    assert_snapshot!(with(&[("GITHUB_TOKEN_ARN", "t0ken")]).unwrap_err(), @"environment variable GITHUB_TOKEN_ARN is bad: not the ARN of a secret in Secrets Manager");
    assert_snapshot!(with(&[("GITHUB_TOKEN_ARN", ARN), ("GITHUB_TOKEN", "t0ken")]).unwrap_err(), @"environment variable GITHUB_TOKEN_ARN is bad: the secret itself is also given");
    let shown = format!("{:?}", with(&[("GITHUB_TOKEN", "t0ken")]));
    assert!(!shown.contains("t0ken"), "{shown}");
}
