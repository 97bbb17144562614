//! Logging in on the page of `serve`, and the keys of sessions.

use crate::server::{Server, skysquad};
use shared::auth::SessionVerifier;
use shared::models::Timestamp;
use std::path::Path;
use tempfile::TempDir;
use ureq::http::{HeaderMap, Response};

fn ask(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Response<ureq::Body> {
    let config = ureq::config::Config::builder().http_status_as_error(false).max_redirects(0).build();
    let mut request = ureq::http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let agent: ureq::Agent = config.into();
    let answer = if body.is_empty() {
        agent.run(request.body(()).expect("a good request"))
    } else {
        agent.run(request.body(body.to_owned()).expect("a good request"))
    };
    answer.expect("an answer")
}

fn header<'a>(answer: &'a Response<ureq::Body>, name: &str) -> &'a str {
    answer.headers().get(name).unwrap_or_else(|| panic!("{name} of {answer:?}")).to_str().expect("it is ASCII")
}

#[test]
fn a_developer_logs_in_as_a_member_of_the_demo() {
    let server = Server::start(&[]);
    let mut page = ask("GET", &format!("{}/auth/github/login?redirectURL=%22%3E%3Cscript%3E", server.url), &[], "");
    assert_eq!(page.status(), 200);
    let page = page.body_mut().read_to_string().expect("it is text");
    assert!(page.contains("value=\"demo-admin\"") && page.contains("Ada Lovelace"), "{page}");
    assert!(page.contains("value=\"&quot;&gt;&lt;script&gt;\"") && !page.contains("<script>"), "{page}");

    let url = format!("{}/auth/local", server.url);
    let form = [("content-type", "application/x-www-form-urlencoded"), ("origin", server.url.as_str())];
    let chosen = ask("POST", &url, &form, "userId=demo-admin&redirectURL=https%3A%2F%2Fevil.example");

    assert_eq!(chosen.status(), 303);
    assert_eq!(header(&chosen, "location"), format!("{}/users/self", server.url));
    let cookie = header(&chosen, "set-cookie");
    let (session, attributes) = cookie.split_once("; ").expect("attributes");
    assert_eq!(attributes, "Path=/; Max-Age=2592000; HttpOnly; Secure; SameSite=Lax");
    let (status, own) = server.send("GET", "/users/self", &[("cookie", session)], "");
    assert_eq!((status, own["id"].as_str()), (200, Some("demo-admin")));
    let signed_out = ask("GET", &format!("{}/auth/signout", server.url), &[("cookie", session)], "");
    assert_eq!(header(&signed_out, "set-cookie"), "rds-session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax");

    for (headers, body, status) in [
        ([form[0], ("origin", "https://evil.example")], "userId=demo-admin", 403),
        ([form[0], ("origin", "null")], "userId=demo-admin", 403),
        (form, "userId=nobody", 404),
        (form, "user=demo-admin", 400),
    ] {
        let refused = ask("POST", &url, &headers, body);
        assert_eq!(refused.status(), status, "{headers:?} {body}");
        assert!(refused.headers().get("set-cookie").is_none(), "{headers:?} {body}");
    }
}

fn printed(home: &Path, arguments: &[&str]) -> String {
    let output = skysquad(home).args(arguments).output().expect("the binary runs");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("it is text")
}

fn is_valid(keys: &str, token: &str) -> bool {
    let verifier = SessionVerifier::new(keys, "rds-session".to_owned()).expect("the keys are good");
    let bearer = format!("Bearer {}", token.trim()).parse().expect("a header");
    let headers: HeaderMap = [(ureq::http::header::AUTHORIZATION, bearer)].into_iter().collect();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("it is after 1970");
    let now = Timestamp::from_millisecond(now.as_millis().try_into().expect("it is before 10000")).expect("a time");
    verifier.verify(&headers, now).is_some_and(|session| session.id.as_str() == "ada")
}

/// The runbook's rotation, with local keys: both are verified, then the new one signs, then the old one goes.
#[test]
fn a_session_key_is_rotated() {
    let (old, new) = (TempDir::new().expect("a directory"), TempDir::new().expect("a directory"));
    let session = ["session", "--user-id", "ada"];
    let (before, after) = (printed(old.path(), &session), printed(new.path(), &session));
    let (old, new) = (printed(old.path(), &["session-keys"]), printed(new.path(), &["session-keys"]));
    assert!(old.starts_with("kid: ") && old.ends_with("-----END PUBLIC KEY-----\n"), "{old}");
    assert_ne!(old.lines().next(), new.lines().next(), "each key has an id of its own");
    for (keys, is_old_valid, is_new_valid) in [
        (String::new(), false, false),
        (old.clone(), true, false),
        (format!("{old}{new}"), true, true),
        (new, false, true),
    ] {
        assert_eq!((is_valid(&keys, &before), is_valid(&keys, &after)), (is_old_valid, is_new_valid), "{keys}");
    }
}
