//! The events in `events/` speak of what a fresh server has.

use crate::server::Server;
use serde_json::Value;
use testing::template::{event, events};

/// What of an event's headers a client chooses.
const HEADERS: [&str; 3] = ["content-type", "idempotency-key", "x-api-key"];

#[test]
fn a_fresh_server_does_what_every_event_asks_for() {
    let server = Server::start(&[]);
    let session = String::from_utf8(server.run(&["session", "--user-id", "demo-admin"]).stdout).unwrap();
    let mut events: Vec<_> = events().into_iter().map(|name| (event(&name), name)).collect();
    // In the order of their times, one finds what another made.
    events.sort_by_key(|(event, _)| event["requestContext"]["timeEpoch"].as_u64());
    for (event, name) in events {
        // A schedule's event is no request.
        let Some(path) = event["rawPath"].as_str() else { continue };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let cookies: Vec<_> = event["cookies"].as_array().into_iter().flatten().map(text).collect();
        let cookie = cookies.join("; ").replace("SESSION", session.trim());
        let mut headers: Vec<_> =
            HEADERS.iter().filter_map(|name| Some((*name, event["headers"][name].as_str()?))).collect();
        headers.push(("cookie", &cookie));
        let method = text(&event["requestContext"]["http"]["method"]);
        let path = format!("{path}?{}", text(&event["rawQueryString"]));

        let (status, answer) = server.send(&method, &path, &headers, &text(&event["body"]));

        let expected = if name == "no-such-route" { 404..405 } else { 200..300 };
        assert!(expected.contains(&status), "{name}: {status} {answer}");
    }
}
