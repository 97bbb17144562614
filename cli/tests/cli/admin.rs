//! The commands for operators, run on the tables of a running server.

use crate::server::{Server, skysquad};
use serde_json::{Value, json};
use tempfile::TempDir;

fn printed(output: &std::process::Output) -> Value {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).expect("data goes to standard output as JSON")
}

#[test]
fn makes_an_airline_whose_key_works() {
    let server = Server::start(&["--no-demo"]);
    let created = printed(&server.run(&["airline", "create", "--id", "acme", "--name", "Acme Air"]));
    assert_eq!(created["airline"]["inviteLink"], "https://discord.gg/skyteam");
    let key = created["apiKey"].as_str().unwrap();
    assert_eq!(server.send("GET", "/airline", &[("x-api-key", key)], ""), (200, created["airline"].clone()));

    let again = server.run(&["airline", "create", "--id", "acme", "--name", "Other"]);
    assert_eq!(again.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&again.stderr), "skysquad: Airline already exists\n");
}

#[test]
fn makes_the_first_superuser_who_can_make_airlines() {
    let server = Server::start(&["--no-demo"]);
    let names = ["--first-name", "Ada", "--last-name", "Lovelace"];
    let create = |id: &str, rest: &[&str]| server.run(&[&["member", "create", "--id", id], &names[..], rest].concat());
    let member = printed(&create("ada", &["--username", "ada-l", "--super-user"]));
    assert_eq!(member["roles"], json!({ "archived": false, "in_discord": false, "super_user": true }));

    let session = server.session(&["--user-id", "ada", "--ttl", "1h"]);
    let headers = [("authorization", format!("Bearer {session}")), ("content-type", "application/json".to_owned())];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    let (status, created) = server.send("POST", "/airlines", &headers, r#"{"airlineId": "acme", "name": "Acme Air"}"#);
    assert_eq!(status, 201, "{created}");

    let same_id = create("ada", &[]);
    let same_name_in_other_case = create("eve", &["--username", "ADA-L"]);
    for refused in [same_id, same_name_in_other_case] {
        assert_eq!(refused.status.code(), Some(1));
        assert_eq!(String::from_utf8_lossy(&refused.stderr), "skysquad: User already exists\n");
    }
}

#[test]
fn runs_the_job_that_ends_stale_flights() {
    let server = Server::start(&[]);
    let (_, flights) = server.call("GET", "/flight/fetchUpcomingFlights", "");
    let flight = flights[0]["id"].as_str().unwrap();
    assert_eq!(server.call("POST", &format!("/flight/{flight}/serverStart"), "").0, 200);
    // The flight has only just started.
    let nothing = json!({ "ended": 0, "spared": 0, "unstarted": 0, "stopped": 0 });
    assert_eq!(printed(&server.run(&["jobs", "end-stale-flights"])), nothing);
}

#[test]
fn refuses_what_is_no_command() {
    let home = TempDir::new().unwrap();
    for arguments in [
        &["fly"][..],
        &["airline", "create", "--id", "UPPER", "--name", "x"],
        &["airline", "create", "--id", "x"],
        &["member", "create", "--id", "x", "--first-name", "A", "--last-name", "B", "--username", "abc"],
        &["session", "--user-id", "not/an/id"],
        &["session", "--user-id", "x", "--ttl", "soon"],
        &["serve", "--port", "70000"],
        &["jobs", "sleep"],
    ] {
        let refused = skysquad(home.path()).args(arguments).output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}: {refused:?}");
        assert!(refused.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn fails_where_there_is_no_database() {
    let home = TempDir::new().unwrap();
    // The engine has no tables, and says so at once.
    let engine = engine::Engine::start(&engine::Options::default()).unwrap();
    let endpoint = format!("http://{}", engine.address());
    let failed = skysquad(home.path()).args(["audit", "--endpoint-url", &endpoint]).output().unwrap();
    assert_eq!(failed.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&failed.stderr).contains("DynamoDB failed"), "{failed:?}");
}
