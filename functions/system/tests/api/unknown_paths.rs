//! Paths that no route has. API Gateway sends them to this function, decoded.

use serde_json::json;
use testing::lambda::{Environment, Function};
use testing::template::{Template, event};

/// What a client can make of a segment of a route's path (`{}`), decoded.
const SPOILT: [&str; 16] = [
    "{}#2",
    "{}?limit=1",
    "{}\t",
    "{}\n",
    "{}\r\n",
    " {}",
    "{} ",
    "{}\\",
    "{};v=1",
    "{}%",
    "{}%20",
    "{}ü",
    "{}\"",
    ".",
    "..",
    "{}/",
];

/// Beginnings of the paths of the members' API, whose errors do not contain the path.
const OF_MEMBERS: [&str; 4] = ["/airlines", "/auth", "/badges", "/users"];

/// Escapes all bytes but letters and digits in each segment of a path.
fn escaped(path: &str) -> String {
    let byte = |byte: u8| match char::from(byte) {
        kept if kept == '/' || kept.is_ascii_alphanumeric() => kept.into(),
        _ => format!("%{byte:02X}"),
    };
    path.bytes().map(byte).collect()
}

#[tokio::test]
async fn are_answered_as_in_process() {
    let mut app = crate::start().await;
    app.router = system::router(app.app.clone());
    let mut function = Function::start(env!("CARGO_BIN_EXE_system"), &Environment::of(&app)).await.expect("it starts");
    let mut event = event("no-such-route");
    let mut redirects = 0;

    for route in Template::read().functions().into_iter().flat_map(|function| function.routes) {
        let Some((method, path)) = route.key.split_once(' ') else { continue };
        let segments: Vec<&str> =
            path.split('/').skip(1).map(|segment| if segment.starts_with('{') { "a1" } else { segment }).collect();
        for (position, segment) in segments.iter().enumerate() {
            for form in SPOILT {
                let mut segments: Vec<_> = segments.iter().map(|&segment| segment.to_owned()).collect();
                segments[position] = form.replace("{}", segment);
                let path = format!("/{}", segments.join("/"));

                let expected = app.call(method.parse().unwrap(), &escaped(&path)).send().await;
                event["rawPath"] = json!(path);
                event["requestContext"]["http"]["method"] = json!(method);
                let answer = function.request(&event).await;

                let shown = format!("{method} {path:?}");
                assert_eq!(answer.shown(), expected.shown(), "{shown}");
                assert_eq!(answer.headers, expected.headers, "{shown}");
                match answer.status.as_u16() {
                    308 => redirects += 1,
                    404 if OF_MEMBERS.iter().any(|start| path.starts_with(start)) => {}
                    404 => assert_eq!(answer.json()["path"], path, "{shown}"),
                    _ => panic!("{shown}: {}", answer.shown()),
                }
            }
        }
    }
    assert!(redirects > 0, "a trailing slash should redirect");
}
