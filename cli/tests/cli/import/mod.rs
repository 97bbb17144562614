//! `skysquad import`

mod airlines;
mod example;
mod flights;
mod flyers;
mod histories;
mod members;
mod running;

use crate::server::Server;
use serde_json::Value;
use std::fs;
use std::process::Output;
use tempfile::TempDir;

/// Imports lines.
fn import(server: &Server, kind: &str, lines: &str) -> Output {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("lines.ndjson");
    fs::write(&file, lines).unwrap();
    server.run(&["import", kind, file.to_str().unwrap()])
}

/// Returns what the import printed: rejected lines, then the summary.
fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

/// Imports lines; tells what it printed.
fn import_saying(server: &Server, kind: &str, lines: &[Value]) -> String {
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    said(&import(server, kind, &lines.join("\n")))
}

/// Imports one line, which is rejected, and returns the reason.
fn refusal(server: &Server, kind: &str, line: &Value) -> String {
    let output = import(server, kind, &line.to_string());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    said.strip_prefix("line 1: ").expect("it names the line").trim_end().to_owned()
}

/// A row with some fields changed; null takes one away.
fn with(row: &Value, changes: Value) -> Value {
    let mut row = row.clone();
    let fields = row.as_object_mut().expect("rows are objects");
    let Value::Object(changes) = changes else { panic!("changes are fields") };
    for (field, value) in changes {
        if value.is_null() {
            fields.remove(&field);
        } else {
            fields.insert(field, value);
        }
    }
    row
}

/// Ends the test if anything does not hold.
fn expect_sound(server: &Server) {
    let audit = server.run(&["audit"]);
    assert!(audit.status.success(), "{}", said(&audit));
}

const OLD_KEY: &str = "0ld-K3y-of-SkyTeam";

fn skyteam() -> Value {
    serde_json::json!({
        "airlineId": "skyteam", "name": "SkyTeam", "apiKey": OLD_KEY, "inviteLink": "", "serverId": "899600467218923521",
        "createdAt": "2021-05-04 08:00:00.5", "updatedAt": "2023-05-04T08:00:00Z", "password": "SECRET",
    })
}

fn mainline() -> Value {
    serde_json::json!({
        "brandId": "skyteam-main", "airlineId": "skyteam", "name": "SkyTeam Mainline", "iata": "ST", "icao": "SKT",
        "callsign": "SKYTEAM", "isPrimary": true, "logoUrl": "", "accentColor": "#123456", "secondaryColor": null,
    })
}

fn flight() -> Value {
    serde_json::json!({
        "id": "550e8400-e29b-41d4-a716-446655440000", "code": "ST123", "gameId": 1_234_567_890, "aircraft": "Boeing 737-800",
        "airlineId": "skyteam", "brandId": "skyteam-main", "startTime": "2024-03-15 14:00:00",
        "startedAt": "2024-03-15 14:05:00.123456", "endTime": "2024-03-15 16:30:00+00", "lastTickAt": "2024-03-15 16:29:00",
        "codeshareAirlineId": "", "departure": "kjfk", "arrival": "KLAX", "discordEventLink": null,
    })
}

fn flyer() -> Value {
    serde_json::json!({
        "userId": "123456789", "username": "pilot123", "displayName": "Captain John", "miles": 5000, "avatarUrl": null,
        "createdAt": "2024-01-10T08:00:00", "updatedAt": "2024-03-16 10:30:00.25",
    })
}

/// A server with an airline that has a brand, flights of 2024 by number of the day, and a flyer.
fn community(flights: usize) -> Server {
    let server = Server::start(&["--no-demo"]);
    let flights: Vec<Value> =
        (0..flights).map(|n| with(&flight(), serde_json::json!({ "id": flight_id(n) }))).collect();
    for (kind, lines) in
        [("airlines", vec![skyteam()]), ("brands", vec![mainline()]), ("flights", flights), ("flyers", vec![flyer()])]
    {
        let said = import_saying(&server, kind, &lines);
        assert_eq!(said, format!("{} imported, 0 already present, 0 rejected\n", lines.len()), "{kind}");
    }
    server
}

fn flight_id(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// Asks as the airline's game servers do, with the key that they have had all along.
fn ask(server: &Server, method: &str, path: &str, body: &str) -> (u16, Value) {
    server.send(method, path, &[("x-api-key", OLD_KEY)], body)
}

/// What is there, as the API answers it.
fn answer(server: &Server, method: &str, path: &str, body: &str) -> String {
    let (status, answer) = ask(server, method, path, body);
    assert_eq!(status, 200, "{answer}");
    serde_json::to_string_pretty(&answer).unwrap()
}
