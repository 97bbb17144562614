//! Requests whose body has exactly one invalid field.

use serde_json::Value;
use testing::{Answer, Call, answers_to_bad_fields};

/// Sends one request per invalid field and returns the responses, one per line.
pub async fn answers<'a>(request: impl Fn() -> Call<'a>, valid: &Value, invalid: &[(&str, &str)]) -> String {
    answers_to_bad_fields(request, valid, invalid, in_one_line).await
}

/// Formats a response as its status and raw body on one line.
pub fn in_one_line(answer: &Answer) -> String {
    format!("{} {}", answer.status.as_u16(), String::from_utf8_lossy(&answer.bytes)).trim_end().to_owned()
}
