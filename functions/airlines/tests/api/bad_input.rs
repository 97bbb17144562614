//! Bodies that are good but for one field.

use serde_json::Value;
use testing::{Answer, Call, answers_to_bad_fields};

/// What is answered to each of them, a line each.
pub async fn answers<'a>(request: impl Fn() -> Call<'a>, good: &Value, bad: &[(&str, &str)]) -> String {
    answers_to_bad_fields(request, good, bad, in_one_line).await
}

/// Status and body, as they came.
pub fn in_one_line(answer: &Answer) -> String {
    format!("{} {}", answer.status.as_u16(), String::from_utf8_lossy(&answer.bytes)).trim_end().to_owned()
}
