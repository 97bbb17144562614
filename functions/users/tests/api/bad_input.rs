//! Requests whose body has exactly one invalid field.

use serde_json::Value;
use testing::{Answer, Call, answers_to_bad_fields};

/// Sends one request per invalid field and returns the responses, one per line.
pub async fn answers<'a>(request: impl Fn() -> Call<'a>, valid: &Value, invalid: &[(&str, &str)]) -> String {
    answers_to_bad_fields(request, valid, invalid, in_one_line).await
}

/// Formats a response as its status and message on one line, after checking the other fields against the status.
pub fn in_one_line(answer: &Answer) -> String {
    let body = answer.json();
    let (code, reason, message) = (&body["statusCode"], &body["error"], &body["message"]);
    assert_eq!(*code, answer.status.as_u16(), "{body}");
    assert_eq!(reason.as_str(), answer.status.canonical_reason(), "{body}");
    assert_eq!(body.as_object().map(serde_json::Map::len), Some(3), "{body}");
    format!("{} {}", answer.status.as_u16(), message.as_str().expect("the message should be a string"))
}
