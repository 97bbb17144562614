//! Request bodies in general, regardless of their fields.

use crate::scene::{FLYER, boarding, draft, passengers, upcoming, with_flight};
use http::StatusCode;
use serde_json::json;

/// Returns the routes that take a body, each with a valid one.
fn routes(flight: &str) -> [(String, String); 2] {
    [("/flight".to_owned(), draft().to_string()), (format!("/flight/{flight}/passengers"), boarding(FLYER).to_string())]
}

#[tokio::test]
async fn are_rejected_unless_they_are_objects() {
    let (app, key, flight) = with_flight().await;
    for (path, valid) in routes(&flight) {
        let in_array = format!("[{valid}]");
        let quoted = json!(valid).to_string();
        for body in ["[]", "null", "true", "0", "-1.5e3", "\"\"", " [{}] ", &in_array, &quoted] {
            let refused = app.post(&path).key(&key).body(body).send().await;

            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{path} {body}");
            assert_eq!(refused.json(), json!({ "error": "Body must be a JSON object" }), "{path} {body}");
        }
    }
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn are_rejected_unless_they_are_json() {
    let (app, key, flight) = with_flight().await;
    let deep = "[".repeat(50_000);
    let deep_objects = r#"{"code":"#.repeat(10_000);
    let bodies: [(&[u8], &str); 16] = [
        (b"{", "EOF while parsing an object at line 1 column 1"),
        (b"[", "EOF while parsing a list at line 1 column 1"),
        (b"\"", "EOF while parsing a string at line 1 column 1"),
        (b"nope", "expected ident at line 1 column 2"),
        (b"NaN", "expected value at line 1 column 1"),
        (b"undefined", "expected value at line 1 column 1"),
        (b"code=ST123", "expected value at line 1 column 1"),
        (b"<flight/>", "expected value at line 1 column 1"),
        (b"'{}'", "expected value at line 1 column 1"),
        (b"\xef\xbb\xbf{}", "expected value at line 1 column 1"),
        (b"\0", "expected value at line 1 column 1"),
        (b"{code: 1}", "key must be a string at line 1 column 2"),
        (b"{'code': 1}", "key must be a string at line 1 column 2"),
        (b"[1,]", "expected value at line 1 column 4"),
        (b"[] []", "trailing characters at line 1 column 4"),
        (deep.as_bytes(), "EOF while parsing a list at line 1 column 50000"),
    ];
    for (path, valid) in routes(&flight) {
        for (body, reason) in bodies {
            let refused = app.post(&path).key(&key).body(body).send().await;

            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{path} {reason}");
            assert_eq!(refused.json(), json!({ "error": format!("Body must be valid JSON: {reason}") }), "{path}");
        }
        for broken in [&valid[..valid.len() - 1], &format!("{valid}}}"), &valid.replacen(':', ",", 1), &deep_objects] {
            let refused = app.post(&path).key(&key).body(broken).send().await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{path} {broken}");
        }
    }
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn are_rejected_unless_they_are_utf8() {
    let (app, key, flight) = with_flight().await;
    for (path, valid) in routes(&flight) {
        let utf16 = [0xff, 0xfe].into_iter().chain(valid.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let latin1 = valid.replacen("\":\"", "\":\"X", 1).bytes().map(|b| if b == b'X' { 0xe4 } else { b }).collect();
        let bodies: [Vec<u8>; 4] = [vec![0xff], b"{\"code\":\"\xc3\x28\"}".to_vec(), utf16, latin1];
        for body in bodies {
            let refused = app.post(&path).key(&key).body(body).send().await;

            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{path}");
            let error = refused.json()["error"].as_str().unwrap().to_owned();
            assert!(error == "Body must be UTF-8" || error.starts_with("Body must be valid JSON"), "{path} {error}");
        }
    }
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn count_as_an_empty_object_when_missing() {
    let (app, key, flight) = with_flight().await;
    for ((path, _), first_field) in routes(&flight).iter().zip(["code", "userId"]) {
        for body in ["", " \r\n\t", "{}"] {
            let refused = app.post(path).key(&key).body(body).send().await;

            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{path}");
            assert_eq!(refused.json(), json!({ "error": format!("\"{first_field}\" is required") }), "{path}");
        }
    }
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn are_accepted_up_to_100_kb() {
    let (app, key, flight) = with_flight().await;
    for (path, valid) in routes(&flight) {
        let spaces = 100 * 1024 - valid.len();
        let too_long = format!("{valid}{}", " ".repeat(spaces + 1));
        let refused = app.post(&path).key(&key).body(too_long).send().await;

        assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        assert_eq!(refused.json(), json!({ "error": "Request body is larger than 102400 bytes" }), "{path}");
        assert!(app.wire.take_operations().is_empty());

        let longest = format!("{}{valid}", " ".repeat(spaces));
        let _done = app.post(&path).key(&key).body(longest).send().await.expect(201);
        app.wire.reset();
    }
    assert_eq!(upcoming(&app, &key).await.len(), 2);
    assert_eq!(passengers(&app, &key, &flight).await, [FLYER]);
}

/// Game servers have never had to declare a content type.
#[tokio::test]
async fn are_read_as_json_with_any_content_type() {
    let (app, key, flight) = with_flight().await;
    for (path, valid) in routes(&flight) {
        let call = app.post(&path).key(&key).header("content-type", "text/plain").body(valid);
        let _done = call.send().await.expect(201);
    }
}

#[tokio::test]
async fn are_ignored_where_none_is_needed() {
    let (app, key, flight) = with_flight().await;
    for what in ["serverStart", "tick", "serverEnd"] {
        let call = app.post(&format!("/flight/{flight}/{what}")).key(&key).body(vec![0xff; 200 * 1024]);
        let _done = call.send().await.expect(200);
    }
}
