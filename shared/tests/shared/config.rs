//! Configuration from variables.

use crate::session_keys::OURS;
use insta::assert_snapshot;
use shared::config::Config;
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
fn holds_what_the_variables_say() {
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
fn names_the_cookie_as_ever_unless_told_otherwise() {
    let mut variables = variables();
    let by_default = r#"SessionVerifier { keys: ["first"], cookie: "rds-session" }"#;

    assert_eq!(format!("{:?}", read(&variables).unwrap().sessions), by_default);
    variables.insert("SESSION_COOKIE", String::new());
    assert_eq!(format!("{:?}", read(&variables).unwrap().sessions), by_default);
}

#[test]
fn needs_the_others_and_says_which() {
    let mut reasons = Vec::new();
    for name in variables().into_keys() {
        let mut missing = variables();
        missing.remove(name);
        let mut empty = variables();
        empty.insert(name, String::new());

        let reason = read(&missing).unwrap_err();
        assert_eq!(read(&empty).unwrap_err(), reason);
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
fn says_which_variable_is_bad_and_not_what_is_in_it() {
    let mut bad = variables();
    bad.insert("SESSION_PUBLIC_KEYS", OURS.private.clone());

    assert_snapshot!(read(&bad).unwrap_err(), @"environment variable SESSION_PUBLIC_KEYS is bad: key 1: it is a private key");
}
