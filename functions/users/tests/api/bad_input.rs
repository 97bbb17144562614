//! Bodies that are good but for one field.

use serde_json::Value;
use testing::{Answer, Call, answers_to_bad_fields};

/// What is answered to each of them, a line each.
pub async fn answers<'a>(request: impl Fn() -> Call<'a>, good: &Value, bad: &[(&str, &str)]) -> String {
    answers_to_bad_fields(request, good, bad, in_one_line).await
}

/// Status and message; the rest of the body is what belongs to the status.
pub fn in_one_line(answer: &Answer) -> String {
    let body = answer.json();
    let (code, reason, message) = (&body["statusCode"], &body["error"], &body["message"]);
    assert_eq!(*code, answer.status.as_u16(), "{body}");
    assert_eq!(reason.as_str(), answer.status.canonical_reason(), "{body}");
    assert_eq!(body.as_object().map(serde_json::Map::len), Some(3), "{body}");
    format!("{} {}", answer.status.as_u16(), message.as_str().expect("a message is a text"))
}
