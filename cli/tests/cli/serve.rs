//! `skysquad serve`

use crate::server::{Server, skysquad};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const FLYER: &str = "123456789";

/// The example response in the documentation of the original API.
fn example_of_fetch() -> Value {
    json!({
        "data": [
            {
                "userId": "123456789",
                "user": {
                    "userId": "123456789",
                    "username": "pilot123",
                    "displayName": "Captain John",
                    "miles": 5000,
                    "avatarUrl": "https://tr.rbxcdn.com/...",
                    "createdAt": "2024-01-10T08:00:00.000Z",
                    "updatedAt": "2024-03-15T10:30:00.000Z"
                },
                "flights": [
                    {
                        "id": "550e8400-e29b-41d4-a716-446655440000",
                        "code": "ST123",
                        "gameId": "1234567890",
                        "aircraft": "Boeing 737-800",
                        "airlineId": "skyteam",
                        "brandId": "skyteam-main",
                        "departure": "KJFK",
                        "arrival": "KLAX",
                        "miles": 500,
                        "startTime": "2024-03-15T14:00:00.000Z",
                        "startedAt": "2024-03-15T14:05:00.000Z",
                        "endTime": "2024-03-15T16:30:00.000Z",
                        "codeshareAirlineId": null,
                        "discordEventLink": "https://discord.gg/event/123456"
                    }
                ]
            },
            { "userId": "987654321", "user": null, "flights": [] }
        ]
    })
}

fn miles(server: &Server) -> Value {
    let (status, body) = server.call("POST", "/users/fetchUsersData", &json!([FLYER]).to_string());
    assert_eq!(status, 200);
    body["data"][0]["user"]["miles"].clone()
}

fn buy(server: &Server) -> (u16, Value) {
    server.call("POST", &format!("/user/{FLYER}/buyProduct"), r#"{"productId": "a1b2c3"}"#)
}

#[test]
fn answers_the_examples_of_the_api_documentation() {
    let server = Server::start(&[]);

    let ids = json!({ "userIds": ["123456789", "987654321"] }).to_string();
    assert_eq!(server.call("POST", "/users/fetchUsersData", &ids), (200, example_of_fetch()));

    let (status, mut bought) = buy(&server);
    let updated_at = bought["user"]["updatedAt"].take();
    assert!(updated_at.as_str() > Some("2026-01-01"), "{updated_at}");
    let expected = json!({
        "ok": true,
        "user": {
            "userId": "123456789",
            "username": "pilot123",
            "displayName": "Captain John",
            "miles": 4500,
            "avatarUrl": "https://tr.rbxcdn.com/...",
            "createdAt": "2024-01-10T08:00:00.000Z",
            "updatedAt": null
        },
        "product": {
            "productId": "a1b2c3",
            "airlineId": "skyteam",
            "name": "Priority Boarding",
            "description": "Board the aircraft before other passengers",
            "priceMiles": 500,
            "active": true,
            "createdAt": "2024-01-15T10:30:00.000Z"
        }
    });
    assert_eq!((status, bought), (200, expected));
}

#[test]
fn forgets_everything_without_a_file_and_nothing_with_one() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("data.sqlite");
    let options = ["--data", file.to_str().unwrap()];

    let server = Server::start(&options);
    assert_eq!(buy(&server).0, 200);
    assert_eq!(server.stop(), Some(0), "it stops cleanly when told to");

    let server = Server::start(&options);
    assert_eq!(miles(&server), 4500);
    assert!(server.run(&["audit"]).status.success());
    drop(server);

    assert_eq!(miles(&Server::start(&[])), 5000);
}

/// What was confirmed before the process was killed is kept, and nothing is stored in part.
#[test]
fn keeps_what_it_answered_when_it_is_killed() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("data.sqlite");
    let options = ["--data", file.to_str().unwrap()];

    let server = Server::start(&options);
    let path = format!("{}/user/{FLYER}/buyProduct", server.url);
    let buyer = std::thread::spawn(move || {
        let order = r#"{"productId": "a1b2c3"}"#;
        let headers = [("x-api-key", crate::server::KEY)];
        let mut bought = 0;
        while let Ok((200, _)) = std::panic::catch_unwind(|| crate::server::send("POST", &path, &headers, order)) {
            bought += 1;
        }
        bought
    });
    std::thread::sleep(std::time::Duration::from_millis(40));
    server.kill();
    let answered: i64 = buyer.join().unwrap();

    let server = Server::start(&options);
    let spent = (5000 - miles(&server).as_i64().unwrap()) / 500;
    // One purchase may have been committed without a response.
    assert!(spent == answered || spent == answered + 1, "{answered} were answered and {spent} settled");
    let audit = server.run(&["audit"]);
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
}

#[test]
fn leaves_the_tables_empty_when_told_to() {
    let server = Server::start(&["--no-demo"]);
    let (status, body) = server.call("GET", "/airline", "");
    assert_eq!((status, body), (401, json!({ "error": "Invalid API key" })));
}

#[test]
fn serves_the_reference_without_fetching_anything_from_elsewhere() {
    let server = Server::start(&[]);
    let page = ureq::get(format!("{}/docs/", server.url)).call().unwrap().body_mut().read_to_string().unwrap();
    assert!(page.contains("swagger-ui"), "{page}");
    assert!(!page.contains("http"), "{page}");
    let (status, document) = server.send("GET", "/openapi.json", &[], "");
    assert_eq!(status, 200);
    assert_eq!(document, crate::documents::openapi());
}

#[test]
fn says_what_is_in_the_way() {
    let server = Server::start(&[]);
    let port = server.url.rsplit(':').next().unwrap();
    let home = TempDir::new().unwrap();
    let second = skysquad(home.path()).args(["serve", "--port", port]).output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&second.stderr).contains("cannot listen on"), "{second:?}");
    assert!(second.stdout.is_empty());
}

#[test]
fn makes_the_session_key_once_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let home = TempDir::new().unwrap();
    let token = |home: &Path| {
        let printed = skysquad(home).args(["session", "--user-id", "somebody"]).output().unwrap();
        assert!(printed.status.success(), "{printed:?}");
        String::from_utf8(printed.stdout).unwrap()
    };
    assert_eq!(token(home.path()).split('.').count(), 3);
    let file = home.path().join("session-key.pem");
    let first = std::fs::read(&file).unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    token(home.path());
    assert_eq!(std::fs::read(&file).unwrap(), first);
}

#[test]
fn makes_sessions_with_the_github_account_that_a_sign_up_takes() {
    let server = Server::start(&["--no-demo"]);
    let sign_up = |session: &str| {
        let headers = [("authorization", &*format!("Bearer {session}")), ("content-type", "application/json")];
        let draft = json!({ "first_name": "Ada", "last_name": "Lovelace", "github_id": "AdaL" });
        server.send("POST", "/users", &headers, &draft.to_string())
    };

    assert_eq!(sign_up(&server.session(&["--user-id", "eve"])).0, 400);
    let session = server.session(&["--user-id", "ada", "--github-id", "AdaL", "--github-user-id", "1815"]);
    let (status, ada) = sign_up(&session);
    assert_eq!((status, &ada["github_id"], &ada["github_user_id"]), (200, &json!("AdaL"), &json!("1815")));
}

#[test]
fn serves_the_tables_of_another_dynamodb() {
    let server = Server::start(&[]);
    let other = Server::start(&["--endpoint-url", &server.dynamodb]);
    assert_eq!(other.dynamodb, server.dynamodb);

    let (before, bought) = (miles(&other), buy(&other));
    assert_eq!(bought.0, 200, "{bought:?}");
    assert_eq!(miles(&server), miles(&other));
    assert_ne!(miles(&server), before);
}

/// A client that sends its next request on the same connection must not fail.
#[test]
fn answers_the_next_request_after_a_body_that_it_did_not_need() {
    let server = Server::start(&[]);
    let mut connection = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    connection.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let body = "x".repeat(60_000);
    for path in ["/users/fetchUsersData", "/no/such/route", "/users"] {
        let head = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n", body.len());
        connection.write_all(head.as_bytes()).unwrap();
        // The rest of the request is still under way when the server could already answer.
        std::thread::sleep(Duration::from_millis(50));
        connection.write_all(body.as_bytes()).unwrap();
        connection.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut received = String::new();
        while !received.contains("{\"ok\":true}") {
            let mut part = [0; 4096];
            let length = connection.read(&mut part).unwrap();
            assert!(length > 0, "{path}: the connection was closed after {received}");
            received += std::str::from_utf8(&part[..length]).unwrap();
        }
        assert!(received.starts_with("HTTP/1.1 40"), "{path}: {received}");
    }
}

#[test]
fn says_within_seconds_that_dynamodb_cannot_be_reached() {
    let home = TempDir::new().unwrap();
    for command in [&["audit"][..], &["serve"], &["jobs", "archive-users"]] {
        let began = Instant::now();
        let failed =
            skysquad(home.path()).args(command).args(["--endpoint-url", "http://127.0.0.1:1"]).output().unwrap();
        assert_eq!(failed.status.code(), Some(1), "{failed:?}");
        let error = String::from_utf8_lossy(&failed.stderr);
        assert!(error.contains("127.0.0.1:1"), "{error}");
        assert!(began.elapsed() < Duration::from_secs(15), "{command:?}: {:?}", began.elapsed());
    }
}
