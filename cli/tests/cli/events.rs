//! The events in `events/` are generated from the API reference and `template.yaml`, and each of them succeeds on a
//! fresh demo community, whichever others were sent before.

mod request;
mod schedule;

use crate::blocks::{HOW_TO_UPDATE, check_file, is_updating};
use crate::documents::{at_top, openapi, operations};
use crate::server::Server;
use serde_json::Value;
use std::fs;
use std::sync::LazyLock;
use testing::template::{Template, events};
use testing::with_demo_session;

/// The name of each event with its text.
static EVENTS: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let (document, template) = (openapi(), Template::read());
    let mut events = Vec::new();
    for operation in operations() {
        events.push((operation.event(), pretty(&request::of_operation(&document, &operation))));
    }
    let functions = template.functions();
    let mut routes = functions.iter().flat_map(|function| &function.routes);
    let default = routes.find(|route| route.key == "$default").expect("the template has a default route");
    events.push((default.event(), pretty(&request::of_unknown_path(&default.event()))));
    events.extend(schedule::all(&template).map(|(name, event)| (name, pretty(&event))));
    events
});

fn pretty(event: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(event).expect("an event is JSON") + "\n"
}

/// The names of the requests among the events: those of the routes in the order of the API reference, then the one to
/// an unknown path.
pub fn requests() -> impl DoubleEndedIterator<Item = &'static str> {
    let names = EVENTS.iter().map(|(name, _)| name.as_str());
    names.filter(|name| event(name)["rawPath"].is_string())
}

/// Returns a generated event. Its session is one of the demo superuser.
pub fn event(name: &str) -> Value {
    let (_, text) = EVENTS.iter().find(|(own, _)| own == name).unwrap_or_else(|| panic!("there is no event {name}"));
    with_demo_session(serde_json::from_str(text).expect("an event is JSON"))
}

#[test]
fn are_generated() {
    for (name, text) in EVENTS.iter() {
        check_file(&format!("events/{name}.json"), text);
    }
    for name in events() {
        if !EVENTS.iter().any(|(own, _)| *own == name) {
            assert!(is_updating(), "events/{name}.json {HOW_TO_UPDATE}");
            fs::remove_file(at_top("events").join(format!("{name}.json"))).unwrap();
        }
    }
}

/// Whether a response to an event is as expected: a success or a redirect, except for the path that no route has.
fn is_expected(event: &Value, status: u16) -> bool {
    if event["routeKey"] == "$default" { status == 404 } else { (200..300).contains(&status) || status == 302 }
}

/// The headers of an event that its client chooses.
const HEADERS: [&str; 3] = ["content-type", "idempotency-key", "x-api-key"];

#[test]
fn succeed_on_a_fresh_server() {
    let server = Server::start(&[]);
    let session = server.session(&["--user-id", "demo-admin"]);
    for name in requests() {
        let event = event(name);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut headers: Vec<_> =
            HEADERS.iter().filter_map(|name| Some((*name, event["headers"][name].as_str()?))).collect();
        let cookie = format!("rds-session={session}");
        if event["cookies"].is_array() {
            headers.push(("cookie", &cookie));
        }
        let method = text(&event["requestContext"]["http"]["method"]);
        let path = format!("{}?{}", text(&event["rawPath"]), text(&event["rawQueryString"]));

        let (status, answer) = server.send(&method, &path, &headers, &text(&event["body"]));

        // `serve` logs in on a page of its own, not at GitHub.
        let is_github = name == "github-callback" && status == 404;
        assert!(is_github || is_expected(&event, status), "{name}: {status} {answer}");
    }
}

/// The test above sends them in the order of the API reference, this one in the opposite order.
#[tokio::test]
async fn succeed_in_the_opposite_order() {
    let app = crate::with_demo().await;
    for name in requests().rev() {
        let event = event(name);
        let answer = app.call_of(&event).send().await;
        assert!(is_expected(&event, answer.status.as_u16()), "{name}: {}", answer.shown());
    }
}
